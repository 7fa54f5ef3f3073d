"""What somebody typed, kept until it is accepted."""

from functools import cache
from zoneinfo import available_timezones

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from linnet.door.statuses import status_of
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.money import DECIMALS

FIELDS = 200


class Form:
    """A form that was sent, or an empty one. Text fields are Unicode without NUL."""

    def __init__(
        self, pairs: list[tuple[str, str]] | None = None, files: list[tuple[str, UploadFile]] | None = None
    ) -> None:
        self._pairs = pairs or []
        self._files = files or []

    def __bool__(self) -> bool:
        return bool(self._pairs or self._files)

    def __contains__(self, name: str) -> bool:
        return any(key == name for key, _ in self._pairs)

    def blank(self) -> "Form":
        """An empty form, for the other sections of a page on which this one was sent."""
        return Form()

    def text(self, name: str, default: str = "") -> str:
        """The last value of `name`."""
        return next((value for key, value in reversed(self._pairs) if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every value of `name`, as the page had them in order."""
        return [value for key, value in self._pairs if key == name]

    def on(self, name: str) -> bool:
        """Was the box ticked?"""
        return self.text(name) not in {"", "0", "off", "false"}

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number of 0 or more. Raises Invalid(name)."""
        text = self.text(name).strip()
        if not text and default is not None:
            return default
        number = whole(text)
        if number is None:
            raise Invalid(name, "is not a whole number")
        return number

    def ids(self, name: str) -> list[int]:
        """Ids among the values of `name`. Raises Invalid(name)."""
        found = []
        for text in self.all(name):
            number = whole(text)
            if number is None:
                raise Invalid(name, "is not known")
            found.append(number)
        return found

    def file(self, name: str) -> UploadFile | None:
        """The file that was chosen for `name`, if one was."""
        return next((file for key, file in self._files if key == name and file.filename), None)


def whole(text: str) -> int | None:
    """A number that fits into a BIGINT; None for anything else."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 1 << 63:
        return int(text)
    return None


def too_large(most: int) -> Invalid:
    """The error for a body of more than `most` bytes."""
    return Invalid("form", f"is larger than {max(most >> 20, 1)} MB")


def empty(**values: str) -> Form:
    """A form filled with what is known already."""
    return Form(list(values.items()))


async def read(request: Request, *, files: int, part_bytes: int) -> Form:
    """The form that was sent, urlencoded or multipart. Raises Invalid("form")."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"application/x-www-form-urlencoded", "multipart/form-data", ""}:
        raise Invalid("form", "was not sent as a form")
    try:
        data: FormData = await request.form(max_files=files, max_fields=FIELDS, max_part_size=part_bytes)
    except LinnetError:
        raise
    except Exception as error:  # starlette and python-multipart raise several kinds for a broken body
        raise Invalid("form", "could not be read", cause=repr(error)) from error
    pairs: list[tuple[str, str]] = []
    uploads: list[tuple[str, UploadFile]] = []
    for name, value in data.multi_items():
        if isinstance(value, UploadFile):
            uploads.append((name, value))
        else:
            pairs.append((name, _text(value)))
    return Form(pairs, uploads)


def _text(value: str) -> str:
    # a browser sends line breaks as CR LF, and never a NUL or half a surrogate pair
    plain = value.replace("\r\n", "\n").replace("\x00", "\ufffd")
    return plain.encode("utf-8", "replace").decode("utf-8", "replace")


def errors_of(error: LinnetError, *names: str) -> dict[str, str]:
    """The sentence for beside its field, or ('' as the field) for the top of the form. With
    `names`, a field that the form does not have stands at the top too."""
    if isinstance(error, Invalid) and (not names or error.field in names):
        return {error.field: error.sentence + "."}
    return {"": error.sentence.rstrip(".") + "."}


def status_for(error: LinnetError) -> int:
    """The HTTP status of a form that comes back."""
    return status_of(error)


@cache
def zones() -> list[str]:
    """The time zones to choose from: places, not the old abbreviations."""
    areas = (
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    )
    return [*sorted(name for name in available_timezones() if name.partition("/")[0] in areas), "UTC"]


USUAL_CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "INR", "JPY")


@cache
def currencies() -> list[str]:
    """Currency codes to choose from, the most used first."""
    return [*USUAL_CURRENCIES, *sorted(set(DECIMALS) - set(USUAL_CURRENCIES))]
