"""What the address of a landing page says of the way there: campaign words, and that a click was marked.
Pure.

Of the words only utm_source, utm_medium and utm_campaign are read. Of a click's mark only its name is: what
stands behind `gclid=` or `mc_eid=` is one click of one person, and is dropped where it is read.

A mark means an ad only where nothing but an ad gets it:

    gclid, wbraid, gbraid, gclsrc, gad_source, gad_campaignid   Google Ads (support.google.com/google-ads/answer/9744275)
    dclid             Campaign Manager, Display & Video 360 (support.google.com/displayvideo/answer/9188083)
    msclkid           Microsoft Advertising (help.ads.microsoft.com)
    ttclid            TikTok: "when you click on an ad" (ads.tiktok.com/help/article/tiktok-click-id)
    twclid            X: of ads (business.x.com, click ID)
    li_fat_id         LinkedIn: of ads, with enhanced conversion tracking
    rdt_cid, ScCid, yclid   ads of Reddit, Snapchat, Yandex
    mc_cid, mc_eid    Mailchimp: a letter (mc_eid is the person who got it)
    _hsenc, _hsmi, mkt_tok, _kx, vero_id   letters by HubSpot, Marketo, Klaviyo, Vero
    fbclid            Facebook and Instagram: every link that leads out, an ad or not
    igsh, igshid      Instagram: a link that somebody shared
    srsltid           Google's free listings of a shop: a search
"""

import re
from functools import lru_cache
from urllib.parse import unquote_plus

from linnet.desk.visits.private import names_somebody
from linnet.kernel.value import Value

WORD_LENGTH = 80  # characters that are kept of a word
RAW_LENGTH = 200  # a longer one, as it stands in the address, is not kept: the snippet sends no more

AD_MARKS = (
    "gclid", "wbraid", "gbraid", "gclsrc", "gad_source", "gad_campaignid", "dclid", "msclkid", "ttclid", "twclid",
    "li_fat_id", "rdt_cid", "sccid", "yclid",
)  # fmt: skip
MAIL_MARKS = ("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "_kx", "vero_id")
SOCIAL_MARKS = ("fbclid", "igshid", "igsh")
SEARCH_MARKS = ("srsltid",)
MARKS = (*AD_MARKS, *MAIL_MARKS, *SOCIAL_MARKS, *SEARCH_MARKS)  # the first that is there says most
_ORDER = {mark: at for at, mark in enumerate(MARKS)}

# of a query, without its ?; the snippet sends marks without anything behind them
_PAIR = re.compile(
    rf"(?<![^?&])(utm_(?:source|medium|campaign)|{'|'.join(MARKS)})(?==|&|#|$)(?:=([^&#]*))?", re.IGNORECASE
)


class Tags(Value, frozen=True):
    """What is kept of it: the name of a mark, and three words in small letters; '' for none."""

    mark: str = ""
    source: str = ""
    medium: str = ""
    campaign: str = ""


NOTHING = Tags()


def tags_in(address: str) -> Tags:
    """The tags of `address` (or of a query that begins with ?). A key that comes twice counts once, the
    first time."""
    query = address.partition("?")[2]
    pairs = _PAIR.findall(query) if query else None  # most addresses have none: that must cost nothing
    if not pairs:
        return NOTHING
    given: dict[str, str] = {}
    for key, value in pairs:
        given.setdefault(key.lower(), value)
    marks = sorted(given.keys() & _ORDER.keys(), key=_ORDER.__getitem__)
    return Tags(
        marks[0] if marks else "",
        word(given.get("utm_source", "")),
        word(given.get("utm_medium", "")),
        word(given.get("utm_campaign", "")),
    )


@lru_cache(maxsize=4096)
def word(raw: str) -> str:
    """A campaign word as it may be kept, of how it stands in the address: in small letters, at most 80
    characters; '' where it is too long to be a word or could name somebody."""
    if not raw or len(raw) > RAW_LENGTH:
        return ""
    text = unquote_plus(raw)
    if "%" in text:
        text = unquote_plus(text)  # encoded twice, as redirects do
    clean = " ".join("".join(c if c.isprintable() and c != "\ufffd" else " " for c in text).split())
    return "" if names_somebody(clean) else clean.lower()[:WORD_LENGTH].rstrip()


def merged(first: Tags, second: Tags) -> Tags:
    """`first`; what it does not say, `second` does."""
    return Tags(
        min(filter(None, (first.mark, second.mark)), key=_ORDER.__getitem__, default=""),
        first.source or second.source,
        first.medium or second.medium,
        first.campaign or second.campaign,
    )


def said_of(source: str, medium: str, campaign: str, mark: str) -> str:
    """The words in one line: advent 2026, news / e-mail; where there are none, the name of the click id."""
    of = " / ".join(filter(None, (source, medium)))
    return ", ".join(filter(None, (campaign, of))) or mark
