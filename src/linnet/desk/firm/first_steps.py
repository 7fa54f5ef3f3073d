"""The first fortnight: ten steps from an empty server to a statement worth reading. Each ticks itself
off when its effect is in the data; nothing is kept about them. Who counts first before posting begins with the
counter, and keeps the first update instead of sending it."""

from linnet.db.tx import Tx
from linnet.desk.firm.rules import Firm
from linnet.kernel.clock import DAY
from linnet.kernel.value import Value
from linnet.social.people.rules import Account

FORTNIGHT = 14 * DAY
PEOPLE, SOURCES = 5, 3  # enough for a home and for news that are worth a look

DONE = """SELECT
    (SELECT COUNT(*) FROM feed) AS sources,
    EXISTS (SELECT 1 FROM draft WHERE account_id = :account_id AND stage IN ('set', 'sent', 'missed')) AS planned,
    EXISTS (SELECT 1 FROM draft WHERE account_id = :account_id AND stage <> 'idea') AS kept,
    EXISTS (SELECT 1 FROM post WHERE account_id = :account_id AND reply_to_account_id <> :account_id) AS answered,
    EXISTS (SELECT 1 FROM hit WHERE source <> 'go') AS counted,
    EXISTS (SELECT 1 FROM sale) OR EXISTS (SELECT 1 FROM lead) AS reported,
    EXISTS (SELECT 1 FROM effort_person WHERE person_id = :person_id AND measured) AS measured"""


class Done(Value):
    """What is in the data already, apart from what the account itself says."""

    sources: int
    planned: bool
    kept: bool
    answered: bool
    counted: bool
    reported: bool
    measured: bool


class Step(Value):
    """One of the ten: what to do, where, and whether it is done."""

    words: str
    path: str
    done: bool


def is_fresh(firm: Firm, now: int) -> bool:
    """Is this the firm's first fortnight?"""
    return now < firm.created_at + FORTNIGHT


def done(tx: Tx, account_id: int, person_id: int) -> Done:
    """What this account and person have done so far."""
    found = tx.one(Done, DONE, account_id=account_id, person_id=person_id)
    return found or Done(0, False, False, False, False, False, False)


def steps(account: Account, had: Done, *, waits: bool = False) -> list[Step]:
    """The ten, in the order in which they help. `waits`: the firm counts visits before its first post. Pure."""
    counter = Step("Put the line on your website", "/links/snippet", had.counted)
    posted = account.posts_count > 0
    write = (
        Step("Keep a first update for the start", "/compose", had.kept or posted)
        if waits
        else Step("Write the first update", "/compose", posted)
    )
    return [
        counter if waits else write,
        Step("Say what you do, and where", "/settings#profile", bool(account.bio)),
        Step("Choose a picture that people know", "/settings#profile", account.avatar_id is not None),
        Step("Have your time measured", "/time", had.measured),
        write if waits else counter,
        Step("Follow five people of your field", "/search", account.following_count >= PEOPLE),
        Step("Add three sources of news", "/sources", had.sources >= SOURCES),
        Step("Set an update for another day", "/plan/new", had.planned),
        Step("Answer somebody", "/answers", had.answered),
        Step("Connect your shop, or read in sales", "/sales", had.reported),
    ]
