"""Who follows the links of the play, and who comes to the bakery's website anyway: people, servers
that draw a preview, programs. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Literal

from linnet.demo import browsers, cast
from linnet.demo.script import FIRST_WEEK, Calendar, Said
from linnet.demo.tried import PAGES
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND, moment
from linnet.kernel.value import Value, changed

How = Literal["page", "log", "go"]
Kind = Literal["confirmed", "person", "unsure", "preview", "machine", "prefetch", "probe", "staff"]

ADDRESS = re.compile(r"https://\S+")
# What others put on their links to the bakery: from which day and hour on, how many days, people a day
CAMPAIGNS = (
    (
        7,
        "mon",
        9,
        6,
        7.0,
        "/market",
        "town-paper.example",
        "utm_source=town-paper&utm_medium=cpc&utm_campaign=long-market",
    ),
    (
        8,
        "mon",
        8,
        2,
        13.0,
        "/order",
        "",
        "utm_source=daily-crumb&utm_medium=email&utm_campaign=from-two-oclock",
    ),
)
ECHO = 6.5  # people a day
SEARCH = ("duckduckgo.com", "www.google.com")  # by their names a trial tells who came by searching
BREAD_PATHS = tuple(page.removeprefix(cast.HOST) for page in PAGES)
AT_HOME = "2001:db8:5eed::4"  # the bakery's own connection (RFC 3849: for documentation)


class Placed(Value):
    """A tracked link: of a post (`key` is the post's), or put elsewhere by hand. `pull`: how many
    people follow it, more or less; `over`: within how many ms half of them do."""

    key: str
    url: str
    at: int
    channel: str
    go: bool
    pull: float
    over: int


class Came(Value):
    """A visit: by the link `link` or ('') by none. `how`: what saw it; `pages`: (ms after the first,
    path); `logged`: the web server's log has its lines too; `query`: campaign words of the first page."""

    at: int
    kind: Kind
    how: How
    link: str
    host: str
    address: str
    agent: str
    referrer: str
    pages: tuple[tuple[int, str], ...]
    method: str = "GET"
    status: int = 200
    logged: bool = False
    query: str = ""


def placed(said: Sequence[Said], calendar: Calendar) -> tuple[Placed, ...]:
    """The links of the bakery's posts to its own site; and those that were put elsewhere by hand, where
    foreign targets are counted too: in two letters, on bags, in the window, on another network."""

    def elsewhere(key: str, url: str, week: int, day: str, channel: str, pull: float, over: int) -> Placed:
        at = calendar.on(calendar.day(week, day), 10)
        return Placed(key, url, at, channel, not url.startswith(cast.SITE), pull, over)

    found = [
        elsewhere("letter one", f"{cast.SITE}/courses", 2, "thu", "newsletter", 28, 5 * HOUR),
        elsewhere("letter two", f"{cast.SITE}/order", 6, "thu", "newsletter", 33, 5 * HOUR),
        elsewhere("bag", f"{cast.SITE}/order", 2, "mon", "qr", 46, 22 * DAY),
        elsewhere("window", f"{cast.SITE}/jobs", 7, "mon", "qr", 9, 5 * DAY),
        elsewhere(
            "network one", "https://crumb-magazine.example/from-two-oclock", 8, "mon", "bluesky", 11, 6 * HOUR
        ),
        elsewhere(
            "network two", "https://crumb-magazine.example/diary-one", 8, "thu", "bluesky", 6, 6 * HOUR
        ),
    ]
    for post in said:
        if post.who == cast.FIRM and post.visibility != "direct":
            for url in ADDRESS.findall(post.text):
                if url.startswith(cast.SITE):
                    pull = _pull(post, url, calendar)
                    found.append(Placed(post.key, url, post.at, "fediverse", False, pull, 100 * MINUTE))
    return tuple(sorted(found, key=lambda link: (link.at, link.key)))


def came(
    links: Sequence[Placed], said: Sequence[Said], cut: tuple[int, int], calendar: Calendar, chance: Random
) -> tuple[Came, ...]:
    """Every visit of the play, in order; none while the server was `cut` off."""
    # dice of their own for each kind: what is added to one of them at the end changes nothing of the trial
    streets = [_Street(calendar, Random(chance.getrandbits(64)), n << 20) for n in range(4)]  # noqa: S311 # a play
    found = [visit for link in links for visit in streets[0].by_link(link)]
    found += streets[1].echo(said)
    found += streets[2].anyway()
    found += streets[3].campaigns()
    there = (visit for visit in found if not cut[0] <= visit.at < cut[1])
    return tuple(sorted(there, key=lambda visit: (visit.at, visit.address)))


def _pull(post: Said, url: str, calendar: Calendar) -> float:
    """How many follow it. One sort of bread is not for all; before the log was read not all were seen."""
    if "/bread/" in url and url.removeprefix("https://") in PAGES:
        return 4.5
    return (11.5 if post.at < calendar.start else 7.0) + 1.1 * len(post.options.get("boost", "").split())


class _Street:
    """Makes visits, each from an address of its own, numbered from `doors` on."""

    def __init__(self, calendar: Calendar, chance: Random, doors: int) -> None:
        self._calendar = calendar
        self._chance = chance
        self._doors = doors

    def echo(self, said: Sequence[Said]) -> Iterator[Came]:
        """Who reads a post with a link and comes by another way: on that day, typing the address."""
        own = {
            moment(post.at, self._calendar.zone).date()
            for post in said
            if post.who == cast.FIRM and cast.SITE in post.text and post.visibility != "direct"
        }
        for day in sorted(own):
            for _ in range(self._about(ECHO)):
                at = self._calendar.on(day, 7) + self._chance.randrange(14 * 60) * MINUTE
                yield from self._over(self._visit(at, "confirmed", None))

    def campaigns(self) -> Iterator[Came]:
        """Who comes by an ad in the town's paper, and by the letter of a magazine."""
        for week, name, hour, days, often, path, referrer, query in CAMPAIGNS:
            first = self._calendar.day(week, name)
            for day in (first + timedelta(days=n) for n in range(days)):
                for _ in range(self._about(often)):
                    at = self._calendar.on(day, hour) + self._chance.randrange(11 * 60) * MINUTE
                    visit = self._visit(at, "confirmed", None)
                    pages = ((0, path), *visit.pages[1:])
                    yield from self._over(changed(visit, pages=pages, referrer=referrer, query=query))

    def by_link(self, link: Placed) -> Iterator[Came]:
        """People over hours, servers and programs at once."""
        for _ in range(self._about(link.pull)):
            at = self._awake(link.at + 20 * SECOND + int(self._chance.expovariate(0.69 / link.over)))
            kind = self._chance.choices(("confirmed", "person", "unsure"), (64, 24, 12))[0]
            if link.go and kind == "confirmed":
                kind = "person"
            yield from self._over(self._visit(at, kind, link))
        machines = [
            ("preview", self._chance.randrange(1, 5) if link.channel in {"fediverse", "bluesky"} else 0)
        ]
        machines += [
            ("machine", self._chance.choice((0, 0, 1))),
            ("prefetch", int(link.go) and self._chance.randrange(2)),
        ]
        for kind, count in machines:
            for _ in range(count):
                at = link.at + self._chance.randrange(3, 58) * SECOND
                yield from self._over(self._visit(at, kind, link))

    def anyway(self) -> Iterator[Came]:
        """By search, by heart, by mistake; the firm's own people; and those who only look whether
        the server lives. Before the play nobody read the web server's log."""
        calendar = self._calendar
        for day in calendar.days(calendar.day(FIRST_WEEK, "sun") - timedelta(days=7)):
            sunday, logged = day.weekday() == 6, calendar.on(day, 0) >= calendar.start
            for kind, often in (
                ("confirmed", 4.0 if sunday else 8.0),
                ("person", 1.5 * logged),
                ("unsure", 0.8 * logged),
                ("machine", 3.0 * logged),
                ("probe", 1.2 * logged),
                ("staff", 0.0 if sunday else 0.5),
            ):
                for _ in range(self._about(often)):
                    at = calendar.on(day, 0) + self._chance.randrange(5 * 60, 22 * 60) * MINUTE
                    at += self._chance.randrange(60) * SECOND
                    if at >= calendar.begin:
                        yield from self._over(self._visit(at, kind, None))

    def _visit(self, at: int, kind: str, link: Placed | None) -> Came:
        self._doors += 1
        door = f"2001:db8:{self._doors >> 16:x}:{self._doors & 0xFFFF:x}::7"
        how: How = "go" if link and link.go else "page" if kind in {"confirmed", "staff"} else "log"
        host, _, path = (
            (link.url if link else f"{cast.SITE}{self._path()}").partition("://")[2].partition("/")
        )
        return Came(
            at=at,
            kind=kind,  # type: ignore[arg-type] # the words of `Kind`, drawn from tuples of texts
            how=how,
            link=link.key if link else "",
            host=host,
            address=AT_HOME if kind == "staff" else door,
            agent=self._agent(kind, how, at),
            referrer="" if kind in {"preview", "machine", "probe"} else self._referrer(link),
            pages=self._pages(f"/{path}", kind),
            method="HEAD" if kind == "probe" else "GET",
            logged=kind != "staff" and how != "go" and at >= self._calendar.start,
        )

    def _agent(self, kind: str, how: How, at: int) -> str:
        if kind == "preview":
            return self._chance.choice(browsers.SERVERS)
        if kind == "machine":
            return self._chance.choice(browsers.PROGRAMS)
        if kind == "probe":
            return browsers.WATCHER
        if kind == "unsure":
            return browsers.doubtful()
        return (
            browsers.blocker(at) if kind == "person" and how == "log" else browsers.reader(self._chance, at)
        )

    def _referrer(self, link: Placed | None) -> str:
        if link is None:
            return self._chance.choice((*SEARCH, "maps.example", "", "", ""))
        return (
            self._chance.choice(("social.lindenfeld.example", "", "")) if link.channel == "fediverse" else ""
        )

    def _pages(self, first: str, kind: str) -> tuple[tuple[int, str], ...]:
        pages, after = [(0, first)], 0
        while kind == "confirmed" and self._chance.random() < 0.4 and len(pages) < 4:
            after += self._chance.randrange(15, 140) * SECOND
            pages.append((after, self._path()))
        return tuple(pages)

    def _path(self) -> str:
        return self._chance.choice(
            (
                "/",
                "/",
                "/",
                "/hours",
                "/order",
                "/order",
                "/today",
                "/bread/rye",
                "/cakes",
                "/courses",
                "/delivery",
                *BREAD_PATHS,
            )
        )

    def _about(self, many: float) -> int:
        """A count around `many`, as chance has it (Poisson)."""
        count, left = 0, self._chance.expovariate(1.0)
        while left < many:
            count, left = count + 1, left + self._chance.expovariate(1.0)
        return count

    def _awake(self, at: int) -> int:
        """Hardly anybody opens a bakery's page at night: they do it in the morning."""
        asleep = moment(at, self._calendar.zone).hour < 5
        return at + 5 * HOUR + self._chance.randrange(90) * MINUTE if asleep else at

    def _over(self, visit: Came) -> Iterator[Came]:
        """Only what is over, and was seen by the log that was read last; it was read since the first week."""
        if visit.how == "log" and visit.at < self._calendar.start:
            return
        if visit.at + visit.pages[-1][0] < self._calendar.now - 2 * MINUTE:
            yield visit
