"""What clients write, as Values: new statuses, edits, polls."""

from collections.abc import Iterator
from contextlib import contextmanager

from linnet.desk.trial.rules import QuietTime
from linnet.kernel.clock import SECOND
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.mastodon.entities import OUR_VISIBILITY
from linnet.mastodon.params import Params
from linnet.social.people.rules import Account
from linnet.social.polls.rules import NewPoll, PollView
from linnet.social.posts.rules import NewPost, PostChange
from linnet.social.quotes.rules import CHOICES

STATUS = """status media_ids media_attributes poll in_reply_to_id sensitive spoiler_text visibility language
    scheduled_at content_type quote_approval_policy quoted_status_id linnet_override"""
EDIT = """status media_ids media_attributes poll in_reply_to_id sensitive spoiler_text language visibility
    content_type quote_approval_policy quoted_status_id"""
QUOTE_POLICY: dict[str, str] = {policy: policy for policy in CHOICES}
POLL = ("options", "expires_in", "multiple", "hide_totals")

OVERRIDE = {"quiet": True}  # linnet_override
OVERRIDE_WORDS = (
    "Answers to people who wrote to you may go out. To post all the same, send it again with "
    "linnet_override=quiet: that is written down and counts against the trial"
)

_THEIR_NAMES = {
    "text": "status",
    "post": "status",
    "warning": "spoiler_text",
    "reply_to_id": "in_reply_to_id",
    "name": "display_name",
    "bio": "note",
    "fields": "fields_attributes",
    "default_language": "source[language]",
    "quote_id": "quoted_status_id",
    "quotable": "quote_approval_policy",
}


@contextmanager
def named_as_sent() -> Iterator[None]:
    """Errors name a field as the client did: our `text` is its `status`. In quiet time of a trial they
    say how to post all the same (docs/trial.md)."""
    try:
        yield
    except QuietTime as error:
        field = _THEIR_NAMES.get(error.field, error.field)
        raise Invalid(field, f"{error.problem}. {OVERRIDE_WORDS}", cause=error.cause) from error
    except Invalid as error:
        if error.field not in _THEIR_NAMES:
            raise
        raise Invalid(_THEIR_NAMES[error.field], error.problem, cause=error.cause) from error


class PictureChange(Value):
    """New words or a new focus for a picture of a status; None leaves a thing as it is."""

    id: int
    alt: str | None
    focus: tuple[float, float] | None


class NewStatus(Value):
    """A status as it was asked for; None: the account's own setting decides."""

    text: str
    visibility: str | None
    sensitive: bool | None
    warning: str
    language: str
    reply_to_id: int | None
    media_ids: tuple[int, ...]
    pictures: tuple[PictureChange, ...]
    poll: NewPoll | None
    scheduled_at: int | None
    quote_id: int | None
    quotable: str
    insists: bool = False  # also in quiet time of a trial

    def post(self, account: Account, key: str) -> NewPost:
        """The post that is meant, with what the account has set for what was left out."""
        sensitive = self.sensitive
        if sensitive is None:
            sensitive = bool(self.media_ids) and account.default_sensitive
        return NewPost(
            text=self.text,
            visibility=self.visibility or account.default_visibility,
            warning=self.warning,
            sensitive=sensitive,
            language=self.language,
            reply_to_id=self.reply_to_id,
            media_ids=self.media_ids,
            poll=self.poll,
            key=key,
            quote_id=self.quote_id,
            quotable=self.quotable,
        )


def new_status(params: Params) -> NewStatus:
    """The form of POST /api/v1/statuses. Raises Invalid."""
    _only_plain(params)
    media_ids, pictures = tuple(params.ids("media_ids") or ()), _pictures(params)
    if not {picture.id for picture in pictures} <= set(media_ids):
        raise Invalid("media_attributes", "name a picture that is not among media_ids")
    return NewStatus(
        text=params.text("status") or "",
        visibility=params.choice("visibility", OUR_VISIBILITY),
        sensitive=params.flag("sensitive"),
        warning=params.text("spoiler_text") or "",
        language=params.text("language") or "",
        reply_to_id=params.id("in_reply_to_id"),
        media_ids=media_ids,
        pictures=pictures,
        poll=new_poll(params),
        scheduled_at=params.moment("scheduled_at"),
        quote_id=params.id("quoted_status_id"),
        quotable=params.choice("quote_approval_policy", QUOTE_POLICY) or "",
        insists=insists(params),
    )


def insists(params: Params) -> bool:
    """Is it to go out in quiet time of a trial too? Raises Invalid for anything but `quiet`."""
    return bool(params.choice("linnet_override", OVERRIDE))


def new_poll(params: Params) -> NewPoll | None:
    """The poll of a status; none when there are no options. Raises Invalid."""
    poll = params.group("poll", POLL)
    options = poll.texts("options") if poll else None
    if poll is None or not options:
        return None
    seconds = poll.seconds("expires_in")
    if seconds is None:
        raise Invalid("poll[expires_in]", "can't be blank")
    return NewPoll(
        tuple(options),
        min(seconds, 1 << 40) * SECOND,
        bool(poll.flag("multiple")),
        bool(poll.flag("hide_totals")),
    )


class StatusChange(Value):
    """An edit as it was asked for. `visibility`, `reply_to_id` and `poll` are what they must be
    already."""

    text: str | None
    warning: str | None
    sensitive: bool | None
    language: str
    media_ids: tuple[int, ...] | None
    pictures: tuple[PictureChange, ...]
    visibility: str | None
    reply_to_id: int | None
    poll: NewPoll | None
    quote_id: int | None
    quotable: str | None

    def change(self, *, text: str, warning: str, sensitive: bool) -> PostChange:
        """The edit that is meant; the arguments are what stands there now. As in Mastodon, a
        status that is sent without a warning loses it."""
        return PostChange(
            text=text if self.text is None else self.text,
            warning=warning if self.text is None and self.warning is None else self.warning or "",
            sensitive=sensitive if self.sensitive is None else self.sensitive,
            language=self.language,
            media_ids=self.media_ids,
        )


def status_change(params: Params) -> StatusChange:
    """The form of PUT /api/v1/statuses/{id}. Raises Invalid."""
    _only_plain(params)
    media_ids = params.ids("media_ids")
    return StatusChange(
        text=params.text("status"),
        warning=params.text("spoiler_text"),
        sensitive=params.flag("sensitive"),
        language=params.text("language") or "",
        media_ids=tuple(media_ids) if media_ids is not None else None,
        pictures=_pictures(params),
        visibility=params.choice("visibility", OUR_VISIBILITY),
        reply_to_id=params.id("in_reply_to_id"),
        poll=new_poll(params),
        quote_id=params.id("quoted_status_id"),
        quotable=params.choice("quote_approval_policy", QUOTE_POLICY),
    )


def _pictures(params: Params) -> tuple[PictureChange, ...]:
    """`media_attributes`: some apps send them with a new status too."""
    rows = params.groups("media_attributes", ("id", "description", "focus")) or []
    return tuple(PictureChange(_must_id(row), row.text("description"), row.point("focus")) for row in rows)


def _must_id(row: Params) -> int:
    id = row.id("id")
    if id is None:
        raise Invalid("media_attributes", "need an id each")
    return id


def check_unchanged(
    change: StatusChange,
    *,
    visibility: str,
    reply_to_id: int | None,
    poll: PollView | None,
    quoted_id: int | None,
) -> None:
    """Clients send a status whole when they edit it. What cannot be changed may be sent, if it is
    the same. Raises Invalid."""
    if change.visibility is not None and change.visibility != visibility:
        raise Invalid("visibility", "cannot be changed once the status is published")
    if change.reply_to_id is not None and change.reply_to_id != reply_to_id:
        raise Invalid("in_reply_to_id", "cannot be changed once the status is published")
    if change.quote_id is not None and change.quote_id != quoted_id:
        raise Invalid("quoted_status_id", "cannot be changed once the status is published")
    if change.poll is None:
        return
    if poll is None:
        raise Invalid("poll", "cannot be added to a status that is published")
    titles = tuple(option.title for option in poll.options)
    same = titles == tuple(" ".join(title.split()) for title in change.poll.options)
    if not same or change.poll.multiple != poll.poll.multiple:
        raise Invalid("poll", "cannot be changed once the status is published")


def _only_plain(params: Params) -> None:
    params.choice("content_type", {"text/plain": True})
