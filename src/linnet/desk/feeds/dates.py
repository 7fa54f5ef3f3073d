"""Dates as feeds write them in other languages than English, for which they were meant."""

import calendar
import re
import unicodedata

# Months by their first letters, without accents: Portuguese, Spanish, French, German, Italian,
# Dutch, Polish, Swedish and Danish. Where two languages differ, the longer beginning decides.
_MONTHS = (
    ("jan", "ene", "gen", "janv", "sty"),
    ("feb", "fev", "febr", "lut"),
    ("mar", "marz", "mrt", "maa", "maerz"),
    ("apr", "abr", "avr", "kwi"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu", "cze"),
    ("jul", "juil", "lug", "lip"),
    ("aug", "ago", "aou", "sie"),
    ("sep", "set", "wrz"),
    ("oct", "out", "okt", "ott", "paz"),
    ("nov", "lis"),
    ("dec", "dez", "dic", "des", "gru"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 60, "BST": 60, "CET": 60, "MEZ": 60, "CEST": 120,
    "MESZ": 120, "EET": 120, "EEST": 180, "EST": -300, "EDT": -240, "CST": -360, "CDT": -300, "MST": -420,
    "MDT": -360, "PST": -480, "PDT": -420, "BRT": -180,
}  # fmt: skip
_WRITTEN = re.compile(
    r"(?:\w{2,12}\.?,?\s+)?(\d{1,2})\.?\s+(?:de\s+)?([a-z]{3,12})\.?,?\s+(?:de\s+)?(\d{4})"
    r"(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?)?(?:\s*([+-]\d{2}):?(\d{2})|\s+([a-z]{1,4}))?",
    re.IGNORECASE,
)


def foreign(text: str) -> int | None:
    """`text` such as "Seg, 24 Set 2018 19:42:40 -0300" as ms since 1970 UTC, or None. Without a
    zone it is taken for UTC."""
    bare = unicodedata.normalize("NFD", text[:100]).encode("ascii", "ignore").decode()
    found = _WRITTEN.fullmatch(bare.strip())
    if not found:
        return None
    name = found[2].lower()
    month = _MONTH.get(name[:5]) or _MONTH.get(name[:4]) or _MONTH.get(name[:3])
    day, year = int(found[1]), int(found[3])
    if month is None or not 1970 <= year <= 9000 or not 1 <= day <= calendar.monthrange(year, month)[1]:
        return None
    hour, minute, second = int(found[4] or 0), int(found[5] or 0), int(found[6] or 0)
    if hour > 24 or minute > 59 or second > 60:
        return None
    zone = _ZONES.get((found[9] or "").upper(), 0)
    if found[7]:
        zone = int(found[7]) * 60 + (int(found[8]) if found[7][0] == "+" else -int(found[8]))
    return (calendar.timegm((year, month, day, hour, minute, second)) - zone * 60) * 1000
