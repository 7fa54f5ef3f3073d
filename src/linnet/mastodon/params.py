"""What a client sent, in one shape: query, JSON, urlencoded and multipart alike.

Clients write the same thing in many ways: `poll[options][]=a`, `{"poll": {"options": ["a"]}}`,
`fields_attributes[0][name]=x`, `media_attributes[][id]=1`. Here all of them become the same tree.
What an endpoint does not take is refused by name; nothing is swallowed (house rule 15).
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from linnet.kernel.clock import parse_time
from linnet.kernel.errors import Invalid
from linnet.kernel.page import WIDE, Page, page_of
from linnet.kernel.value import Value
from linnet.kernel.wire import decode

T = TypeVar("T")

MOST = 1000  # parameters in one request
DEPTH = 5  # brackets of one name
LONGEST_NAME = 200
ITEMS = 200  # of one list

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_FRACTION = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
_TRUE = frozenset({"true", "1", "t", "on", "yes"})
_FALSE = frozenset({"false", "0", "f", "off", "no"})


class Upload(Value):
    """A file of a multipart body, whole."""

    name: str
    data: bytes


class Params:
    """Parameters by name, with getters that say what is wrong with which of them.

    None means: not sent. JSON `null` counts as not sent, and so does an empty number, flag or id.
    """

    def __init__(self, tree: Mapping[str, Any], above: str = "") -> None:
        self._tree = {name: value for name, value in tree.items() if value is not None}
        self._above = above

    def __contains__(self, name: str) -> bool:
        return name in self._tree

    def names(self) -> list[str]:
        """What was sent."""
        return list(self._tree)

    def only(self, taken: Iterable[str]) -> None:
        """Raises Invalid for the first parameter that is not one of `taken`."""
        for name in self._tree:
            if name not in taken:
                raise Invalid(self._full(_shown(name)), "is not supported")

    def text(self, name: str) -> str | None:
        """A text as it was sent; it may be ''."""
        value = self._tree.get(name)
        if value is None:
            return None
        if isinstance(value, list):
            raise Invalid(self._full(name), "was sent more than once")
        if not isinstance(value, str):
            raise Invalid(self._full(name), "must be text")
        if "\x00" in value:
            raise Invalid(self._full(name), "has characters that are not text")
        return value

    def need_text(self, name: str) -> str:
        """As `text`. Raises Invalid when it was not sent or is blank."""
        value = self.text(name)
        if value is None or not value.strip():
            raise Invalid(self._full(name), "can't be blank")
        return value

    def flag(self, name: str) -> bool | None:
        """true, True, 1, on … and their opposites."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool):
            return value
        word = str(value).lower() if isinstance(value, str | int) else ""
        if word in _TRUE:
            return True
        if word in _FALSE:
            return False
        raise Invalid(self._full(name), "must be true or false")

    def whole(self, name: str, low: int = 0, high: int = WIDE) -> int | None:
        """A whole number from `low` to `high`."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        number = _whole(value)
        if number is None:
            raise Invalid(self._full(name), "is not a whole number")
        if not low <= number <= high:
            raise Invalid(self._full(name), f"must be from {low} to {high}")
        return number

    def seconds(self, name: str) -> int | None:
        """A length of time. Apps reckon it as a difference and may send a fraction: the whole
        seconds of it count."""
        value = self._tree.get(name)
        if isinstance(value, str) and _FRACTION.fullmatch(value):
            value = value.partition(".")[0]
        if isinstance(value, float) and math.isfinite(value):
            value = int(value)
        return Params({name: value}, self._above).whole(name)

    def id(self, name: str) -> int | None:
        """An id: decimal digits."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        return self._id(name, value)

    def ids(self, name: str) -> list[int] | None:
        """A list of ids, each once, in the order sent; one alone is a list of one."""
        values = self._list(name)
        return None if values is None else list(dict.fromkeys(self._id(name, value) for value in values))

    def texts(self, name: str) -> list[str] | None:
        """A list of texts; one alone is a list of one."""
        values = self._list(name)
        if values is None:
            return None
        for value in values:
            if not isinstance(value, str):
                raise Invalid(self._full(name), "must be a list of texts")
            if "\x00" in value:
                raise Invalid(self._full(name), "has characters that are not text")
        return values

    def wholes(self, name: str, low: int = 0, high: int = WIDE) -> list[int] | None:
        """A list of whole numbers."""
        values = self._list(name)
        if values is None:
            return None
        numbers = [_whole(value) for value in values]
        good = [number for number in numbers if number is not None and low <= number <= high]
        if len(good) != len(numbers):
            raise Invalid(self._full(name), f"must be whole numbers from {low} to {high}")
        return good

    def choice(self, name: str, options: Mapping[str, T]) -> T | None:
        """One of the words of `options`, as what it means."""
        value = self.text(name)
        if value is None or value == "":
            return None
        if value not in options:
            raise Invalid(self._full(name), f"must be one of {', '.join(options)}")
        return options[value]

    def choices(self, name: str, options: Mapping[str, T]) -> list[T] | None:
        """A list of words of `options`, as what they mean, each once."""
        values = self.texts(name)
        if values is None:
            return None
        for value in values:
            if value not in options:
                raise Invalid(self._full(name), f"has {_shown(value)!r}; known are {', '.join(options)}")
        return [options[value] for value in dict.fromkeys(values)]

    def moment(self, name: str) -> int | None:
        """A date and time, in ms since 1970 UTC."""
        value = self.text(name)
        return parse_time(value, self._full(name)) if value else None

    def point(self, name: str) -> tuple[float, float] | None:
        """Two numbers from -1 to 1, as "0.5,-0.25"."""
        value = self.text(name)
        if not value:
            return None
        parts = value.split(",")
        try:
            x, y = (float(part) for part in parts)
        except ValueError as error:
            raise Invalid(self._full(name), "must be two numbers like 0.5,-0.25") from error
        if not (-1 <= x <= 1 and -1 <= y <= 1):
            raise Invalid(self._full(name), "must be two numbers from -1 to 1")
        return x, y

    def upload(self, name: str) -> Upload | None:
        """A file."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, list):
            raise Invalid(self._full(name), "was sent more than once")
        if not isinstance(value, Upload):
            raise Invalid(self._full(name), "must be sent as a file (multipart/form-data)")
        return value

    def group(self, name: str, taken: Iterable[str]) -> "Params | None":
        """Parameters within a parameter; anything but `taken` in it is refused."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        return self._group(name, value, taken)

    def groups(self, name: str, taken: Iterable[str]) -> "list[Params] | None":
        """A list of such: a list, or an object with numbers for keys."""
        value = self._tree.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, dict):
            if not all(key.isascii() and key.isdigit() and len(key) < 10 for key in value):
                raise Invalid(self._full(name), "must be a list")
            value = [value[key] for key in sorted(value, key=int)]
        if not isinstance(value, list) or len(value) > ITEMS:
            raise Invalid(self._full(name), f"must be a list of at most {ITEMS}")
        return [self._group(name, one, taken) for one in value]

    def page(self, size: int = 20, largest: int = 40) -> Page:
        """max_id, since_id, min_id and limit. A limit beyond `largest` is brought down to it."""
        return page_of(self._number_text, size=size, largest=largest)

    def _number_text(self, name: str) -> str | None:
        value = self._tree.get(name)
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text(name)

    def _group(self, name: str, value: object, taken: Iterable[str]) -> "Params":
        if not isinstance(value, dict):
            raise Invalid(self._full(name), "must be an object")
        inner = Params(value, self._full(name))
        inner.only(taken)
        return inner

    def _list(self, name: str) -> list[Any] | None:
        value = self._tree.get(name)
        if value is None:
            return None
        if isinstance(value, dict):
            raise Invalid(self._full(name), "must be a list")
        values = value if isinstance(value, list) else [value]
        if len(values) > ITEMS:
            raise Invalid(self._full(name), f"must be at most {ITEMS}")
        return [one for one in values if one not in (None, "")]

    def _id(self, name: str, value: object) -> int:
        number = _whole(value)
        if number is None or number < 0:
            raise Invalid(self._full(name), "is not an id")
        return min(number, WIDE)

    def _full(self, name: str) -> str:
        return f"{self._above}[{name}]" if self._above else name


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        if digits.isascii() and digits.isdigit() and len(digits) <= 25:
            return int(value)
    return None


def _shown(name: str) -> str:
    short = name[:60]
    return short if short.isprintable() else ascii(short)


def tree_of(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """Names with brackets into a tree. Raises Invalid for names that contradict each other."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.fullmatch(name) if len(name) <= LONGEST_NAME else None
        if match is None:
            raise Invalid(_shown(name), "is not supported")
        inner = match[2][1:-1].split("][") if match[2] else []
        if len(inner) > DEPTH:
            raise Invalid(_shown(match[1]), "is nested too deep")
        _put(tree, match[1], inner, value, _shown(match[1]))
    return tree


def _put(at: dict[str, Any], key: str, inner: list[str], value: object, shown: str) -> None:
    if not inner:
        if key in at:
            had = at[key]
            at[key] = [*had, value] if isinstance(had, list) else [had, value]
        else:
            at[key] = value
    elif inner[0] == "":
        row = at.setdefault(key, [])
        if not isinstance(row, list):
            raise Invalid(shown, "was sent in two shapes")
        _append(row, inner[1:], value, shown)
    else:
        below = at.setdefault(key, {})
        if not isinstance(below, dict):
            raise Invalid(shown, "was sent in two shapes")
        _put(below, inner[0], inner[1:], value, shown)


def _append(row: list[Any], inner: list[str], value: object, shown: str) -> None:
    if not inner:
        row.append(value)
        return
    if inner[0] == "":
        raise Invalid(shown, "is a list in a list")
    # a[][x]=1&a[][y]=2&a[][x]=3 is two objects: a name that is there already begins the next one
    if not row or not isinstance(row[-1], dict) or (inner[0] in row[-1] and len(inner) == 1):
        row.append({})
    _put(row[-1], inner[0], inner[1:], value, shown)


def query_pairs(query: str) -> list[tuple[str, str]]:
    """A query string or urlencoded body as pairs. Raises Invalid."""
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MOST)
    except UnicodeDecodeError as error:
        raise Invalid("body", "is not UTF-8 text") from error
    except ValueError as error:
        raise Invalid("body", f"has more than {MOST} parameters") from error


def json_tree(body: bytes) -> dict[str, Any]:
    """A JSON body as a tree. Raises Invalid."""
    tree = decode(body)
    if not isinstance(tree, dict):
        raise Invalid("body", "must be a JSON object")
    if len(tree) > MOST:
        raise Invalid("body", f"has more than {MOST} parameters")
    return tree


def merged(query: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """Query and body together. Raises Invalid for a name that stands in both."""
    twice = query.keys() & body.keys()
    if twice:
        raise Invalid(_shown(min(twice)), "was sent twice, in the address and in the body")
    return query | body
