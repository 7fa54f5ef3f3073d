"""Posts: what they are, what a good one is, who may see them."""

from typing import Literal, get_args
from urllib.parse import urlsplit

from linnet.kernel.errors import Invalid, NotAllowed
from linnet.kernel.value import Value
from linnet.social.cards.rules import CardView
from linnet.social.media.rules import Media
from linnet.social.people.rules import Account, Deed, Role
from linnet.social.polls.rules import NewPoll, PollView
from linnet.social.quotes.rules import Policy, State, check_policy
from linnet.social.text.language import check_language
from linnet.social.text.rules import check_text, to_html
from linnet.social.text.scan import Hashtag, Mention, Scan, scan

Visibility = Literal["public", "quiet", "followers", "direct"]
VISIBILITIES: tuple[Visibility, ...] = get_args(Visibility)
OPEN: tuple[Visibility, ...] = ("public", "quiet")

MOST_MENTIONS = 25
MOST_TAGS = 30
MOST_PINS = 5
WARNING_LENGTH = 200
KEY_LENGTH = 255


class Terms(Value):
    """What this server sets for its posts."""

    url: str
    max_characters: int
    domain: str = ""  # what stands in our handles, where that is not the host of the address

    @property
    def hosts(self) -> frozenset[str]:
        """What may stand after the second @ of a handle of ours."""
        return frozenset({urlsplit(self.url).netloc, self.domain} - {""})


class Author(Value):
    """Who writes: the person, for the account, in a role, with an app (None: our own pages)."""

    account_id: int
    person_id: int | None
    role: Role = "owner"
    app_id: int | None = None


class NewPost(Value):
    """A post as it is asked for. `key`: the Idempotency-Key, '' for none."""

    text: str
    visibility: str = "public"
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    reply_to_id: int | None = None
    media_ids: tuple[int, ...] = ()
    poll: NewPoll | None = None
    key: str = ""
    quote_id: int | None = None
    quotable: str = ""  # who may quote it; '' as the account has set


class PostChange(Value):
    """An edit: the whole of what can change. `media_ids` None: the pictures stay; `poll` None: no poll."""

    text: str
    warning: str = ""
    sensitive: bool = False
    language: str = ""
    media_ids: tuple[int, ...] | None = None


class Post(Value):
    """The row of a post or of a boost (`boost_of_id`). Times in ms."""

    id: int
    account_id: int
    person_id: int | None
    text: str
    html: str
    warning: str
    sensitive: bool
    visibility: Visibility
    language: str
    reply_to_id: int | None
    reply_to_account_id: int | None
    root_id: int
    boost_of_id: int | None
    poll_id: int | None
    app_id: int | None
    created_at: int
    edited_at: int | None
    replies_count: int = 0
    boosts_count: int = 0
    favourites_count: int = 0
    revision: int = 1
    uri: str = ""  # its id among servers and its page, of a post from elsewhere
    url: str = ""
    quotable: Policy = "nobody"
    quotes_count: int = 0
    emoji: str = ""  # those in its words, of a post from elsewhere: see social.emoji


class Version(Value):
    """An earlier state of an edited post, which stood from `at` on. `media`: JSON [{id, alt}]."""

    post_id: int
    at: int
    text: str
    html: str
    warning: str
    sensitive: bool
    media: str


class Tag(Value):
    """A hashtag: `key` for comparing, `name` as first written."""

    id: int
    key: str
    name: str


class Flags(Value):
    """What the viewer did with a post."""

    favourited: bool = False
    boosted: bool = False
    bookmarked: bool = False
    pinned: bool = False
    thread_muted: bool = False
    may_quote: bool = False  # or ask to


class PostView(Value):
    """A post as one viewer sees it, with everything that a page or the client API shows of it."""

    post: Post
    account: Account
    flags: Flags
    media: tuple[Media, ...] = ()
    mentions: tuple[Account, ...] = ()
    tags: tuple[Tag, ...] = ()
    poll: PollView | None = None
    app_name: str = ""
    app_website: str = ""
    card: CardView | None = None
    quote: "QuoteView | None" = None
    boost_of: "PostView | None" = None

    @property
    def shown(self) -> "PostView":
        """The post itself, or for a boost the boosted one."""
        return self.boost_of or self


class QuoteView(Value):
    """What a post quotes. `view` None: it is not shown, because the quote does not stand (`state`), or to
    this viewer (`hidden`: unauthorized | block | mute), or because it is quoted inside of a quote."""

    quoted_id: int
    state: State
    hidden: str = ""
    view: PostView | None = None


class Context(Value):
    """The thread around a post: ids, ancestors from the root down, descendants in reading order."""

    ancestors: tuple[int, ...]
    descendants: tuple[int, ...]


class PostPublished(Value):
    """Event: a post (or with `boost_of_id` a boost) is there. `tags` are keys."""

    post_id: int
    account_id: int
    visibility: str
    boost_of_id: int | None
    reply_to_account_id: int | None
    tags: tuple[str, ...] = ()


class PostEdited(Value):
    """Event: text, warning, pictures or poll of a post are different."""

    post_id: int
    account_id: int


class ThreadGrew(Value):
    """Event: posts of the thread that begins with `root_id` were found, which are no news."""

    root_id: int


class PostDeleted(Value):
    """Event: a post or boost is gone. `visibility` and `tags` say which streams showed it; `elsewhere`
    are the accounts on other servers that had to do with it, beside its author's followers."""

    post_id: int
    account_id: int
    visibility: str
    tags: tuple[str, ...] = ()
    boost_of_id: int | None = None
    elsewhere: tuple[int, ...] = ()


class Composed(Value):
    """A text that was checked, and what was found in it."""

    text: str
    warning: str
    language: str
    mentions: tuple[Mention, ...]
    tags: tuple[Hashtag, ...]


def compose(text: str, *, warning: str, language: str, most: int, may_be_empty: bool) -> Composed:
    """Checks what is to be published. `most` characters for text and warning together, as people
    count them. Raises Invalid."""
    shown = check_text(warning, WARNING_LENGTH, allow_empty=True) if warning else ""
    body = check_text(text, most, allow_empty=may_be_empty)
    found: Scan = scan(body)
    mentions = tuple({(m.handle.lower(), m.host.lower()): m for m in found.mentions}.values())
    tags = tuple({tag.key: tag for tag in found.tags}.values())
    if len(mentions) > MOST_MENTIONS:
        raise Invalid("text", f"mentions more than {MOST_MENTIONS} people")
    if len(tags) > MOST_TAGS:
        raise Invalid("text", f"has more than {MOST_TAGS} hashtags")
    return Composed(body, shown, check_language(language) if language else "", mentions, tags)


def compose_new(new: NewPost, account: Account, terms: Terms) -> Composed:
    """As `compose`, for a new post. Raises Invalid."""
    if new.poll and new.media_ids:
        raise Invalid("poll", "cannot stand beside pictures")
    return compose(
        new.text,
        warning=new.warning,
        language=new.language or account.default_language,
        most=terms.max_characters,
        may_be_empty=bool(new.media_ids),
    )


def written(
    author: Author,
    new: NewPost,
    text: Composed,
    html: str,
    parent: Post | None,
    *,
    id: int,
    poll_id: int | None,
    quotable: Policy,
    now: int,
) -> Post:
    """The row of a new post. Raises Invalid("visibility")."""
    return Post(
        id=id,
        account_id=author.account_id,
        person_id=author.person_id,
        text=text.text,
        html=html,
        warning=text.warning,
        sensitive=new.sensitive or bool(text.warning),
        visibility=check_visibility(new.visibility),
        language=text.language,
        reply_to_id=parent.id if parent else None,
        reply_to_account_id=parent.account_id if parent else None,
        root_id=parent.root_id if parent else id,
        boost_of_id=None,
        poll_id=poll_id,
        app_id=author.app_id,
        created_at=now,
        edited_at=None,
        quotable=quotable,
    )


def passed_on(author: Author, post: Post, visibility: Visibility, *, id: int, uri: str, now: int) -> Post:
    """The row of a boost of `post`. `uri`: its address when it came from elsewhere."""
    return Post(
        id=id,
        account_id=author.account_id,
        person_id=author.person_id,
        text="",
        html="",
        warning="",
        sensitive=False,
        visibility=visibility,
        language="",
        reply_to_id=None,
        reply_to_account_id=None,
        root_id=id,
        boost_of_id=post.id,
        poll_id=None,
        app_id=author.app_id,
        created_at=now,
        edited_at=None,
        uri=uri,
    )


def render(text: str, people: dict[tuple[str, str], Account], terms: Terms) -> str:
    """The HTML of a post. `people`: the accounts that its mentions mean, by (handle, host) in lower
    case; a mention of nobody stays text."""

    def mention_url(mention: Mention) -> tuple[str, str] | None:
        account = people.get((mention.handle.lower(), host_of(mention, terms)))
        return (profile_url(account, terms), account.handle) if account else None

    def tag_url(tag: Hashtag) -> str:
        return f"{terms.url}/tags/{tag.key}"

    return to_html(text, mention_url=mention_url, tag_url=tag_url)


def host_of(mention: Mention, terms: Terms) -> str:
    """Where the mentioned one lives: '' is here."""
    host = mention.host.lower()
    return "" if host in terms.hosts else host


def profile_url(account: Account, terms: Terms) -> str:
    """The public address of an account of ours."""
    return f"{terms.url}/@{account.address}"


def check_visibility(text: str) -> Visibility:
    """Raises Invalid("visibility")."""
    for known in VISIBILITIES:
        if text == known:
            return known
    raise Invalid("visibility", f"must be one of {', '.join(VISIBILITIES)}")


def check_key(key: str) -> str:
    """An Idempotency-Key. Raises Invalid("idempotency_key")."""
    if len(key) > KEY_LENGTH or not key.isprintable():
        raise Invalid("idempotency_key", f"must be at most {KEY_LENGTH} printable characters")
    return key


def deed_of(author: Author, parent: Post | None) -> Deed:
    """What publishing is for the account's roles: an answer to somebody else, or a post."""
    return "answer" if parent is not None and parent.account_id != author.account_id else "post"


def quotable_as(wanted: str, visibility: str) -> Policy:
    """Who may quote a post: nobody what is not for everybody. Raises Invalid."""
    policy = check_policy(wanted)
    return policy if visibility in OPEN else "nobody"


def check_boost(post: Post, account_id: int) -> Visibility:
    """How far a boost of `post` goes. Raises NotAllowed for what is not open to everybody; one's
    own post for followers may be boosted to them again."""
    if post.visibility in OPEN:
        return "public" if post.visibility == "public" else "quiet"
    if post.visibility == "followers" and post.account_id == account_id:
        return "followers"
    raise NotAllowed("This post is not for everybody: it cannot be boosted.")


def check_pin(post: Post, account_id: int, pinned: int) -> None:
    """Raises Invalid for what may not stand on top of a profile."""
    if post.account_id != account_id or post.boost_of_id is not None:
        raise Invalid("post", "is not yours: only your own posts can be pinned")
    if post.visibility == "direct":
        raise Invalid("post", "is direct: it cannot be pinned")
    if pinned >= MOST_PINS:
        raise Invalid("post", f"would be one too many: at most {MOST_PINS} are pinned")
