"""What visitors of the play call themselves: browsers of their time, servers, programs. Pure."""

from random import Random

from linnet.kernel.clock import DAY, moment

# Families by how often they come; their versions follow the calendar, as in `desk.visits.agents`.
_READERS = (("android", 44), ("iphone", 28), ("windows", 18), ("edge", 10))

SERVERS = (
    "Mastodon/4.6.1 (http.rb/5.3.1; +https://social.lindenfeld.example/)",
    "Mastodon/4.5.4 (http.rb/5.3.1; +https://craft-and-trade.example/) Bot",
    "gotosocial/0.20.1 (+https://bread.example)",
    "Akkoma 3.17.0; https://kitchen-table.example <admin@kitchen-table.example>",
    "Misskey/2026.5.0 (https://northern-lights.example)",
)
PROGRAMS = (
    "Mozilla/5.0 (compatible; FieldMouseBot/2.1; +https://fieldmouse.example/bot)",
    "Mozilla/5.0 (compatible; AtlasCrawler/1.4; +https://atlas.example/about)",
    "python-requests/2.32.3",
    "curl/8.9.1",
)
WATCHER = "UptimeWatch/3.0 (+https://uptime.example)"


def reader(chance: Random, at: int) -> str:
    """A browser with scripts, whose visits the page itself sees."""
    chrome = 100 + (at // DAY - 19_080) * 10 // 313 - chance.choice((0, 0, 0, 1))
    family = chance.choices([name for name, _ in _READERS], [often for _, often in _READERS])[0]
    if family == "iphone":
        now = moment(at)
        version = (now.year if now.month > 9 else now.year - 1) - 1999
        return (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS {version}_1 like Mac OS X) AppleWebKit/605.1.15 "
            f"(KHTML, like Gecko) Version/{version}.1 Mobile/15E148 Safari/604.1"
        )
    if family == "android":
        return (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
            f"Chrome/{chrome}.0.0.0 Mobile Safari/537.36"
        )
    edge = f" Edg/{chrome}.0.0.0" if family == "edge" else ""
    return (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{chrome}.0.0.0 Safari/537.36{edge}"
    )


def blocker(at: int) -> str:
    """The browser of somebody who blocks scripts: only the log of the web server sees them. No
    `reader` has it, so that no line of theirs is taken for another's."""
    version = 100 + (at // DAY - 19_115) * 10 // 287
    return f"Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"


def doubtful() -> str:
    """A browser of some years ago that fetches pages and nothing else."""
    return (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/13.1 Safari/605.1.15"
    )
