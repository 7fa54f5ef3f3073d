"""Which way a visit came, of what is kept of it: search, ad, mail, social and so on. Pure.

In this order: a link of ours says it; then the mark of a paid click or of a letter; then the word that stands as
medium, or as source; then a mark that only tells where somebody shared the link; then the referrer. The first
touch of a visit decides. The class is kept with the visit and is asked again with the other rules (`replay`).

Trials count by the same rule (`desk.trial.sources`, rule 2). A test holds what it says: whoever makes it say
something else makes a rule 3 there, and leaves this to trials that are frozen.
"""

import re
from functools import lru_cache

from linnet.desk.visits.campaign import AD_MARKS, MAIL_MARKS, SEARCH_MARKS, SOCIAL_MARKS, Tags
from linnet.desk.visits.places import MEDIUMS, SOURCES, Class, class_of_host

BY_CHANNEL: dict[str, Class] = {
    "fediverse": "social",
    "bluesky": "social",
    "linkedin": "social",
    "newsletter": "mail",
    "qr": "print",
    "other": "other",
}
_PAID_FOR: dict[str, Class] = {**dict.fromkeys(AD_MARKS, "ad"), **dict.fromkeys(MAIL_MARKS, "mail")}
_SHARED: dict[str, Class] = {**dict.fromkeys(SOCIAL_MARKS, "social"), **dict.fromkeys(SEARCH_MARKS, "search")}
_BETWEEN = re.compile(r"[\s_.-]+")


def came_by(tags: Tags, referrer: str, channel: str, site: str = "") -> Class:
    """The class of a visit of `site`. `referrer`: the host as a visit keeps it; `channel`: of the link of ours
    that it came by; '' for none."""
    if channel:
        return BY_CHANNEL.get(channel, "other")
    return (
        _PAID_FOR.get(tags.mark)
        or _by_words(tags.source, tags.medium)
        or _SHARED.get(tags.mark)
        or _by_referrer(referrer, site)
        or ("other" if tags.source or tags.medium or tags.campaign else "direct")
    )


@lru_cache(maxsize=4096)
def _by_words(source: str, medium: str) -> Class | None:
    said = _first(MEDIUMS, medium)
    by_source = _first(SOURCES, source) or (class_of_host(source) if "." in source else None)
    if said == "search" and by_source == "social":
        return "social"  # "organic" by hand: what was posted there and not paid for
    if said or by_source:
        return said or by_source
    return "referral" if "." in source else None  # the name of a website


def _first(kinds: tuple[tuple[Class, re.Pattern[str]], ...], word: str) -> Class | None:
    bare = _BETWEEN.sub("", word)
    return next((kind for kind, pattern in kinds if pattern.fullmatch(bare)), None) if bare else None


@lru_cache(maxsize=4096)
def _by_referrer(host: str, site: str) -> Class | None:
    if not host:
        return None
    return "own" if host == site else class_of_host(host) or "referral"
