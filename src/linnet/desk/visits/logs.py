"""Reading the log of a web server into visits, safely again and again.

A page hit is known by (site, byte offset, hash of the line), so a log that grew, or was put aside
by rotation and is read again under another name, adds only what is new. Lines are walked in
order; what one browser at one address did is put together in memory, since a page hit is only a
person's when the same one loads a style, script, font or icon of it. Neither address nor user agent is
written: the visitor's hash is made under the salt of that day where it still lives, and else under
one made here, in memory, and forgotten with the run.
"""

import logging
import secrets
from collections.abc import Callable, Iterable

from linnet.db.database import Database
from linnet.db.tx import Tx
from linnet.desk.links import queries as links
from linnet.desk.links.rules import Link
from linnet.desk.visits import actions, queries, rules
from linnet.desk.visits.agents import read_agent
from linnet.desk.visits.came import came_by
from linnet.desk.visits.formats import Reader
from linnet.desk.visits.lines import Line, hash_of, read_line
from linnet.desk.visits.queries import Hit, NewVisit
from linnet.desk.visits.rules import Features, OpenVisit, Verdict
from linnet.kernel.clock import MINUTE, SECOND, zone
from linnet.kernel.errors import Invalid
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value, changed
from linnet.kernel.wire import encode_text

log = logging.getLogger("linnet.visits")

ASSET_WITHIN = 10 * SECOND
NAMED_WITHIN = MINUTE  # before or after: a slow page is written down after its styles
DISORDER = 5 * MINUTE  # how far the lines of a log may be out of order
LOOK_EVERY = 20_000  # lines after which finished sessions are written
BATCH = 200  # sessions in one transaction
BEFORE_PAGE, AFTER_PAGE = 5 * SECOND, 20 * SECOND  # a snippet's report around its page's line


class LogPage(Value):
    """A page hit of a log."""

    offset: int
    line: Line
    assets: bool = False


class LogSession(Value):
    """What one browser at one address did without a long silence; `visitor`: its hash under a salt
    of this run."""

    address: str
    user_agent: str
    visitor: int
    pages: tuple[LogPage, ...]


class Imported(Value):
    """What was read: all lines, those that could not be read, page hits, and how many were new."""

    lines: int = 0
    rubbish: int = 0
    pages: int = 0
    added: int = 0


class _Open:
    """A session in the making."""

    __slots__ = ("assets", "last", "pages")

    def __init__(self) -> None:
        self.pages: list[tuple[int, Line]] = []
        self.assets: list[tuple[int, str]] = []  # when, and the path of the page that asked
        self.last = 0


def import_log(
    db: Database,
    lines: Iterable[bytes],
    *,
    site: str,
    name: str,
    now: int,
    read: Reader = read_line,
    told: Callable[[int], None] = lambda _: None,
) -> Imported:
    """Reads `lines` (with their line ends, so that offsets are right) of the log of `site` (a host),
    each by `read`, and keeps a record under `name`. Repeating adds nothing. `told` is called with the
    number of lines so far. Raises Invalid("site")."""
    host = rules.tidy_host(site)
    if not host:
        raise Invalid("site", "is not the name of a website")
    ephemeral = secrets.token_hex(32)
    sessions: dict[tuple[str, str], _Open] = {}
    count, rubbish, pages, added, offset, newest = 0, 0, 0, 0, 0, 0
    for raw in lines:
        line = read(raw)
        count += 1
        if line is None:
            rubbish += bool(raw.strip())
        else:
            pages += line.what == "page"
            newest = max(newest, line.at)
            _take(sessions, line, offset)
        offset += len(raw)
        if count % LOOK_EVERY == 0:
            done = _finished(sessions, before=newest - rules.GAP - DISORDER)
            added += _write(db, host, _sessions(done, host, ephemeral), now)
            told(count)
    added += _write(db, host, _sessions(sessions, host, ephemeral), now)
    told(count)
    result = Imported(count, rubbish, pages, added)
    db.write_now(_note, host, name, result, now)
    log.info("log of %s: %d lines, %d pages, %d new, %d rubbish", host, count, pages, added, rubbish)
    return result


def _take(sessions: dict[tuple[str, str], _Open], line: Line, offset: int) -> None:
    if line.what == "other":
        return
    session = sessions.setdefault((line.address, line.user_agent), _Open())
    session.last = max(session.last, line.at)
    if line.what == "page":
        session.pages.append((offset, line))
    elif line.status < 400:
        session.assets.append((line.at, line.asked_by))


def _finished(sessions: dict[tuple[str, str], _Open], *, before: int) -> dict[tuple[str, str], _Open]:
    """Takes out the sessions that can get no more lines."""
    over = [key for key, session in sessions.items() if session.last < before]
    return {key: sessions.pop(key) for key in over}


def _sessions(opened: dict[tuple[str, str], _Open], site: str, ephemeral: str) -> list[LogSession]:
    made = []
    for (address, user_agent), session in opened.items():
        if session.pages:
            pages = tuple(
                LogPage(offset, line, _has_assets(line, session.assets))
                for offset, line in sorted(session.pages, key=lambda page: (page[1].at, page[0]))
            )
            visitor = rules.visitor(ephemeral, site, address, user_agent)
            made.append(LogSession(address, user_agent, visitor, pages))
    return sorted(made, key=lambda session: session.pages[0].line.at)


def _has_assets(page: Line, assets: list[tuple[int, str]]) -> bool:
    """Did something that only a browser loads follow within ten seconds, or come within a minute with the name
    of this page on it? A link of ours begins a visit of its own: there it may also have come in the half hour
    before, because a browser keeps what it has loaded and does not ask again."""
    earliest = -rules.GAP if page.code else 0
    return any(
        earliest <= at - page.at <= ASSET_WITHIN or (path == page.path and abs(at - page.at) <= NAMED_WITHIN)
        for at, path in assets
    )


def _write(db: Database, site: str, sessions: list[LogSession], now: int) -> int:
    return sum(
        db.write_now(take_in, site, sessions[at : at + BATCH], now=now)
        for at in range(0, len(sessions), BATCH)
    )


def _note(tx: Tx, site: str, name: str, done: Imported, now: int) -> None:
    queries.insert_import(
        tx,
        id=new_id(),
        site=site,
        name=name[:200],
        at=now,
        lines=done.lines,
        rubbish=done.rubbish,
        pages=done.pages,
        added=done.added,
    )


def take_in(tx: Tx, site: str, sessions: list[LogSession], *, now: int) -> int:
    """Writes the page hits of these sessions that are new; how many they were."""
    tx.hold(f"log of {site}")  # two readings of one log at once
    codes = {page.line.code for session in sessions for page in session.pages if page.line.code}
    desk = _Desk(tx, site, links.links(tx, codes), now)
    added = sum(desk.session(session) for session in sessions)
    actions.settle(tx, desk.touched)
    return added


class _Desk:
    """One transaction's worth of taking in: what every session needs to know."""

    def __init__(self, tx: Tx, site: str, known: dict[str, Link], now: int) -> None:
        self._tx, self._site, self._links, self._now = tx, site, known, now
        self._zone = zone(queries.time_zone(tx))
        self._salts = {salt.day: salt.secret for salt in actions.live_salts(tx, now)}
        self._overruled = queries.overruled(tx, site)
        self.touched: set[int] = set()

    def session(self, session: LogSession) -> int:
        """Writes the new page hits of one session."""
        known = self._known(session)
        touched = sorted({hit.visit_id for hit in known.values()})
        visits = queries.visits_by_id(self._tx, touched)
        said = queries.said_of_hits(self._tx, touched)
        added = 0
        for page in session.pages:
            hit = known.get(page.offset)
            if hit:
                if hit.id not in said:
                    self._again(hit, page, session)
                continue
            visit = self._place(session, page, list(visits.values()))
            visits[visit.id] = visit
            added += 1
        return added

    def _known(self, session: LogSession) -> dict[int, Hit]:
        """The hits of lines that were read before, by offset: also those that were known by their query."""
        found: dict[int, dict[str | None, Hit]] = {}
        for hit in queries.lines(self._tx, self._site, [page.offset for page in session.pages]):
            found.setdefault(hit.line_offset or 0, {})[hit.line_hash] = hit
        known = {}
        for page in session.pages:
            there = found.get(page.offset, {})
            again = there.get(page.line.hash) or (there and there.get(hash_of(page.line.former)))
            if again:
                known[page.offset] = again
        return known

    def _judge(self, session: LogSession, page: LogPage) -> tuple[Features, Verdict]:
        seen = Features(
            source="log",
            agent=read_agent(session.user_agent),
            method=page.line.method,
            status=page.line.status,
            assets=page.assets,
        )
        return seen, rules.classify(seen, page.line.at, self._overruled)

    def _again(self, hit: Hit, page: LogPage, session: LogSession) -> None:
        """A known line: the log may have grown by the style that makes it a person's."""
        seen, verdict = self._judge(session, page)
        if page.assets and hit.rule == "R4" and verdict.rule == "R5":
            queries.judge_hit(self._tx, hit.id, encode_text(seen), verdict)
            self.touched.add(hit.visit_id)

    def _place(self, session: LogSession, page: LogPage, visits: list[OpenVisit]) -> OpenVisit:
        """Writes a new line into the visit that it belongs to, or into a new one."""
        line = page.line
        code = line.code if line.code in self._links else ""
        seen, verdict = self._judge(session, page)
        names = [
            rules.visitor(secret, self._site, session.address, session.user_agent)
            for secret in self._salts.values()
        ]
        visit = rules.belongs(visits, code, line.at) or self._elsewhere(names, page, code, seen)
        if visit:
            visit = changed(
                visit,
                first_at=min(visit.first_at, line.at),
                last_at=max(visit.last_at, line.at),
                hits=visit.hits + 1,
            )
            queries.touch(self._tx, visit)
        else:
            visit = self._begin(session, line, code, seen.agent.label, verdict)
        self.touched.add(visit.id)
        queries.insert_hit(
            self._tx,
            Hit(
                new_id(),
                visit.id,
                line.at,
                "log",
                self._site,
                line.path,
                code,
                encode_text(seen),
                verdict.kind,
                verdict.rule,
                page.offset,
                line.hash,
            ),
        )
        return visit

    def _begin(self, session: LogSession, line: Line, code: str, label: str, verdict: Verdict) -> OpenVisit:
        """Writes a new visit; where the day's salt is gone already, its visitor is one of this reading only."""
        secret = self._salts.get(rules.day_of(line.at, self._zone))
        visitor = (
            rules.visitor(secret, self._site, session.address, session.user_agent)
            if secret
            else session.visitor
        )
        id, channel = new_id(), self._links[code].channel if code else ""
        new = NewVisit(
            id,
            visitor,
            self._site,
            code,
            line.path,
            line.referrer,
            label,
            line.at,
            verdict.kind,
            verdict.rule,
            line.tags,
            came_by(line.tags, line.referrer, channel, self._site),
        )
        queries.insert_visit(self._tx, new)
        return OpenVisit(id, visitor, code, line.at, line.at, 1, verdict.kind, verdict.rule)

    def _elsewhere(self, names: list[int], page: LogPage, code: str, seen: Features) -> OpenVisit | None:
        """The visit that the snippet or an earlier run wrote for this one: by the visitor's hash
        where the salt still lives, else by page, browser and moment."""
        at = page.line.at
        since, until = at - rules.GAP, at + rules.GAP
        if since > self._now - rules.SALT_LIFE:
            found = queries.open_visits(self._tx, names, self._site, since=since, until=until)
            visit = rules.belongs(found, code, at)
            if visit:
                return visit
        return queries.seen_by_page(
            self._tx,
            site=self._site,
            path=page.line.path,
            code=code,
            agent=seen.agent.label,
            since=at - BEFORE_PAGE,
            until=at + AFTER_PAGE,
        )
