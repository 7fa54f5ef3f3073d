"""Tables `trial`, `trial_day`, `trial_post`, `trial_look`, `trial_note`; and what a trial reads of
visits and posts."""

from collections.abc import Sequence

from linnet.db.tx import Tx
from linnet.desk.trial.rules import Counted, Note, Trial, TrialDay
from linnet.desk.trial.sources import source_of
from linnet.desk.visits.campaign import Tags
from linnet.desk.visits.rules import PROBABLE
from linnet.kernel.ids import first_id_at
from linnet.kernel.value import Value


class Posted(Value):
    """What went out on the days of a trial. `quiet`: in quiet time, or beyond what a light day may have, because
    somebody insisted."""

    post_id: int
    day: str
    at: int
    kind: str
    quiet: bool


class Look(Value):
    """A look before the end. `result`: JSON."""

    number: int
    day: str
    result: str
    at: int


class Came(Value):
    """Visits of one kind from one place: `mark`, `source` and `medium` are what the landing address said."""

    referrer: str
    channel: str
    mark: str
    source: str
    medium: str
    kind: str
    visits: int

    @property
    def tags(self) -> Tags:
        return Tags(self.mark, self.source, self.medium)


class Quarter(Value):
    """Visits that began in a quarter of an hour since 1970: no zone's midnight falls within one."""

    quarter: int
    kind: str
    came: str
    visits: int


class Parent(Value):
    """Of a post that is answered: who wrote it, and whom that one answered."""

    account_id: int
    reply_to_account_id: int | None
    boost_of_id: int | None


TRIAL = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial WHERE id = :id"""
CURRENT = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial
    WHERE account_id = :account_id AND stage NOT IN ('judged', 'dropped')"""
LIVING = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial
    WHERE stage IN ('frozen', 'running', 'stopped', 'ended') ORDER BY id"""
PAST = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial
    WHERE account_id = :account_id AND stage = 'judged' ORDER BY id DESC LIMIT 50"""
WITHIN = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial
    WHERE account_id = :account_id AND stage NOT IN ('planned', 'dropped')
        AND first_day <= :last AND last_day >= :first ORDER BY id"""
IS_QUIET = """SELECT id, account_id, person_id, stage, time_zone, plan, power, protocol, protocol_hash, seed, seed_hash,
    first_day, last_day, alive_at, post_id, verdict, created_at, frozen_at, over_at FROM trial
    WHERE account_id = :account_id AND stage IN ('frozen', 'running')"""
INSERT = """INSERT INTO trial (id, account_id, person_id, stage, time_zone, plan, created_at)
    VALUES (:id, :account_id, :person_id, 'planned', :time_zone, :plan, :now)"""
SET_PLAN = "UPDATE trial SET plan = :plan, power = '' WHERE id = :id AND stage = 'planned'"
SET_POWER = "UPDATE trial SET power = :power WHERE id = :id AND stage = 'planned'"
FREEZE = """UPDATE trial SET stage = 'frozen', protocol = :protocol, protocol_hash = :protocol_hash, seed = :seed,
    seed_hash = :seed_hash, first_day = :first_day, last_day = :last_day, frozen_at = :now, alive_at = :now
    WHERE id = :id AND stage = 'planned'"""
SET_STAGE = "UPDATE trial SET stage = :stage, over_at = :over_at WHERE id = :id AND stage = :before"
SET_ALIVE = "UPDATE trial SET alive_at = :alive_at WHERE id = :id"
SET_LAST_DAY = "UPDATE trial SET last_day = :last_day WHERE id = :id"
SITES = "SELECT host FROM site ORDER BY position"
FIRM_ZONE = "SELECT time_zone FROM firm WHERE id = 1"
SET_POST = "UPDATE trial SET post_id = :post_id WHERE id = :id"
SET_VERDICT = (
    "UPDATE trial SET stage = 'judged', verdict = :verdict WHERE id = :id AND stage IN ('stopped', 'ended')"
)


def trial(tx: Tx, trial_id: int) -> Trial | None:
    """The trial with this id."""
    return tx.one(Trial, TRIAL, id=trial_id)


def current(tx: Tx, account_id: int) -> Trial | None:
    """The account's trial that is not judged yet."""
    return tx.one(Trial, CURRENT, account_id=account_id)


def living(tx: Tx) -> list[Trial]:
    """Every trial in which something may be due."""
    return tx.all(Trial, LIVING)


def past(tx: Tx, account_id: int) -> list[Trial]:
    """Trials with a verdict, the newest first."""
    return tx.all(Trial, PAST, account_id=account_id)


def within(tx: Tx, account_id: int, first: str, last: str) -> list[Trial]:
    """Trials that were frozen and have a day from `first` to `last`."""
    return tx.all(Trial, WITHIN, account_id=account_id, first=first, last=last)


def obeyed(tx: Tx, account_id: int) -> Trial | None:
    """The trial that says when the account is quiet."""
    return tx.one(Trial, IS_QUIET, account_id=account_id)


def insert(tx: Tx, *, id: int, account_id: int, person_id: int, time_zone: str, plan: str, now: int) -> None:
    tx.run(INSERT, id=id, account_id=account_id, person_id=person_id, time_zone=time_zone, plan=plan, now=now)


def set_plan(tx: Tx, trial_id: int, plan: str) -> bool:
    """Another plan, whose power is not known. False once it is frozen."""
    return tx.run(SET_PLAN, id=trial_id, plan=plan) > 0


def set_power(tx: Tx, trial_id: int, power: str) -> bool:
    return tx.run(SET_POWER, id=trial_id, power=power) > 0


def freeze(
    tx: Tx,
    trial_id: int,
    *,
    protocol: str,
    protocol_hash: str,
    seed: str,
    seed_hash: str,
    first_day: str,
    last_day: str,
    now: int,
) -> bool:
    """False when it is not planned any more."""
    return (
        tx.run(
            FREEZE,
            id=trial_id,
            protocol=protocol,
            protocol_hash=protocol_hash,
            seed=seed,
            seed_hash=seed_hash,
            first_day=first_day,
            last_day=last_day,
            now=now,
        )
        > 0
    )


def set_stage(tx: Tx, trial: Trial, stage: str, over_at: int | None) -> bool:
    """False when somebody else was first."""
    return tx.run(SET_STAGE, id=trial.id, stage=stage, over_at=over_at, before=trial.stage) > 0


def set_alive(tx: Tx, trial_id: int, alive_at: int) -> None:
    tx.run(SET_ALIVE, id=trial_id, alive_at=alive_at)


def set_post(tx: Tx, trial_id: int, post_id: int) -> None:
    tx.run(SET_POST, id=trial_id, post_id=post_id)


def set_last_day(tx: Tx, trial_id: int, day: str) -> None:
    """Where a trial that is stopped ends."""
    tx.run(SET_LAST_DAY, id=trial_id, last_day=day)


def sites(tx: Tx) -> list[str]:
    """The hosts that visits are counted on."""
    return tx.all(str, SITES)


def firm_zone(tx: Tx) -> str:
    """The firm's time zone as it is now; '' before there is a firm."""
    return tx.one(str, FIRM_ZONE) or ""


def set_verdict(tx: Tx, trial_id: int, verdict: str) -> bool:
    return tx.run(SET_VERDICT, id=trial_id, verdict=verdict) > 0


DAYS = """SELECT trial_id, day, span, arm, state, reason, alive, visits, search, paid, machines, counted_at
    FROM trial_day WHERE trial_id = :trial_id ORDER BY day"""
DAYS_NEAR = """SELECT trial_id, day, span, arm, state, reason, alive, visits, search, paid, machines, counted_at
    FROM trial_day WHERE trial_id = :trial_id AND day >= :first AND day <= :last ORDER BY day"""
INSERT_DAY = "INSERT INTO trial_day (trial_id, day, span, arm) VALUES (:trial_id, :day, :span, :arm)"
ADD_ALIVE = """UPDATE trial_day SET alive = alive + :ms
    WHERE trial_id = :trial_id AND day = :day AND state = 'open'"""
COUNT_DAY = """UPDATE trial_day SET state = :state, reason = :reason, visits = :visits, search = :search, paid = :paid,
    machines = :machines, counted_at = :now WHERE trial_id = :trial_id AND day = :day AND state = 'open'"""
SPOIL_DAY = """UPDATE trial_day SET state = 'dropped', reason = :reason, counted_at = :now
    WHERE trial_id = :trial_id AND day = :day AND state = 'open'"""


def days(tx: Tx, trial_id: int) -> list[TrialDay]:
    """Every day of a trial, in order."""
    return tx.all(TrialDay, DAYS, trial_id=trial_id)


def days_near(tx: Tx, trial_id: int, first: str, last: str) -> list[TrialDay]:
    """The days of a trial from `first` to `last`, in order."""
    return tx.all(TrialDay, DAYS_NEAR, trial_id=trial_id, first=first, last=last)


def insert_days(tx: Tx, trial_id: int, drawn: Sequence[tuple[str, int, str]]) -> None:
    """`drawn`: (day, span, arm)."""
    tx.many(
        INSERT_DAY, [{"trial_id": trial_id, "day": day, "span": span, "arm": arm} for day, span, arm in drawn]
    )


def add_alive(tx: Tx, trial_id: int, day: str, ms: int) -> None:
    tx.run(ADD_ALIVE, trial_id=trial_id, day=day, ms=ms)


def count_day(tx: Tx, trial_id: int, day: str, counted: Counted, reason: str, now: int) -> bool:
    """Writes what came on a day, once. With a reason it is dropped. False when it was counted before."""
    return (
        tx.run(
            COUNT_DAY,
            trial_id=trial_id,
            day=day,
            state="dropped" if reason else "counted",
            reason=reason,
            visits=counted.visits,
            search=counted.search,
            paid=counted.paid,
            machines=counted.machines,
            now=now,
        )
        > 0
    )


def spoil_day(tx: Tx, trial_id: int, day: str, reason: str, now: int) -> bool:
    """Drops a day that is still open."""
    return tx.run(SPOIL_DAY, trial_id=trial_id, day=day, reason=reason, now=now) > 0


PUT_POST = """INSERT INTO trial_post (post_id, trial_id, day, at, kind, quiet)
    VALUES (:post_id, :trial_id, :day, :at, :kind, :quiet) ON CONFLICT (post_id) DO NOTHING"""
POSTS = "SELECT post_id, day, at, kind, quiet FROM trial_post WHERE trial_id = :trial_id ORDER BY at, post_id"

POSTED_ON = "SELECT COUNT(*) FROM trial_post WHERE trial_id = :trial_id AND day = :day"


def posted_on(tx: Tx, trial_id: int, day: str) -> int:
    """How much went out on a day of a trial."""
    found: int = tx.value(POSTED_ON, trial_id=trial_id, day=day)
    return found


def put_post(tx: Tx, trial_id: int, posted: Posted) -> None:
    tx.run(
        PUT_POST,
        post_id=posted.post_id,
        trial_id=trial_id,
        day=posted.day,
        at=posted.at,
        kind=posted.kind,
        quiet=posted.quiet,
    )


def posts(tx: Tx, trial_id: int) -> list[Posted]:
    """What went out, in order. What was deleted since went out all the same."""
    return tx.all(Posted, POSTS, trial_id=trial_id)


PUT_LOOK = """INSERT INTO trial_look (trial_id, number, day, result, at)
    VALUES (:trial_id, :number, :day, :result, :at) ON CONFLICT (trial_id, number) DO NOTHING"""
LOOKS = "SELECT number, day, result, at FROM trial_look WHERE trial_id = :trial_id ORDER BY number"
PUT_NOTE = """INSERT INTO trial_note (id, trial_id, at, person_id, what, words)
    VALUES (:id, :trial_id, :at, :person_id, :what, :words)"""
NOTES = "SELECT at, person_id, what, words FROM trial_note WHERE trial_id = :trial_id ORDER BY id LIMIT 2000"


def put_look(tx: Tx, trial_id: int, look: Look) -> bool:
    """False when it was taken before."""
    return (
        tx.run(PUT_LOOK, trial_id=trial_id, number=look.number, day=look.day, result=look.result, at=look.at)
        > 0
    )


def looks(tx: Tx, trial_id: int) -> list[Look]:
    """The looks that were taken."""
    return tx.all(Look, LOOKS, trial_id=trial_id)


def put_note(tx: Tx, trial_id: int, note: Note, id: int) -> None:
    tx.run(
        PUT_NOTE,
        id=id,
        trial_id=trial_id,
        at=note.at,
        person_id=note.person_id,
        what=note.what,
        words=note.words,
    )


def notes(tx: Tx, trial_id: int) -> list[Note]:
    """What happened to it, in order."""
    return tx.all(Note, NOTES, trial_id=trial_id)


CAME = """SELECT v.referrer, COALESCE(l.channel, '') AS channel, v.mark, v.source, v.medium, v.kind, COUNT(*) AS visits
    FROM visit v LEFT JOIN link l ON l.code = v.code AND v.code <> ''
    WHERE v.first_at >= :since AND v.first_at < :until AND v.kind <> 'staff'
    GROUP BY v.referrer, COALESCE(l.channel, ''), v.mark, v.source, v.medium, v.kind"""
# Half a year of visits for a page: from the index visit_time alone, by the way that is kept with them.
QUARTERS = """SELECT first_at / 900000 AS quarter, kind, came, COUNT(*) AS visits FROM visit
    WHERE first_at >= :since AND first_at < :until AND kind <> 'staff'
    GROUP BY first_at / 900000, kind, came"""
FIRST_VISIT = "SELECT MIN(first_at) FROM visit"
PARENT = "SELECT account_id, reply_to_account_id, boost_of_id FROM post WHERE id = :id"
NAMED = "SELECT account_id FROM mention WHERE post_id = :id"
DELAYS = """SELECT v.first_at - p.created_at FROM visit v JOIN link l ON l.code = v.code JOIN post p ON p.id = l.post_id
    WHERE v.code <> '' AND v.first_at >= :since AND v.first_at < :until AND v.kind IN :kinds
        AND l.account_id = :account_id AND v.first_at >= p.created_at ORDER BY 1 LIMIT 200000"""


def counted(tx: Tx, since: int, until: int, rule: int) -> Counted:
    """Visits that began in [since, until) ms, by where they came from (`sources`), by the protocol's `rule`."""
    sums = {"other": 0, "search": 0, "mail": 0, "ads": 0}
    machines = 0
    for row in tx.all(Came, CAME, since=since, until=until):
        if row.kind in PROBABLE:
            sums[source_of(row.referrer, row.channel, row.tags, rule)] += row.visits
        else:
            machines += row.visits
    return Counted(sums["other"], sums["search"], sums["mail"] + sums["ads"], machines)


def quarters(tx: Tx, since: int, until: int) -> list[Quarter]:
    """Visits that began in [since, until) ms, in small sums that can be put together to local days."""
    return tx.all(Quarter, QUARTERS, since=since, until=until)


def first_visit(tx: Tx) -> int | None:
    """When the first visit was counted, in ms."""
    found: int | None = tx.value(FIRST_VISIT)
    return found


def parent(tx: Tx, post_id: int) -> Parent | None:
    """Who wrote a post, and whom it answers."""
    return tx.one(Parent, PARENT, id=post_id)


def named(tx: Tx, post_id: int) -> list[int]:
    """Whom a post mentions."""
    return tx.all(int, NAMED, id=post_id)


def delays(tx: Tx, account_id: int, since: int, until: int) -> list[int]:
    """How long after their posts people came by the account's tagged links, in ms, the fastest first."""
    return tx.all(int, DELAYS, account_id=account_id, since=since, until=until, kinds=list(PROBABLE))


OWN_POSTS = """SELECT created_at FROM post WHERE account_id = :account_id AND id >= :first AND id < :last
    AND visibility <> 'direct' AND (reply_to_account_id IS NULL OR reply_to_account_id = :account_id)
    ORDER BY id LIMIT 20000"""


def own_posts(tx: Tx, account_id: int, since: int, until: int) -> list[int]:
    """When the account's posts and boosts of [since, until) ms went out. Answers to others are left out: most of them
    were asked for, and such a trial lets these out at any time."""
    return tx.all(int, OWN_POSTS, account_id=account_id, first=first_id_at(since), last=first_id_at(until))
