"""Where a visit came from, as a trial tells it: by its referrer and by the link it carried. Pure.

What a visit keeps is the referring host and our own code; the campaign words of other people's
links (utm) are not kept, so a paid link counts as paid only where an ad server is the referrer.
Lists as people use these services; a host that is not on them is a website like any other.
"""

from typing import Literal

Source = Literal["search", "mail", "ads", "other"]
SOURCES: tuple[Source, ...] = ("other", "search", "mail", "ads")

SEARCH = frozenset(
    [
        "bing.com",
        "duckduckgo.com",
        "ecosia.org",
        "qwant.com",
        "startpage.com",
        "search.brave.com",
        "yandex.com",
        "yandex.ru",
        "baidu.com",
        "m.baidu.com",
        "search.yahoo.com",
        "kagi.com",
        "mojeek.com",
        "swisscows.com",
        "metager.org",
        "metager.de",
        "search.aol.com",
        "ask.com",
        "so.com",
        "sogou.com",
        "naver.com",
        "search.naver.com",
        "seznam.cz",
        "search.seznam.cz",
        "suche.t-online.de",
        "suche.gmx.net",
        "suche.web.de",
        "lite.duckduckgo.com",
        "cn.bing.com",
        "wap.sogou.com",
        "presearch.com",
        "ya.ru",
    ]
)
MAIL = frozenset(
    [
        "mail.google.com",
        "com.google.android.gm",
        "outlook.live.com",
        "outlook.office.com",
        "outlook.office365.com",
        "outlook.com",
        "mail.yahoo.com",
        "mail.aol.com",
        "mail.proton.me",
        "app.fastmail.com",
        "fastmail.com",
        "gmx.net",
        "gmx.de",
        "deref-gmx.net",
        "deref-web-02.de",
        "deref-web.de",
        "deref-mail.com",
        "mail.ru",
        "e.mail.ru",
        "mail.yandex.ru",
        "mail.yandex.com",
        "email.t-online.de",
        "mail.zoho.com",
        "mailchi.mp",
    ]
)
ADS = frozenset(
    [
        "googleads.g.doubleclick.net",
        "doubleclick.net",
        "ad.doubleclick.net",
        "googleadservices.com",
        "googlesyndication.com",
        "tpc.googlesyndication.com",
        "adservice.google.com",
        "taboola.com",
        "outbrain.com",
        "criteo.com",
        "criteo.net",
        "adform.net",
        "adnxs.com",
        "amazon-adsystem.com",
    ]
)
_ANY: dict[str, Source] = {
    **dict.fromkeys(SEARCH, "search"),
    **dict.fromkeys(MAIL, "mail"),
    **dict.fromkeys(ADS, "ads"),
}
MAIL_CHANNEL = "newsletter"


def source_of(referrer: str, channel: str) -> Source:
    """`referrer`: the host as a visit keeps it, '' for none; `channel` of the link that it came by,
    '' for none. A link of ours decides before the referrer: a post read in a mail app is a post."""
    if channel:
        return "mail" if channel == MAIL_CHANNEL else "other"
    if _is_google(referrer):
        return "search"
    host = referrer
    while host:
        found = _ANY.get(host)
        if found is not None:
            return found
        host = host.partition(".")[2]
    return "other"


def _is_google(host: str) -> bool:
    """google.com, google.de, google.co.uk and the app, but not sites.google.com and its like."""
    if host == "com.google.android.googlequicksearchbox":
        return True
    name, _, rest = host.partition(".")
    return name == "google" and (len(rest) <= 3 or rest.startswith(("co.", "com.")))
