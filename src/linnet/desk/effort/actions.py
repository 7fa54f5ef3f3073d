"""Measuring time, and everything a person may do about their own."""

from itertools import islice
from zoneinfo import ZoneInfo

from linnet.db.tx import Tx
from linnet.desk.effort import money, prices, queries, rules, totals
from linnet.desk.effort.app_use import Call, activity_of
from linnet.desk.effort.money import Tool
from linnet.desk.effort.rules import Activity, Beat, Channel, Entry, How, Overhead, Rate
from linnet.kernel.days import day_of, day_start, days_between, next_day, parse_day
from linnet.kernel.errors import NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import changed


def beat(
    tx: Tx, person_id: int, account_id: int, activity: str, tab: str, now: int, *, quiet: int = 0
) -> bool:
    """A sign of life of one of our pages; see `rules` for when a page sends one. `quiet`: ms
    since the last input. False, and nothing written, when the person's measuring is off.
    Raises Invalid."""
    known = rules.check_beat(activity, tab, quiet)
    if not queries.measured(tx, person_id):
        return False
    queries.insert_beat(tx, Beat(person_id, now, tab, account_id, known, quiet))
    return True


def api_call(tx: Tx, person_id: int, account_id: int, kind: str, now: int) -> None:
    """A call of the client API; `kind` as `app_use.kind_of` names it."""
    api_calls(tx, [Call(person_id, now, account_id, kind)])


def api_calls(tx: Tx, calls: list[Call]) -> None:
    """Many calls at once. Those that nobody caused, or of people whose measuring is off, leave no
    row."""
    caused = [(new_id(), call) for call in calls if activity_of(call.kind) is not None]
    if caused:
        queries.insert_calls(tx, caused)


def measure(tx: Tx, person_id: int, on: bool, now: int) -> None:
    """A person switches their own measuring on or off. Off keeps what was measured: `forget`
    takes it away."""
    queries.set_measured(tx, person_id, on, now)


def forget(tx: Tx, person_id: int, start: int, end: int) -> int:
    """A person deletes their own time within [start, end] ms; answers how many raw rows went. A
    day of which only the sum is left is deleted whole when all of it lies within."""
    setting, zone = queries.setting(tx), queries.firm_zone(tx)
    dropped = queries.drop_raw_of(tx, person_id, start, end)
    for day in days_between(day_of(start, zone), min(day_of(end, zone), setting.folded_through)):
        if day >= setting.raw_from:
            queries.put_day(tx, day, totals.of_day(tx, day, zone, setting.idle))
        elif start <= day_start(day, zone) and end >= day_start(next_day(day), zone) - 1:
            dropped += queries.drop_day_of(tx, person_id, day)
    return dropped


def add_entry(
    tx: Tx,
    person_id: int,
    account_id: int,
    *,
    day: str,
    minutes: int,
    note: str,
    id: int,
    now: int,
    channel: str = "other",
    activity: str = "outside",
    how: How = "hand",
    ref: str = "",
) -> Entry:
    """Time elsewhere, written down: on the phone, 5 minutes. `channel` and `activity` as `rules` has
    them; `ref`: what it is in the file that it came from. Raises Invalid."""
    where, what = rules.check_channel(channel), rules.check_activity(activity)
    return put_entry(
        tx, Entry(id, person_id, account_id, day, minutes, note, now, where, what, how, ref), now
    )


def change_entry(
    tx: Tx,
    person_id: int,
    id: int,
    *,
    day: str,
    minutes: int,
    note: str,
    now: int,
    channel: Channel | None = None,
    activity: Activity | None = None,
) -> Entry:
    """Corrects one's own entry; where and what it was stays, unless given. Raises NotFound, Invalid."""
    had = queries.entry(tx, id, person_id)
    if had is None:
        raise NotFound("entry")
    wanted = changed(
        had,
        day=day,
        minutes=minutes,
        note=note,
        channel=channel or had.channel,
        activity=activity or had.activity,
    )
    return put_entry(tx, wanted, now)


def delete_entry(tx: Tx, person_id: int, id: int) -> None:
    """Takes one's own entry away. Raises NotFound."""
    if not queries.drop_entry(tx, id, person_id):
        raise NotFound("entry")


def set_idle(tx: Tx, idle: int) -> None:
    """Sets the idle limit (ms) and counts anew what can be: every day whose raw rows are still
    there is read from them at once, and folded again by the next `fold`. Raises Invalid."""
    rules.check_idle(idle)
    setting = queries.setting(tx)
    if setting.idle == idle:
        return
    queries.set_idle(tx, idle)
    known = next_day(setting.raw_from, -1) if setting.raw_from else ""
    queries.set_folded(tx, min(setting.folded_through, known))


def set_rate(tx: Tx, person_id: int, hourly_cost: int | None, since_day: str) -> None:
    """What an hour of a person costs from a day on, in minor units; None: the firm's hourly cost
    again. Raises Invalid."""
    parse_day(since_day, "since_day")
    queries.set_rate(tx, Rate(person_id, since_day, rules.check_rate(hourly_cost)))


def drop_rate(tx: Tx, person_id: int, since_day: str) -> None:
    """A rate was not meant: what was valid before it goes on. Raises NotFound."""
    if not queries.drop_rate(tx, person_id, since_day):
        raise NotFound("rate")


def set_overhead(tx: Tx, permille: int, since_day: str) -> None:
    """What stands on top of the hourly cost from a day on, in permille of it: 1000 is nothing.
    Raises Invalid."""
    parse_day(since_day, "since_day")
    prices.set_overhead(tx, Overhead(since_day, rules.check_overhead(permille)))


def drop_overhead(tx: Tx, since_day: str) -> None:
    """It was not meant. Raises NotFound."""
    if not prices.drop_overhead(tx, since_day):
        raise NotFound("overhead")


def add_tool(tx: Tx, *, name: str, amount: int, currency: str, first: str, last: str = "", id: int) -> Tool:
    """Something that is paid by the month: `amount` in minor units, from the day `first` to the day
    `last` ('': it goes on). Raises Invalid."""
    tool = money.check_tool(Tool(id, name, amount, currency, first, last))
    prices.put_tool(tx, tool)
    return tool


def end_tool(tx: Tx, id: int, last: str) -> Tool:
    """It is paid until a day, that one in it; '': it goes on. Raises NotFound, Invalid."""
    had = prices.tool(tx, id)
    if had is None:
        raise NotFound("tool")
    tool = money.check_tool(changed(had, last=last))
    prices.put_tool(tx, tool)
    return tool


def drop_tool(tx: Tx, id: int) -> None:
    """It was never paid: it is in no cost any more. Raises NotFound."""
    if not prices.drop_tool(tx, id):
        raise NotFound("tool")


def change_usual(tx: Tx, had: int, hourly_cost: int, now: int) -> None:
    """The firm's hourly cost changed from `had`: from today on it is the new one, and days before
    keep what they cost, so that a statement stays what it was. Where there was none, the first
    one is for all days."""
    since = day_of(now, queries.firm_zone(tx))
    known = [rate for rate in queries.rates(tx) if rate.person_id == rules.EVERYBODY]
    if not known and had:
        queries.set_rate(tx, Rate(rules.EVERYBODY, rules.EVER, had))
    if known or had:
        queries.set_rate(tx, Rate(rules.EVERYBODY, since, rules.check_rate(hourly_cost)))


def change_currency(tx: Tx) -> None:
    """What was said in the firm's old currency says nothing in the new one: from now on every day,
    also of the past, costs what the firm says now."""
    queries.drop_rates(tx)


FOLDED_AT_ONCE = 3  # days: nobody who writes waits for more than a moment; reading needs no fold


def fold(tx: Tx, now: int) -> int:
    """Adds up days that are over, at most three, then deletes the raw rows of folded days that are
    35 days old; answers how many days were folded. Safe to repeat at any time; due every hour."""
    setting, zone = queries.setting(tx), queries.firm_zone(tx)
    over = next_day(day_of(now - totals.CALLS_AROUND, zone), -1)
    oldest = queries.first_raw(tx)
    days: list[str] = []
    if oldest is not None:
        after = next_day(setting.folded_through) if setting.folded_through else ""
        days = list(islice(days_between(max(after, day_of(oldest, zone)), over), FOLDED_AT_ONCE))
    for day in days:
        queries.put_day(tx, day, totals.of_day(tx, day, zone, setting.idle))
    through = max(days[-1] if len(days) == FOLDED_AT_ONCE else over, setting.folded_through)
    if through != setting.folded_through:
        queries.set_folded(tx, through)
    _drop_raw(tx, now, through, zone)
    return len(days)


def _drop_raw(tx: Tx, now: int, folded_through: str, zone: ZoneInfo) -> None:
    # whole days stay, with what reaches over their midnight: a day is counted anew wholly or not
    old = next_day(day_of(now - rules.RAW_KEPT + totals.CALLS_AROUND, zone))
    kept = min(old, next_day(folded_through))
    if queries.drop_raw_before(tx, day_start(kept, zone) - totals.CALLS_AROUND):
        queries.set_raw_from(tx, kept)


def put_entry(tx: Tx, entry: Entry, now: int) -> Entry:
    """Writes an entry, checked, for the actions that make one. Raises Invalid."""
    tx.hold(entry.person_id)  # the minutes of a day are counted and then written
    parse_day(entry.day)
    today = day_of(now, queries.firm_zone(tx))
    already = queries.minutes_on(tx, entry.person_id, entry.day, entry.id)
    note = rules.check_entry(entry.minutes, entry.note, entry.day, today, already, entry.channel)
    kept = changed(entry, note=note)
    queries.put_entry(tx, kept)
    return kept
