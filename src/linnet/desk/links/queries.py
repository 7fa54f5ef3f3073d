"""Tables `link` and `link_preview`."""

from linnet.db.tx import Tx
from linnet.desk.links.rules import Link, Preview

COLUMNS = "code, kind, target, canonical, account_id, post_id, channel, created_at, burst_at, stopped_at"
LINK = f"SELECT {COLUMNS} FROM link WHERE code = :code"
LINKS = f"SELECT {COLUMNS} FROM link WHERE code IN :codes"
OF_POST = f"SELECT {COLUMNS} FROM link WHERE post_id = :post_id ORDER BY created_at, code LIMIT 500"
USED = f"""SELECT {COLUMNS} FROM link
    WHERE post_id = :post_id AND channel = :channel AND kind = :way AND target = :target"""
OF_ACCOUNT = f"""SELECT {COLUMNS} FROM link WHERE account_id = :account_id AND created_at < :before
    ORDER BY created_at DESC, code LIMIT :n"""
OWN_HOSTS = "SELECT host FROM site ORDER BY position, host LIMIT 100"


def link(tx: Tx, code: str) -> Link | None:
    """The link with this code."""
    return tx.one(Link, LINK, code=code)


def links(tx: Tx, codes: set[str]) -> dict[str, Link]:
    """The links among `codes` that there are, by code."""
    found = tx.all(Link, LINKS, codes=sorted(codes)) if codes else []
    return {row.code: row for row in found}


def of_post(tx: Tx, post_id: int) -> list[Link]:
    """The tracked links of a post, in every channel."""
    return tx.all(Link, OF_POST, post_id=post_id)


def of_account(tx: Tx, account_id: int, *, before: int, n: int = 50) -> list[Link]:
    """Links of an account made before `before` (ms), the newest first."""
    return tx.all(Link, OF_ACCOUNT, account_id=account_id, before=before, n=n)


def used(tx: Tx, *, post_id: int, channel: str, kind: str, target: str) -> Link | None:
    """The link that this post has for this target in this channel."""
    return tx.one(Link, USED, post_id=post_id, channel=channel, way=kind, target=target)


def own_hosts(tx: Tx) -> tuple[str, ...]:
    """The firm's websites: hosts in lower case, without www."""
    return tuple(tx.all(str, OWN_HOSTS))


INSERT = """INSERT INTO link (code, kind, target, canonical, account_id, post_id, channel, created_at)
    VALUES (:code, :kind, :target, :canonical, :account_id, :post_id, :channel, :created_at)
    ON CONFLICT (code) DO NOTHING"""
SET_STOPPED = "UPDATE link SET stopped_at = :at WHERE code = :code"
SET_BURST = "UPDATE link SET burst_at = :at WHERE code = :code AND burst_at IS NULL"


def insert(tx: Tx, row: Link) -> bool:
    """False when the code is taken."""
    changed = tx.run(
        INSERT,
        code=row.code,
        kind=row.kind,
        target=row.target,
        canonical=row.canonical,
        account_id=row.account_id,
        post_id=row.post_id,
        channel=row.channel,
        created_at=row.created_at,
    )
    return changed > 0


def set_stopped(tx: Tx, code: str, at: int | None) -> bool:
    """False when there is no such link."""
    return tx.run(SET_STOPPED, code=code, at=at) > 0


def set_burst(tx: Tx, code: str, at: int) -> None:
    tx.run(SET_BURST, code=code, at=at)


PREVIEW = """SELECT target, title, description, image, site_name, problem, fetched_at
    FROM link_preview WHERE target = :target"""
PUT_PREVIEW = """INSERT INTO link_preview (target, title, description, image, site_name, problem, fetched_at)
    VALUES (:target, :title, :description, :image, :site_name, :problem, :fetched_at)
    ON CONFLICT (target) DO UPDATE SET title = excluded.title, description = excluded.description,
    image = excluded.image, site_name = excluded.site_name, problem = excluded.problem,
    fetched_at = excluded.fetched_at"""


def preview(tx: Tx, target: str) -> Preview | None:
    """What is known of a go link's target."""
    return tx.one(Preview, PREVIEW, target=target)


def put_preview(tx: Tx, row: Preview) -> None:
    tx.run(
        PUT_PREVIEW,
        target=row.target,
        title=row.title,
        description=row.description,
        image=row.image,
        site_name=row.site_name,
        problem=row.problem,
        fetched_at=row.fetched_at,
    )
