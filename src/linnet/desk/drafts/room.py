"""Room on the light days of a trial: what is planned has its place there, the earliest first."""

from linnet.db.tx import Tx
from linnet.desk.drafts import queries
from linnet.desk.trial import obeying
from linnet.desk.trial.obeying import Known


def beside(tx: Tx, found: Known, account_id: int, but: int | None = None) -> Known:
    """`found` with everything planned in its place on light days, the draft `but` aside. Two queries for each of
    the few light days that may be known; none without."""
    due = [
        draft.due_at
        for light in found.lights
        for draft in queries.planned(tx, account_id, light.start, light.end)
        if draft.due_at is not None and draft.id != but and obeying.counts(tx, account_id, draft.new_post)
    ]
    return found.beside(due)


def too_many(tx: Tx, found: Known, account_id: int) -> list[int]:
    """The planned posts, by id, that light days have no room for: of each day the last ones. What was insisted
    on has its place first."""
    over: list[int] = []
    for light in found.lights:
        drafts = [
            draft
            for draft in queries.planned(tx, account_id, light.start, light.end)
            if obeying.counts(tx, account_id, draft.new_post)
        ]
        left = max(0, light.left - sum(draft.insists for draft in drafts))
        over += [draft.id for draft in drafts if not draft.insists][left:]
    return over
