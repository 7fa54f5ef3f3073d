"""Table `draft`."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.drafts.rules import OPEN, Content, Draft, Stage
from linnet.kernel.ids import first_id_at
from linnet.kernel.page import NEWEST, Page, in_order
from linnet.kernel.value import Value


class Published(Value):
    """A post of the account in its calendar."""

    id: int
    text: str
    warning: str
    language: str
    created_at: int


COLUMNS = """id, account_id, person_id, stage, text, warning, sensitive, visibility, language, reply_to_id,
    media, poll, entry_id, go_links, app_id, key, due_at, post_id, problem, version, created_at, updated_at,
    quote_id, quotable, moved, insists"""
DRAFT = f"SELECT {COLUMNS} FROM draft WHERE id = :id"
BY_KEY = f"SELECT {COLUMNS} FROM draft WHERE account_id = :account_id AND key = :key AND key <> ''"
PLANNED = f"""SELECT {COLUMNS} FROM draft
    WHERE account_id = :account_id AND stage IN :stages AND due_at >= :since AND due_at < :until
    ORDER BY due_at, id LIMIT 500"""
LIST = f"""SELECT {COLUMNS} FROM draft
    WHERE account_id = :account_id AND stage IN :stages AND id < :below AND id > :above"""
LIST_DOWN, LIST_UP = f"{LIST} ORDER BY id DESC LIMIT :n", f"{LIST} ORDER BY id LIMIT :n"
OPEN_COUNT = "SELECT COUNT(*) FROM draft WHERE account_id = :account_id AND stage IN :stages"
TAKEN = """SELECT due_at FROM draft WHERE account_id = :account_id AND stage = 'set' AND due_at >= :since
    ORDER BY due_at LIMIT 500"""
OVERDUE = "SELECT id FROM draft WHERE stage = 'set' AND due_at < :before ORDER BY due_at LIMIT :n"

PUBLISHED = """SELECT id, text, warning, language, created_at FROM post
    WHERE account_id = :account_id AND id >= :first AND id < :last AND boost_of_id IS NULL AND visibility <> 'direct'
    AND (reply_to_account_id IS NULL OR reply_to_account_id = :account_id) ORDER BY id LIMIT 500"""


def draft(tx: Tx, draft_id: int) -> Draft | None:
    """The draft with this id."""
    return tx.one(Draft, DRAFT, id=draft_id)


def by_key(tx: Tx, account_id: int, key: str) -> Draft | None:
    """The draft that was made under this Idempotency-Key."""
    return tx.one(Draft, BY_KEY, account_id=account_id, key=key)


def planned(
    tx: Tx, account_id: int, since: int, until: int, stages: Sequence[Stage] = ("set",)
) -> list[Draft]:
    """Drafts due in [since, until) ms, in order."""
    return tx.all(Draft, PLANNED, account_id=account_id, since=since, until=until, stages=list(stages))


def drafts(tx: Tx, account_id: int, stages: Sequence[Stage] = OPEN, page: Page = NEWEST) -> list[Draft]:
    """The account's drafts in these stages, the newest first."""
    rows = tx.all(
        Draft,
        LIST_UP if page.ascending else LIST_DOWN,
        account_id=account_id,
        stages=list(stages),
        below=page.below,
        above=page.above,
        n=page.size,
    )
    return in_order(page, rows)


def open_count(tx: Tx, account_id: int) -> int:
    """How many are not sent yet."""
    count: int = tx.value(OPEN_COUNT, account_id=account_id, stages=list(OPEN))
    return count


def taken(tx: Tx, account_id: int, since: int) -> list[int]:
    """When posts are planned from `since` (ms) on."""
    return tx.all(int, TAKEN, account_id=account_id, since=since)


def overdue(tx: Tx, before: int, n: int = 500) -> list[int]:
    """Planned drafts of any account that should have gone out before `before` (ms)."""
    return tx.all(int, OVERDUE, before=before, n=n)


def published(tx: Tx, account_id: int, since: int, until: int) -> list[Published]:
    """What the account posted in [since, until) ms, in order: no answers to others, no boosts, no
    direct messages."""
    first, last = first_id_at(since), first_id_at(until)
    return tx.all(Published, PUBLISHED, account_id=account_id, first=first, last=last)


INSERT = """INSERT INTO draft (id, account_id, person_id, stage, text, warning, sensitive, visibility, language,
        reply_to_id, media, poll, entry_id, go_links, app_id, key, created_at, updated_at, quote_id, quotable)
    VALUES (:id, :account_id, :person_id, :stage, :text, :warning, :sensitive, :visibility, :language,
        :reply_to_id, :media, :poll, :entry_id, :go_links, :app_id, :key, :now, :now, :quote_id, :quotable)"""
SAVE = """UPDATE draft SET stage = :stage, text = :text, warning = :warning, sensitive = :sensitive,
    visibility = :visibility, language = :language, reply_to_id = :reply_to_id, media = :media, poll = :poll,
    go_links = :go_links, quote_id = :quote_id, quotable = :quotable, version = version + 1, updated_at = :now WHERE id = :id"""
SET_STAGE = """UPDATE draft SET stage = :stage, due_at = :due_at, post_id = :post_id, problem = :problem,
    person_id = :person_id, moved = :moved, insists = :insists, version = version + 1, updated_at = :now WHERE id = :id"""
DELETE = "DELETE FROM draft WHERE id = :id"


def insert(
    tx: Tx,
    content: Content,
    *,
    id: int,
    account_id: int,
    person_id: int,
    stage: Stage,
    app_id: int | None,
    key: str,
    now: int,
) -> None:
    tx.run(
        INSERT,
        id=id,
        account_id=account_id,
        person_id=person_id,
        stage=stage,
        text=content.text,
        warning=content.warning,
        sensitive=content.sensitive,
        visibility=content.visibility,
        language=content.language,
        reply_to_id=content.reply_to_id,
        media=content.media_text,
        poll=content.poll_text,
        entry_id=content.entry_id,
        go_links=content.go_links,
        quote_id=content.quote_id,
        quotable=content.quotable,
        app_id=app_id,
        key=key,
        now=now,
    )


def save(tx: Tx, draft_id: int, stage: Stage, content: Content, now: int) -> None:
    tx.run(
        SAVE,
        id=draft_id,
        stage=stage,
        text=content.text,
        warning=content.warning,
        sensitive=content.sensitive,
        visibility=content.visibility,
        language=content.language,
        reply_to_id=content.reply_to_id,
        media=content.media_text,
        poll=content.poll_text,
        go_links=content.go_links,
        quote_id=content.quote_id,
        quotable=content.quotable,
        now=now,
    )


def set_stage(tx: Tx, draft: Draft, now: int) -> None:
    """Writes stage, time, post, problem, who stands for it, and what a trial made of it."""
    tx.run(
        SET_STAGE,
        id=draft.id,
        stage=draft.stage,
        due_at=draft.due_at,
        post_id=draft.post_id,
        problem=draft.problem,
        person_id=draft.person_id,
        moved=draft.moved,
        insists=draft.insists,
        now=now,
    )


def delete(tx: Tx, draft_id: int) -> None:
    tx.run(DELETE, id=draft_id)


PLANNED_OF = "SELECT id FROM draft WHERE account_id = :account_id AND stage = 'set'"
DELETE_OF = "DELETE FROM draft WHERE account_id = :account_id"


def planned_of(tx: Tx, account_id: int) -> list[int]:
    """Drafts of the account that wait for their time."""
    return tx.all(int, PLANNED_OF, account_id=account_id)


def delete_of(tx: Tx, account_id: int) -> None:
    tx.run(DELETE_OF, account_id=account_id)
