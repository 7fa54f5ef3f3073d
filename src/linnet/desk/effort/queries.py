"""Tables `beat`, `api_call`, `effort_day`, `effort_entry`, `effort_person`, `effort_rate`,
`effort_setting`, `effort_timer`; `prices` has the others."""

from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.effort.app_use import Call
from linnet.desk.effort.rules import Beat, DayTime, Entry, Rate, Setting
from linnet.desk.effort.timers import Timer
from linnet.kernel.clock import zone
from linnet.kernel.errors import NotFound
from linnet.kernel.value import Value

SETTING = "SELECT idle, folded_through, raw_from FROM effort_setting WHERE id = 1"
SET_IDLE = "UPDATE effort_setting SET idle = :idle WHERE id = 1"
SET_FOLDED = "UPDATE effort_setting SET folded_through = :day WHERE id = 1"
SET_RAW_FROM = "UPDATE effort_setting SET raw_from = :day WHERE id = 1"
ZONE = "SELECT time_zone FROM firm WHERE id = 1"
MONEY = "SELECT account_id, currency, hourly_cost FROM firm WHERE id = 1"


class FirmMoney(Value):
    """What of the firm a cost is counted by: `hourly_cost` in minor units of `currency`."""

    account_id: int
    currency: str
    hourly_cost: int


def setting(tx: Tx) -> Setting:
    """How time is measured here."""
    row = tx.one(Setting, SETTING)
    if row is None:
        raise NotFound("setting of time measuring")
    return row


def set_idle(tx: Tx, idle: int) -> None:
    tx.run(SET_IDLE, idle=idle)


def set_folded(tx: Tx, day: str) -> None:
    tx.run(SET_FOLDED, day=day)


def set_raw_from(tx: Tx, day: str) -> None:
    tx.run(SET_RAW_FROM, day=day)


def firm_zone(tx: Tx) -> ZoneInfo:
    """The firm's time zone; UTC before it is set up."""
    return zone(tx.value(ZONE) or "UTC")


def firm_money(tx: Tx) -> FirmMoney:
    """Whose cost it is. Raises NotFound before the set-up."""
    found = tx.one(FirmMoney, MONEY)
    if found is None:
        raise NotFound("firm")
    return found


MEASURED = "SELECT measured FROM effort_person WHERE person_id = :person_id"
SET_MEASURED = """INSERT INTO effort_person (person_id, measured, changed_at) VALUES (:person_id, :measured, :now)
    ON CONFLICT (person_id) DO UPDATE SET measured = excluded.measured, changed_at = excluded.changed_at"""
UNMEASURED_COUNT = """SELECT COUNT(*) FROM member m JOIN person p ON p.id = m.person_id
    LEFT JOIN effort_person e ON e.person_id = m.person_id
    WHERE m.account_id = :account_id AND p.disabled_at IS NULL AND m.role <> 'reader' AND NOT COALESCE(e.measured, FALSE)"""


def measured(tx: Tx, person_id: int) -> bool:
    """Did this person switch their time measuring on?"""
    return bool(tx.one(bool, MEASURED, person_id=person_id))


def set_measured(tx: Tx, person_id: int, measured: bool, now: int) -> None:
    tx.run(SET_MEASURED, person_id=person_id, measured=measured, now=now)


def unmeasured_count(tx: Tx, account_id: int) -> int:
    """How many members who can work for the account have it off."""
    count: int = tx.value(UNMEASURED_COUNT, account_id=account_id)
    return count


RATES = "SELECT person_id, since_day, hourly_cost FROM effort_rate ORDER BY person_id, since_day"
SET_RATE = """INSERT INTO effort_rate (person_id, since_day, hourly_cost) VALUES (:person_id, :since_day, :hourly_cost)
    ON CONFLICT (person_id, since_day) DO UPDATE SET hourly_cost = excluded.hourly_cost"""


DROP_RATES = "DELETE FROM effort_rate"


def drop_rates(tx: Tx) -> None:
    tx.run(DROP_RATES)


def rates(tx: Tx) -> list[Rate]:
    """Every rate that is not the firm's usual one: a handful of rows per person."""
    return tx.all(Rate, RATES)


def set_rate(tx: Tx, rate: Rate) -> None:
    tx.run(SET_RATE, person_id=rate.person_id, since_day=rate.since_day, hourly_cost=rate.hourly_cost)


DROP_RATE = "DELETE FROM effort_rate WHERE person_id = :person_id AND since_day = :since_day"


def drop_rate(tx: Tx, person_id: int, since_day: str) -> bool:
    return tx.run(DROP_RATE, person_id=person_id, since_day=since_day) > 0


TIMER = (
    "SELECT person_id, account_id, channel, note, started_at FROM effort_timer WHERE person_id = :person_id"
)
PUT_TIMER = """INSERT INTO effort_timer (person_id, account_id, channel, note, started_at)
    VALUES (:person_id, :account_id, :channel, :note, :started_at)"""
DROP_TIMER = "DELETE FROM effort_timer WHERE person_id = :person_id"


def timer(tx: Tx, person_id: int) -> Timer | None:
    """The timer that a person has running."""
    return tx.one(Timer, TIMER, person_id=person_id)


def put_timer(tx: Tx, timer: Timer) -> None:
    tx.run(
        PUT_TIMER,
        person_id=timer.person_id,
        account_id=timer.account_id,
        channel=timer.channel,
        note=timer.note,
        started_at=timer.started_at,
    )


def drop_timer(tx: Tx, person_id: int) -> bool:
    return tx.run(DROP_TIMER, person_id=person_id) > 0


INSERT_BEAT = """INSERT INTO beat (person_id, at, tab, account_id, activity, quiet)
    VALUES (:person_id, :at, :tab, :account_id, :activity, :quiet) ON CONFLICT DO NOTHING"""
BEATS = """SELECT person_id, at, tab, account_id, activity, quiet FROM beat
    WHERE at >= :start AND at < :end ORDER BY person_id, at"""
BEATS_OF = """SELECT person_id, at, tab, account_id, activity, quiet FROM beat
    WHERE person_id = :person_id AND at >= :start AND at < :end ORDER BY at"""
FIRST_RAW = """SELECT MIN(at) FROM (SELECT MIN(at) AS at FROM beat UNION ALL SELECT MIN(at) AS at FROM api_call) raw"""
DROP_BEATS_BEFORE = "DELETE FROM beat WHERE at < :before"
DROP_BEATS_OF = "DELETE FROM beat WHERE person_id = :person_id AND at >= :start AND at <= :end"


def insert_beat(tx: Tx, beat: Beat) -> None:
    tx.run(
        INSERT_BEAT,
        person_id=beat.person_id,
        at=beat.at,
        tab=beat.tab,
        account_id=beat.account_id,
        activity=beat.activity,
        quiet=beat.quiet,
    )


def beats(tx: Tx, start: int, end: int) -> list[Beat]:
    """The beats of everybody within [start, end) ms. As many as there were: for a day or two."""
    return tx.all(Beat, BEATS, start=start, end=end)


def beats_of(tx: Tx, person_id: int, start: int, end: int) -> list[Beat]:
    """As `beats`, of one person."""
    return tx.all(Beat, BEATS_OF, person_id=person_id, start=start, end=end)


def first_raw(tx: Tx) -> int | None:
    """The moment of the oldest raw row, in ms."""
    at: int | None = tx.value(FIRST_RAW)
    return at


INSERT_CALL = """INSERT INTO api_call (id, person_id, at, account_id, kind)
    SELECT CAST(:id AS BIGINT), CAST(:person_id AS BIGINT), CAST(:at AS BIGINT), CAST(:account_id AS BIGINT), :kind
    WHERE EXISTS (SELECT 1 FROM effort_person e WHERE e.person_id = :person_id AND e.measured)"""
CALLS = """SELECT person_id, at, account_id, kind FROM api_call
    WHERE at >= :start AND at < :end ORDER BY person_id, at"""
CALLS_OF = """SELECT person_id, at, account_id, kind FROM api_call
    WHERE person_id = :person_id AND at >= :start AND at < :end ORDER BY at"""
DROP_CALLS_BEFORE = "DELETE FROM api_call WHERE at < :before"
DROP_CALLS_OF = "DELETE FROM api_call WHERE person_id = :person_id AND at >= :start AND at <= :end"


def insert_calls(tx: Tx, calls: list[tuple[int, Call]]) -> None:
    """Writes the calls (each with an id) of those who are measured; the others leave no trace."""
    tx.many(
        INSERT_CALL,
        (
            {"id": id, "person_id": c.person_id, "at": c.at, "account_id": c.account_id, "kind": c.kind}
            for id, c in calls
        ),
    )


def calls(tx: Tx, start: int, end: int) -> list[Call]:
    """The calls of everybody within [start, end) ms."""
    return tx.all(Call, CALLS, start=start, end=end)


def calls_of(tx: Tx, person_id: int, start: int, end: int) -> list[Call]:
    """As `calls`, of one person."""
    return tx.all(Call, CALLS_OF, person_id=person_id, start=start, end=end)


def drop_raw_before(tx: Tx, before: int) -> int:
    return tx.run(DROP_BEATS_BEFORE, before=before) + tx.run(DROP_CALLS_BEFORE, before=before)


def drop_raw_of(tx: Tx, person_id: int, start: int, end: int) -> int:
    """Deletes what a person left within [start, end] ms."""
    dropped = tx.run(DROP_BEATS_OF, person_id=person_id, start=start, end=end)
    return dropped + tx.run(DROP_CALLS_OF, person_id=person_id, start=start, end=end)


DAYS = """SELECT day, person_id, account_id, activity, source, ms FROM effort_day
    WHERE day >= :first AND day <= :last AND account_id = :account_id ORDER BY day, person_id, activity"""
DAYS_OF = """SELECT day, person_id, account_id, activity, source, ms FROM effort_day
    WHERE day >= :first AND day <= :last AND person_id = :person_id ORDER BY day, activity"""
DROP_DAY = "DELETE FROM effort_day WHERE day = :day"
DROP_DAY_OF = "DELETE FROM effort_day WHERE day = :day AND person_id = :person_id"
INSERT_DAY = """INSERT INTO effort_day (day, person_id, account_id, activity, source, ms)
    VALUES (:day, :person_id, :account_id, :activity, :source, :ms)"""


def days(tx: Tx, account_id: int, first: str, last: str) -> list[DayTime]:
    """The folded days of an account, from `first` to `last`, both in it."""
    return tx.all(DayTime, DAYS, account_id=account_id, first=first, last=last)


def days_of(tx: Tx, person_id: int, first: str, last: str) -> list[DayTime]:
    """The folded days of a person."""
    return tx.all(DayTime, DAYS_OF, person_id=person_id, first=first, last=last)


def put_day(tx: Tx, day: str, times: list[DayTime]) -> None:
    """Replaces what stands for a day."""
    tx.run(DROP_DAY, day=day)
    tx.many(
        INSERT_DAY,
        (
            {
                "day": day,
                "person_id": t.person_id,
                "account_id": t.account_id,
                "activity": t.activity,
                "source": t.source,
                "ms": t.ms,
            }
            for t in times
        ),
    )


def drop_day_of(tx: Tx, person_id: int, day: str) -> int:
    return tx.run(DROP_DAY_OF, person_id=person_id, day=day)


ENTRY = """SELECT id, person_id, account_id, day, minutes, note, created_at,
        channel, activity, how, ref FROM effort_entry
    WHERE id = :id AND person_id = :person_id"""
ENTRIES = """SELECT id, person_id, account_id, day, minutes, note, created_at,
        channel, activity, how, ref FROM effort_entry
    WHERE day >= :first AND day <= :last AND account_id = :account_id ORDER BY day, id"""
ENTRIES_OF = """SELECT id, person_id, account_id, day, minutes, note, created_at,
        channel, activity, how, ref FROM effort_entry
    WHERE person_id = :person_id AND day >= :first AND day <= :last ORDER BY day, id"""
MINUTES_ON = """SELECT COALESCE(SUM(minutes), 0) FROM effort_entry
    WHERE person_id = :person_id AND day = :day AND id <> :except_id"""
ENTRY_OF_REF = """SELECT id, person_id, account_id, day, minutes, note, created_at,
        channel, activity, how, ref FROM effort_entry WHERE person_id = :person_id AND ref = :ref AND ref <> ''"""
REFS = "SELECT ref FROM effort_entry WHERE person_id = :person_id AND ref IN :refs AND ref <> ''"
USED = """SELECT DISTINCT channel FROM effort_entry
    WHERE account_id = :account_id AND day >= :first AND day <= :last"""
PUT_ENTRY = """INSERT INTO effort_entry (id, person_id, account_id, day, minutes, note, created_at,
        channel, activity, how, ref)
    VALUES (:id, :person_id, :account_id, :day, :minutes, :note, :created_at, :channel, :activity, :how, :ref)
    ON CONFLICT (id) DO UPDATE SET day = excluded.day, minutes = excluded.minutes, note = excluded.note,
        channel = excluded.channel, activity = excluded.activity"""
DROP_ENTRY = "DELETE FROM effort_entry WHERE id = :id AND person_id = :person_id"


def entry(tx: Tx, id: int, person_id: int) -> Entry | None:
    """An entry, for the person whose it is."""
    return tx.one(Entry, ENTRY, id=id, person_id=person_id)


def entries(tx: Tx, account_id: int, first: str, last: str) -> list[Entry]:
    """What people wrote down for an account, from `first` to `last`, both in it."""
    return tx.all(Entry, ENTRIES, account_id=account_id, first=first, last=last)


def entries_of(tx: Tx, person_id: int, first: str, last: str) -> list[Entry]:
    """What a person wrote down."""
    return tx.all(Entry, ENTRIES_OF, person_id=person_id, first=first, last=last)


def entry_of_ref(tx: Tx, person_id: int, ref: str) -> Entry | None:
    """What a person has of a file under this name."""
    return tx.one(Entry, ENTRY_OF_REF, person_id=person_id, ref=ref)


def known_refs(tx: Tx, person_id: int, refs: list[str]) -> set[str]:
    """Which of `refs` a person has already."""
    return set(tx.all(str, REFS, person_id=person_id, refs=refs)) if refs else set()


def used_channels(tx: Tx, account_id: int, first: str, last: str) -> list[str]:
    """The channels on which anybody wrote time down."""
    return tx.all(str, USED, account_id=account_id, first=first, last=last)


def minutes_on(tx: Tx, person_id: int, day: str, except_id: int = 0) -> int:
    """The minutes that a person wrote down for a day, without the entry `except_id`."""
    return int(tx.value(MINUTES_ON, person_id=person_id, day=day, except_id=except_id))


def put_entry(tx: Tx, entry: Entry) -> None:
    tx.run(
        PUT_ENTRY,
        id=entry.id,
        person_id=entry.person_id,
        account_id=entry.account_id,
        day=entry.day,
        minutes=entry.minutes,
        note=entry.note,
        created_at=entry.created_at,
        channel=entry.channel,
        activity=entry.activity,
        how=entry.how,
        ref=entry.ref,
    )


def drop_entry(tx: Tx, id: int, person_id: int) -> bool:
    return tx.run(DROP_ENTRY, id=id, person_id=person_id) > 0
