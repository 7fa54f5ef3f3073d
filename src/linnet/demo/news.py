"""What the sources wrote in the play, and what the bakery made of it (script/news.txt)."""

import re
from random import Random

from linnet.demo import script
from linnet.demo.script import DAYS, Calendar, ScriptError
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.value import Value

OPTIONS = frozenset({"saved", "no", "idea"})
IN_TROUBLE = 4  # days ago that the source called local began to fail
GONE = 40  # days ago that the source called oven was given up

_SOURCE = re.compile(r"== (\w+) \| (.+) \| (\S+) \| (\S+) \| (.+)")
_STORY = re.compile(
    r"(?:-(?P<age>\d+)(?P<unit>[hd])|w(?P<week>\d) (?P<day>[a-z]{3}) (?P<hour>\d\d):(?P<minute>\d\d)) "
    r"(?P<slug>[a-z-]+): (?P<title>.+?) \| (?P<summary>.+?)(?: \{(?P<options>[^{}]*)\})?"
)


class Source(Value):
    """A feed. `failing_since`, `dead_since`: 0 for one that is well."""

    key: str
    title: str
    site: str
    address: str
    format: str
    failing_since: int = 0
    dead_since: int = 0


class Told(Value):
    """A story of a source. `verdict` saved, dismissed, idea or '' (nothing yet); for a dismissal
    `reason`, for an idea `by`."""

    source: str
    slug: str
    url: str
    title: str
    summary: str
    at: int
    verdict: str = ""
    reason: str = ""
    by: str = ""
    decided_at: int = 0


class Press(Value):
    """All sources, and all their stories in order of time."""

    sources: tuple[Source, ...]
    told: tuple[Told, ...]


def press(calendar: Calendar, chance: Random) -> Press:
    """Reads the file. Raises ScriptError."""
    sources: list[Source] = []
    told: list[Told] = []
    for number, line in script.numbered(script.words("news")):
        head = _SOURCE.fullmatch(line)
        story = _STORY.fullmatch(line)
        if head:
            sources.append(_source(head, calendar))
        elif story and sources:
            told.append(_told(story, sources[-1], calendar, chance))
        else:
            raise ScriptError(f"news:{number}: {line}")
    return Press(tuple(sources), tuple(sorted(told, key=lambda one: (one.at, one.slug))))


def _source(match: re.Match[str], calendar: Calendar) -> Source:
    key, title, site, address, format = match.groups()
    return Source(
        key,
        title,
        site,
        address,
        format,
        failing_since=calendar.last(5, 30, IN_TROUBLE) if key == "local" else 0,
        dead_since=calendar.last(4, 0, GONE) if key == "oven" else 0,
    )


def _told(match: re.Match[str], source: Source, calendar: Calendar, chance: Random) -> Told:
    if match["age"]:
        at = calendar.now - int(match["age"]) * (HOUR if match["unit"] == "h" else DAY)
        at -= chance.randrange(40) * MINUTE
    else:
        at = _moment(match, calendar)
    options = script.options_of(match["options"], OPTIONS)
    verdict, reason, by = "", "", ""
    if "saved" in options:
        verdict = "saved"
    elif "no" in options:
        verdict, reason = "dismissed", options["no"]
    elif "idea" in options:
        verdict, by = "idea", options["idea"]
    decided = min(at + chance.randrange(3 * 60, 20 * 60) * MINUTE, calendar.now - 20 * MINUTE)
    url = f"{source.site}{match['slug']}"
    return Told(
        source.key,
        match["slug"],
        url,
        match["title"],
        match["summary"],
        at,
        verdict,
        reason,
        by,
        max(decided, at + MINUTE),
    )


def _moment(match: re.Match[str], calendar: Calendar) -> int:
    """A moment of the play; what would be still to come was a week ago."""
    if match["day"] not in DAYS:
        raise ScriptError(f"no day is called {match['day']}")
    at = calendar.on(calendar.day(int(match["week"]), match["day"]), int(match["hour"]), int(match["minute"]))
    return at if at < calendar.now - HOUR else at - 7 * DAY
