"""Recording hits, keeping salts short-lived, overruling and replaying the rules."""

import secrets
from collections.abc import Iterable

from linnet.db.tx import Tx
from linnet.desk.links import queries as links
from linnet.desk.links.rules import Link
from linnet.desk.visits import queries, rules, ways
from linnet.desk.visits.came import came_by
from linnet.desk.visits.queries import Hit, NewVisit, Salt
from linnet.desk.visits.rules import Features, OpenVisit, Recorded, Sight, Verdict
from linnet.jobs import rows as jobs
from linnet.jobs.rows import FOREVER, Job
from linnet.kernel.clock import DAY, HOUR, MINUTE, zone
from linnet.kernel.errors import Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import decode_as, encode_text

STAFF, PEER = "staff", "peer"  # stand where the site stands in a visitor's hash
ROLL_KEY = "visits:salts"


class VisitRecorded(Value):
    """Event: a hit was written. `code` '' where it came by no link of ours."""

    visit_id: int
    code: str
    kind: str


class RollSalts(Job):
    """Erase the salts whose days are over."""

    patience = FOREVER


class ReplayVisits(Job):
    """Ask the rules again for the visits that began in [since, until) ms."""

    lease = 10 * MINUTE

    since: int
    until: int


class Replayed(Value):
    """How far a replay came: `since`, `after` for the next call, or `done`."""

    since: int
    after: int
    changed: int
    done: bool


def record(tx: Tx, sight: Sight, *, address: str, user_agent: str, now: int) -> Recorded:
    """Writes one hit and folds it into its visit. `address` and `user_agent` make the visitor's
    hash and are not kept."""
    alive = live_salts(tx, now)
    names = [rules.visitor(salt.secret, sight.site, address, user_agent) for salt in alive]
    tx.hold(names[0])  # two hits of a visitor at once are one visit
    # of two hits at once the later one may be written first: a visit may begin after this one
    since, until = now - rules.GAP, now + rules.GAP
    near = queries.open_visits(tx, names, sight.site, since=since, until=until)
    visit = rules.belongs(near, sight.code, now)
    link = links.link(tx, sight.code) if sight.code else None
    seen = changed(
        sight.features,
        staff=_is_staff(tx, alive, address, user_agent),
        peer=_is_peer(tx, alive, address, now),
        burst=visit is not None and _in_burst(visit, link),
    )
    verdict = rules.classify(seen, now, queries.overruled(tx, sight.site))
    if visit:
        visit = _joined(visit, verdict, now)
        queries.touch(tx, visit)
    visit_id = visit.id if visit else _begin(tx, sight, link, names[0], verdict, now)
    queries.insert_hit(tx, _hit(visit_id, sight, seen, verdict, now))
    if link and verdict.rule == "R4":
        _watch_for_burst(tx, link, now)
    tx.emit(VisitRecorded(visit_id, sight.code, verdict.kind))
    return Recorded(visit_id, verdict)


def _joined(visit: OpenVisit, verdict: Verdict, at: int) -> OpenVisit:
    """`visit` with one more hit: the better verdict stands."""
    top = rules.best([Verdict(visit.kind, visit.rule), verdict])
    return changed(
        visit,
        first_at=min(visit.first_at, at),
        last_at=max(visit.last_at, at),
        hits=visit.hits + 1,
        kind=top.kind,
        rule=top.rule,
    )


def _begin(tx: Tx, sight: Sight, link: Link | None, visitor: int, verdict: Verdict, at: int) -> int:
    id = new_id()
    channel = link.channel if link else ""
    queries.insert_visit(
        tx,
        NewVisit(
            id,
            visitor,
            sight.site,
            sight.code,
            sight.path,
            sight.referrer,
            sight.features.agent.label,
            at,
            verdict.kind,
            verdict.rule,
            sight.tags,
            came_by(sight.tags, sight.referrer, channel, sight.site),
        ),
    )
    return id


def _hit(visit_id: int, sight: Sight, seen: Features, verdict: Verdict, at: int) -> Hit:
    return Hit(
        new_id(),
        visit_id,
        at,
        seen.source,
        sight.site,
        sight.path,
        sight.code,
        encode_text(seen),
        verdict.kind,
        verdict.rule,
    )


def _in_burst(visit: OpenVisit, link: Link | None) -> bool:
    """Did this visit begin unsure, in the burst of its link?"""
    return (
        link is not None
        and link.burst_at is not None
        and visit.kind == "unsure"
        and visit.first_at <= link.created_at + rules.BURST_SPAN
    )


def _watch_for_burst(tx: Tx, link: Link, now: int) -> None:
    until = link.created_at + rules.BURST_SPAN
    if link.burst_at is None and now <= until and rules.is_burst(queries.unsure_until(tx, link.code, until)):
        links.set_burst(tx, link.code, now)


# salts


def live_salts(tx: Tx, now: int) -> list[Salt]:
    """Today's salt, made if need be, and yesterday's where there is one that may still be used."""
    days = rules.days_alive(now, zone(queries.time_zone(tx)))
    after = now - rules.SALT_LIFE
    found = queries.salts(tx, days, after=after)
    if not found or found[0].day != days[0]:
        queries.put_salt(tx, Salt(days[0], secrets.token_hex(32), now))
        found = queries.salts(tx, days, after=after)  # another process may have been first
    return found


def roll_salts(tx: Tx, *, now: int) -> None:
    """Makes today's salt and erases every one that is not today's or yesterday's, or is 48 hours
    old; the marks of staff go with them. Looks again at the next such moment."""
    queries.lock_salts(tx)
    kept = live_salts(tx, now)
    queries.keep_only(tx, kept)
    queries.forget_staff(tx, now - rules.SALT_LIFE)
    queries.forget_peers(tx, now - DAY)
    next_at = min(rules.next_midnight(now, zone(queries.time_zone(tx))), now + HOUR)
    next_at = min([next_at, *(salt.made_at + rules.SALT_LIFE for salt in kept)])
    jobs.add(tx, RollSalts(), now=now, run_at=next_at, key=ROLL_KEY)


def seen_staff(tx: Tx, *, address: str, user_agent: str, now: int) -> None:
    """Somebody of the firm is logged in with this browser: until the salt of today is gone its
    visits are not counted as visits. Called at log-in and at times while they work."""
    today = live_salts(tx, now)[0]
    queries.put_staff(tx, rules.visitor(today.secret, STAFF, address, user_agent), now)


def _is_staff(tx: Tx, alive: list[Salt], address: str, user_agent: str) -> bool:
    return queries.is_staff(tx, [rules.visitor(salt.secret, STAFF, address, user_agent) for salt in alive])


def seen_peer(tx: Tx, *, address: str, now: int) -> None:
    """A server whose signature was good just delivered from this address: for a day R3 takes what
    comes from there for its previews. Kept as the address's hash under the salt of the day."""
    queries.put_peer(tx, rules.visitor(live_salts(tx, now)[0].secret, PEER, address, ""), now)


def _is_peer(tx: Tx, alive: list[Salt], address: str, now: int) -> bool:
    names = [rules.visitor(salt.secret, PEER, address, "") for salt in alive]
    return queries.is_peer(tx, names, now - DAY)


# the owner's word, and asking the rules again


def overrule(tx: Tx, *, site: str, rule: str, kind: str, person_id: int, now: int) -> None:
    """From now on, and for all that was, `rule` gives `kind` on this site. Raises Invalid."""
    rules.check_overrule(rule, kind)
    queries.put_overrule(tx, site=site, rule=rule, kind=kind, person_id=person_id, now=now)
    replay_all(tx, now=now)


def restore_rule(tx: Tx, *, site: str, rule: str, now: int) -> None:
    """The rule speaks again. Raises NotFound when it was not overruled."""
    if not queries.delete_overrule(tx, site, rule):
        raise NotFound("overruled rule")
    replay_all(tx, now=now)


def overrule_hit(tx: Tx, hit_id: int, *, kind: str, person_id: int, now: int) -> None:
    """The owner says what one hit was, whatever the rules say, now and after every replay. `kind` ''
    takes that back. Raises Invalid("kind"), NotFound."""
    if kind and kind not in rules.OVERRULED_TO:
        raise Invalid("kind", f"must be one of {', '.join(rules.OVERRULED_TO)}")
    hit = queries.hit(tx, hit_id)
    if hit is None:
        raise NotFound("hit")
    if kind:
        queries.put_hit_overrule(tx, hit_id, kind=kind, person_id=person_id, now=now)
    elif not queries.delete_hit_overrule(tx, hit_id):
        raise NotFound("overruled hit")
    by_rule = rules.classify(decode_as(Features, hit.features), hit.at, queries.overruled(tx, hit.site))
    verdict = Verdict(kind or by_rule.kind, by_rule.rule)
    queries.judge_hit(tx, hit.id, hit.features, verdict)
    settle(tx, [hit.visit_id])


def replay_all(tx: Tx, *, now: int) -> None:
    """Has the rules asked again for every visit, in the background."""
    jobs.add(tx, ReplayVisits(0, now + MINUTE), now=now, key="visits:replay")


def replay(tx: Tx, *, since: int, until: int, after: int = 0, n: int = 500) -> Replayed:
    """Asks the rules again for the next `n` visits that began in [since, until) ms, also which way they
    came. Hits and their features, referrers and words stay as they are; only verdicts change."""
    visits = queries.from_on(tx, since=since, until=until, after=after, n=n)
    if not visits:
        return Replayed(until, 0, 0, done=True)
    ids = [visit.id for visit in visits]
    overruled: dict[str, dict[str, str]] = {}
    for row in queries.overrules(tx):
        overruled.setdefault(row.site, {})[row.rule] = row.kind
    said = queries.said_of_hits(tx, ids)
    for hit in queries.hits(tx, ids):
        seen = decode_as(Features, hit.features)
        verdict = rules.classify(seen, hit.at, overruled.get(hit.site))
        verdict = Verdict(said.get(hit.id, verdict.kind), verdict.rule)
        if (verdict.kind, verdict.rule) != (hit.kind, hit.rule):
            queries.judge_hit(tx, hit.id, hit.features, verdict)
    changes = settle(tx, ids) + _settle_ways(tx, ids)
    return Replayed(visits[-1].first_at, visits[-1].id, changes, done=len(visits) < n)


def _settle_ways(tx: Tx, visit_ids: list[int]) -> int:
    changes = 0
    for origin in ways.origins(tx, visit_ids):
        came = came_by(origin.tags, origin.referrer, origin.channel, origin.site)
        if came != origin.came:
            ways.set_came(tx, origin.id, came)
            changes += 1
    return changes


def settle(tx: Tx, visit_ids: Iterable[int]) -> int:
    """Makes each visit what the best of its hits is; how many changed."""
    by_visit: dict[int, list[Verdict]] = {}
    for row in queries.judged(tx, sorted(set(visit_ids))):
        by_visit.setdefault(row.visit_id, []).append(Verdict(row.kind, row.rule))
    return sum(queries.set_verdict(tx, id, rules.best(verdicts)) for id, verdicts in by_visit.items())
