"""Making a trial of ours public, and keeping what others made public."""

from linnet.db.tx import Tx
from linnet.desk.firm import queries as firms
from linnet.desk.firm.rules import Firm
from linnet.desk.pool import queries, rules
from linnet.desk.pool.queries import Public
from linnet.desk.pool.rules import Found, Summary
from linnet.desk.trial import actions as trials
from linnet.desk.trial import queries as trial_queries
from linnet.desk.trial.pages.promoting import is_paged
from linnet.desk.trial.planning import Plan
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Trial
from linnet.jobs import rows as jobs
from linnet.jobs.rows import Job
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.errors import Conflict, Invalid, NotFound, TooMany
from linnet.kernel.wire import decode_as, encode_text

AGAIN = 7 * DAY
MOST = 2000  # trials of others that are kept
AT_ONCE = 100  # that are read in one sweep


class ReadPublic(Job):
    """Job: read a public trial, or a list of them."""

    lane = "fetch"
    lease = 2 * MINUTE
    patience = 4

    address: str


# ours


def may_be_public(trial: Trial) -> None:
    """Raises Conflict for one that is not frozen, or that came to nothing."""
    if trial.stage in {"planned", "dropped"}:
        raise Conflict("Only a frozen trial can be registered: until then it may still change.")


def register(tx: Tx, trial: Trial, post_id: int, now: int) -> None:
    """It is public from now on; `post_id` said so. Raises Conflict when it was, or cannot be."""
    may_be_public(trial)
    if queries.public(tx, trial.id):
        raise Conflict("This trial is public already.")
    visits, followers = sizes(tx, trial)
    queries.insert_public(tx, Public(trial.id, now, visits, followers, post_id, None))


def tell_result(tx: Tx, trial: Trial, post_id: int) -> None:
    """The result is told by `post_id`. Raises Conflict before there is one, when it was told, or when the
    trial was never registered: a result alone would be one that somebody chose to show."""
    public = queries.public(tx, trial.id)
    if public is None:
        raise Conflict(
            "This trial was not registered before its end, so its result is not put together with others."
        )
    if trial.stage != "judged":
        raise Conflict("This trial has no verdict yet.")
    if not queries.set_result(tx, trial.id, post_id):
        raise Conflict("Its result is public already.")


def sizes(tx: Tx, trial: Trial) -> tuple[str, str]:
    """The bands of visits a day (of a trial of pages: of a page in a week) and of followers."""
    followers = rules.band(queries.follower_count(tx, trial.account_id), rules.FOLLOWERS)
    if not is_paged(trial):
        return usual(trial), followers
    power = trials.power_of(trial).found
    return rules.band(power.mean if power else 0.0, rules.BASELINES), followers


def usual(trial: Trial) -> str:
    """The band of the firm's visits a day before a trial, whatever that was of."""
    days = decode_as(Plan, trial.plan).usual
    return rules.band(sum(days) / len(days) if days else 0.0, rules.BASELINES)


def of_hash(tx: Tx, protocol_hash: str) -> tuple[Trial, Public, Firm]:
    """A public trial of ours. Raises NotFound."""
    id = queries.trial_of(tx, protocol_hash)
    trial = trial_queries.trial(tx, id) if id else None
    public = queries.public(tx, trial.id) if trial else None
    if trial is None or public is None:
        raise NotFound("trial")
    return trial, public, firms.must_firm(tx)


def summary(trial: Trial, public: Public, firm: Firm, *, id: str, actor: str) -> Summary:
    """What is shown of it at the address `id`. The result only once it was told."""
    protocol = trials.frozen_protocol(trial)
    said = Summary(
        type=rules.TYPE,
        version=rules.VERSION,
        id=id,
        actor=actor,
        firm=firm.name,
        field=tuple(firm.words[:20]),
        state="registered",
        protocol_hash=trial.protocol_hash,
        seed_hash=trial.seed_hash,
        design=protocol.design.kind,
        weeks=protocol.design.weeks,
        first=trial.first_day,
        last=trial.last_day,
        baseline=public.baseline,
        followers=public.followers,
        minutes=rules.minutes_of(protocol),
        waived=protocol.baseline_waived,
        registered_at=public.at,
        pages=len(protocol.design.pages),
        arms=3 if protocol.design.light else 2,
    )
    if public.result_post_id is None or not trial.verdict:
        return said
    judged = decode_as(Judged, trial.verdict)
    return rules.with_result(said, judged.reading, judged.verdict.kind, trial.seed)


def own_addresses(tx: Tx, url: str) -> list[str]:
    """Where the public trials of ours stand."""
    found = [trial_queries.trial(tx, row.trial_id) for row in queries.all_public(tx)]
    return [address_of(url, trial.protocol_hash) for trial in found if trial]


def address_of(url: str, protocol_hash: str) -> str:
    """Where a trial stands, as JSON."""
    return f"{url}/trials/{protocol_hash}.json"


# those of others


def add(tx: Tx, address: str, now: int) -> None:
    """A trial or a list somewhere is read from now on. Raises Invalid, TooMany."""
    if not rules.host_of(address):
        raise Invalid("address", "is not one like https://bakery.example/trials/….json")
    if queries.count(tx) >= MOST:
        raise TooMany(f"{MOST} trials are known already: remove some first.", retry_after=HOUR // 1000)
    jobs.add(tx, ReadPublic(address), now=now, key=_key(address))


def found(tx: Tx, addresses: list[str], own: str, now: int) -> None:
    """A list named these: each that is new is read, one every ten seconds."""
    room = MOST - queries.count(tx)
    for at, address in enumerate([one for one in addresses if not one.startswith(f"{own}/")][:room]):
        if queries.add(tx, address, now):
            jobs.add_if_new(tx, ReadPublic(address), now=now, run_at=now + at * 10_000, key=_key(address))


def keep_list(tx: Tx, address: str, problem: str, now: int) -> None:
    """A list was read, or could not be."""
    queries.add_list(tx, address, now)
    queries.set_list(tx, address, problem, now)


def keep(tx: Tx, address: str, said: Summary, now: int) -> None:
    """What stands at the address, proven. One that would change hands or take its result back stays as it
    was, with a word about it."""
    queries.add(tx, address, now)
    if not queries.keep(tx, address, actor=said.actor, state=said.state, body=encode_text(said), now=now):
        queries.set_problem(tx, address, "It says something else now than before: the first is kept.", now)


def keep_problem(tx: Tx, address: str, problem: str, now: int) -> None:
    """It could not be read or believed."""
    queries.add(tx, address, now)
    queries.set_problem(tx, address, problem, now)


def remove(tx: Tx, address: str) -> None:
    """It is not read any more."""
    queries.remove(tx, address)
    jobs.cancel(tx, _key(address))


def plan(tx: Tx, now: int) -> None:
    """The sweep: what has no result yet is read again once a week, and so are the lists."""
    for address in queries.due(tx, now - AGAIN, AT_ONCE):
        jobs.add_if_new(tx, ReadPublic(address), now=now, run_at=now, key=_key(address))
    for one in queries.lists(tx):
        if one.read_at is None or one.read_at < now - AGAIN:
            jobs.add_if_new(tx, ReadPublic(one.address), now=now, run_at=now, key=_key(one.address))


def together(tx: Tx, today: str, *, baseline: str, followers: str, pages: bool) -> Found:
    """What is known of all of them, for a firm of these bands."""
    known = [decode_as(Summary, row.body) for row in queries.pooled(tx) if row.body]
    return rules.together(known, today, baseline=baseline, followers=followers, pages=pages)


def _key(address: str) -> str:
    return f"public trial {address}"
