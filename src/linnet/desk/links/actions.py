"""Making tracked links, and taking the tracking back out of a text."""

import secrets

from linnet.db.tx import Tx
from linnet.desk.links import queries, rules
from linnet.desk.links.rules import Link, Preview, Ways
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import MINUTE
from linnet.kernel.errors import Invalid, NotFound
from linnet.social.text.scan import scan


class FetchPreview(Job):
    """Ask a go link's target for its title and picture, once."""

    lane = "fetch"
    lease = MINUTE
    patience = 5

    target: str


def track(
    tx: Tx,
    text: str,
    *,
    ways: Ways,
    channel: str,
    account_id: int,
    post_id: int | None = None,
    now: int,
) -> str:
    """`text` with its links tracked as `ways` says: own sites get `?ln=code` behind what was
    written, foreign ones become go links only when asked. One code for a target, channel and
    post: repeating changes nothing. An address that cannot be tracked safely stays as it is.
    Raises Invalid("channel")."""
    rules.check_channel(channel)
    clean = clean_text(tx, text, ways.base)
    made: dict[str, Link] = {}
    pieces, at = [], 0
    for found in scan(clean).links:
        target = rules.without_code(found.url)
        kind = _kind(target, ways)
        if not kind:
            continue
        if target not in made:
            made[target] = make(
                tx, target, kind=kind, channel=channel, account_id=account_id, post_id=post_id, now=now
            )
        code, written = made[target].code, clean[found.start : found.end]
        pieces += [
            clean[at : found.start],
            rules.with_code(written, code) if kind == "site" else rules.go_address(ways.base, code),
        ]
        at = found.end
    return "".join([*pieces, clean[at:]])


def _kind(target: str, ways: Ways) -> str:
    try:
        rules.check_target(target)
    except Invalid:
        return ""
    return rules.kind_for(target, ways)


def clean_text(tx: Tx, text: str, base: str) -> str:
    """`text` as its author typed it: codes of ours are taken out of its links, and go links are
    turned back into their targets. A code that is not ours is left alone."""
    spots = [(link, rules.code_in(link.url) or rules.go_code(link.url, base)) for link in scan(text).links]
    known = queries.links(tx, {code for _, code in spots if code})
    pieces, at = [], 0
    for found, code in spots:
        if code in known:
            pieces += [text[at : found.start], _typed(text[found.start : found.end], known[code])]
            at = found.end
    return "".join([*pieces, text[at:]])


def _typed(written: str, link: Link) -> str:
    if link.kind == "go":
        return link.target
    bare = rules.without_code(written)
    bald = "/" not in link.target.partition("://")[2]  # typed as a host without a path
    return bare.removesuffix("/") if bald else bare


def make(
    tx: Tx, target: str, *, kind: str, channel: str, account_id: int, post_id: int | None, now: int
) -> Link:
    """A tracked link for `target`; the one that the post has already, where it has one. A go
    link's target is asked for its preview. Raises Invalid for a target or channel."""
    rules.check_target(target)
    rules.check_channel(channel)
    if kind not in {"site", "go"}:
        raise Invalid("kind", "must be site or go")
    had = post_id and queries.used(tx, post_id=post_id, channel=channel, kind=kind, target=target)
    if had:
        return had
    page = rules.canonical(target)
    while True:
        code = rules.code_of(secrets.randbits(rules.CODE_BITS))
        link = Link(code, kind, target, page, account_id, post_id, channel, now)
        if queries.insert(tx, link):
            break
    if kind == "go" and queries.preview(tx, target) is None:
        jobs.add(tx, FetchPreview(target), now=now, key=f"preview:{target}"[:300])
    return link


def stop(tx: Tx, code: str, *, now: int) -> None:
    """Switches a go link off: it leads nowhere from now on. Raises NotFound."""
    if not queries.set_stopped(tx, code, now):
        raise NotFound("link")


def resume(tx: Tx, code: str) -> None:
    """Switches a go link on again. Raises NotFound."""
    if not queries.set_stopped(tx, code, None):
        raise NotFound("link")


def keep_preview(tx: Tx, preview: Preview) -> None:
    """Stores what a target said about itself, or why it said nothing."""
    queries.put_preview(tx, preview)
