"""From rows to items: the last posts of an account, with what they answer and continue."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.balance import hints, queries, rules
from linnet.desk.balance.hints import Found, Writing
from linnet.desk.balance.queries import Row
from linnet.desk.balance.rules import Classed, Ground, Item, Setting, Told
from linnet.desk.links import actions as links
from linnet.desk.links import queries as link_queries
from linnet.kernel.ids import first_id_at
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.social.people.rules import handle_key
from linnet.social.posts.rules import Terms
from linnet.social.text.scan import Mention, scan

WEEK_POSTS = 300
DEEP = 20  # how far an own thread is followed up to its beginning
APART = "\n\x1e\n"  # no address goes across it

# Software that blogs run on, as NodeInfo names it.
BLOGS = frozenset({"wordpress", "ghost", "writefreely", "plume", "micro.blog", "microblogpub", "write.as"})


class Draft(Value):
    """What stands in a composer. `key`: of the composer."""

    text: str
    visibility: str = "public"
    reply_to_id: int | None = None
    quote_id: int | None = None
    key: str = ""


class Sheet(Value):
    """The window of an account, oldest first, and what is set."""

    setting: Setting
    items: list[Classed]


def basis(tx: Tx, account_id: int) -> tuple[Setting, Ground]:
    """What the account has set, and what is its own. Two queries."""
    setting = queries.setting(tx, account_id)
    return setting, rules.ground(link_queries.own_hosts(tx), setting)


def sheet(tx: Tx, account_id: int, base: str, *, above: int, n: int) -> Sheet:
    """The newest `n` public items since the id `above`, with their classes. `base`: our own address.
    Six queries, and one for each step up a thread that begins before them."""
    setting, own = basis(tx, account_id)
    items = _items(tx, queries.window(tx, account_id, above=above, n=n), account_id, base)
    others = heads(tx, items, account_id, base)
    ids = [item.id for item in (*items, *others.values())]
    said = queries.corrections(tx, account_id, ids)
    return Sheet(setting, rules.classed(items, own, said, others))


def found(
    tx: Tx, account_id: int, draft: Draft, terms: Terms, now: int, *, below: int = WIDE
) -> Found | None:
    """What there is to say about a post that is being written. `below`: only posts with smaller ids are
    before it (its own, when it is out already). At most ten queries and one for each step up a thread."""
    base = terms.url
    setting, own = basis(tx, account_id)
    since = first_id_at(max(0, now - rules.WINDOW_AGE))
    window = queries.window(tx, account_id, above=since, below=below, n=rules.WINDOW)
    week_since = first_id_at(max(0, now - hints.ALIKE_WITHIN))
    week = queries.week(tx, account_id, above=week_since, below=below, n=WEEK_POSTS)
    before = {item.id: item for item in _items(tx, [*window, *week], account_id, base)}
    item = written(tx, account_id, draft, base, now)
    others = heads(tx, [*before.values(), item], account_id, base)
    writing = Writing(
        item,
        tuple(before[row.id] for row in reversed(window)),
        tuple(before[row.id] for row in reversed(week)),
        stranger=draft.visibility == "direct" and _to_a_stranger(tx, account_id, draft, terms),
    )
    said = queries.corrections(tx, account_id, [*before, *others])
    return hints.find(writing, own, setting, said, others)


def written(tx: Tx, account_id: int, draft: Draft, base: str, now: int) -> Item:
    """The post as it would be published now."""
    text = links.clean_text(tx, draft.text, base)
    answered = queries.parent(tx, draft.reply_to_id) if draft.reply_to_id else None
    told, own_id = None, 0
    if draft.reply_to_id and answered is None:
        told = Told("", gone=True)
    elif answered and answered.account_id != account_id:
        told = Told(
            answered.text, answered.reply_to_account_id == account_id, blog=answered.software.lower() in BLOGS
        )
    elif answered:
        own_id = answered.id
    quoted = queries.parent(tx, draft.quote_id) if draft.quote_id else None
    if quoted and quoted.account_id == account_id:
        own_id = own_id or quoted.id
    # the id of what is not there yet
    return Item(0, now, text, draft.visibility, told, own_id, passes_on=quoted is not None)


def heads(tx: Tx, items: Sequence[Item], account_id: int, base: str) -> dict[int, Item]:
    """Own posts that these continue, boost or quote, and what those continue, up to the beginning,
    where they are not among them."""
    known = {item.id: item for item in items}
    found: dict[int, Item] = {}
    wanted = {item.own_id for item in items} - {0} - set(known)
    for _ in range(DEEP):
        rows = queries.among(tx, account_id, sorted(wanted))
        if not rows:
            break
        more = {item.id: item for item in _items(tx, rows, account_id, base)}
        found |= more
        wanted = {item.own_id for item in more.values()} - {0} - set(known) - set(found)
    return found


def _items(tx: Tx, rows: Sequence[Row], account_id: int, base: str) -> list[Item]:
    """Oldest first, each once, the texts without codes of ours."""
    each = sorted({row.id: row for row in rows}.values(), key=lambda row: row.id)
    if not each:
        return []
    texts = links.clean_text(tx, APART.join(row.text.replace("\x1e", " ") for row in each), base).split(APART)
    return [_item(row, text, account_id) for row, text in zip(each, texts, strict=True)]


def _item(row: Row, text: str, account_id: int) -> Item:
    told, own_id = None, 0
    if row.reply_to_account_id is not None and row.reply_to_account_id != account_id:
        told = Told(
            row.parent_text or "",
            row.parent_to_account_id == account_id,
            gone=row.parent_text is None,
            blog=row.software.lower() in BLOGS,
        )
    elif row.reply_to_id:
        own_id = row.reply_to_id
    passed = row.boost_of_id or row.quoted_id
    if passed and row.passed_account_id == account_id:
        own_id = own_id or passed
    return Item(row.id, row.at, text, row.visibility, told, own_id, passes_on=passed is not None)


def _to_a_stranger(tx: Tx, account_id: int, draft: Draft, terms: Terms) -> bool:
    """Does a direct message go to somebody who does not follow? Whom this server has never heard of
    does not follow."""
    ids = [_known(tx, mention, terms) for mention in scan(draft.text).mentions]
    return None in ids or queries.follow_not(tx, account_id, [id for id in ids if id]) > 0


def _known(tx: Tx, mention: Mention, terms: Terms) -> int | None:
    host = mention.host.lower()
    return queries.known(tx, handle_key(mention.handle), "" if host in terms.hosts else host)
