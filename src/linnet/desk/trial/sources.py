"""Where a visit came from, as a trial tells it: not from a search engine, an ad or a mail campaign, or else
which of them. Pure.

Which rule a trial counts by stands in its protocol: its version. A protocol that was frozen is counted to its
end by its own rule, also by a program that knows a better one: the difference between two halves of a
trial would else be the difference between two rules.

    1   by the link of ours, and then by the referrer. No campaign words: they were not kept.
    2   by the link of ours, the mark of a paid click or of a letter, the campaign words, the referrer
        (`visits.came`). Mail programs send no referrer, so a letter's visits were 'other' by rule 1.
"""

from typing import Literal

from linnet.desk.visits.came import came_by
from linnet.desk.visits.campaign import Tags
from linnet.desk.visits.places import ADS, MAIL, SEARCH, is_google

Source = Literal["search", "mail", "ads", "other"]
SOURCES: tuple[Source, ...] = ("other", "search", "mail", "ads")
Rule = Literal[1, 2]
LATEST: Rule = 2

_ANY: dict[str, Source] = {
    **dict.fromkeys(SEARCH, "search"),
    **dict.fromkeys(MAIL, "mail"),
    **dict.fromkeys(ADS, "ads"),
}
_OF_CLASS: dict[str, Source] = {"search": "search", "mail": "mail", "ad": "ads"}
MAIL_CHANNEL = "newsletter"


def source_of(referrer: str, channel: str, tags: Tags, rule: int = LATEST) -> Source:
    """`referrer`: the host as a visit keeps it, '' for none; `channel` of the link that it came by,
    '' for none; `tags`: what its address said; `rule`: the protocol's version. A link of ours decides before
    everything else: a post read in a mail app is a post."""
    if rule == 1:
        return _by_referrer(referrer, channel)
    return source_of_class(came_by(tags, referrer, channel))


def source_of_class(came: str) -> Source:
    """The same of a visit's class as it is kept, by the latest rule. One that was not asked yet ('') is other."""
    return _OF_CLASS.get(came, "other")


def _by_referrer(referrer: str, channel: str) -> Source:
    if channel:
        return "mail" if channel == MAIL_CHANNEL else "other"
    if is_google(referrer):
        return "search"
    host = referrer
    while host:
        found = _ANY.get(host)
        if found is not None:
            return found
        host = host.partition(".")[2]
    return "other"
