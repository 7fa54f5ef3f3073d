"""Where people come from, by the names that those places have: hosts of referrers (apps name themselves
backwards, as Android does), and words that people write as a source or medium. Pure.

Lists as people use these services; a host that is not on them is a website like any other. SEARCH, MAIL and
ADS are what trials were counted by from the first day on (`desk.trial.sources`, rule 1): they stay as they are.
"""

import re
from typing import Literal

Class = Literal["search", "ad", "mail", "social", "referral", "print", "own", "direct", "other"]
CLASSES: tuple[Class, ...] = (
    "search", "ad", "mail", "social", "referral", "print", "own", "direct", "other",
)  # fmt: skip

UNASKED = "unasked"  # of visits from before it was kept, until the rules have been asked for them
WAY_WORDS: dict[str, str] = {
    "search": "Search engines",
    "ad": "Ads",
    "mail": "Mail and newsletters",
    "social": "Social networks",
    "referral": "Other websites",
    "print": "Print and QR codes",
    "own": "Your own pages, after a pause",
    "direct": "Typed, saved or not told",
    "other": "Other tagged links",
    UNASKED: "Not sorted yet",
}

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
SOCIAL = frozenset(
    """facebook.com fb.com fb.me messenger.com com.facebook.katana com.facebook.orca instagram.com
    com.instagram.android threads.net threads.com t.co twitter.com x.com com.twitter.android linkedin.com lnkd.in
    com.linkedin.android xing.com youtube.com youtu.be tiktok.com pinterest.com pinterest.de pin.it
    com.pinterest reddit.com com.reddit.frontpage tumblr.com bsky.app go.bsky.app bsky.social vk.com ok.ru
    weibo.com t.me web.telegram.org org.telegram.messenger web.whatsapp.com wa.me discord.com quora.com
    nebenan.de nextdoor.com news.ycombinator.com lobste.rs joinmastodon.org org.joinmastodon.android
    com.keylesspalace.tusky mastodon.social mastodon.online mastodon.world mastodon.nl mstdn.social mas.to
    hachyderm.io fosstodon.org infosec.exchange chaos.social troet.cafe norden.social ruhr.social
    digitalcourage.social sueden.social nrw.social mstdn.jp mstdn.ca piaille.fr mamot.fr
    techhub.social universeodon.com aus.social elk.zone phanpy.social lemmy.world lemmy.ml feddit.org
    feddit.de pixelfed.social pixelfed.de misskey.io friendica.opensocial.at""".split()  # noqa: SIM905 # as eighty lines nobody reads it
)
# a server of the social web that is called by what runs on it
SOCIAL_HOST = re.compile(r"(?:mastodon|mstdn|pixelfed|lemmy|misskey|friendica|pleroma|akkoma|social)\..+\..+")

# What is written as utm_medium, without spaces, hyphens and underscores. The first that fits. Much of it as in
# the groups of Google Analytics (support.google.com/analytics/answer/9756891), whose names people copy.
MEDIUMS: tuple[tuple[Class, re.Pattern[str]], ...] = (
    (
        "ad",
        re.compile(
            r".*cp[acempv].*|.*(?<!un)paid.*|pp[acv]|ads?|advert.*|adwords|sem|sea|display.*|.*banner.*|expandable|"
            r"interstitial|retargeting|remarketing|crossnetwork|programmatic|native(?:ads?)?|sponsor.*|promoted.*|"
            r"affiliates?|anzeigen?|werbung"
        ),
    ),
    (
        "mail",
        re.compile(
            r"e?mail.*|.*(?:newsletter|rundbrief).*|.*mailing.*|edm|crm|sms.*|mms|.*push|notifications?|autoresponder|drip"
        ),
    ),
    ("social", re.compile(r".*social.*|smm?|fediverse|mastodon|bluesky|stor(?:y|ies)|linkinbio|bio|groups?")),
    ("print", re.compile(r"qr.*|print|flyers?|leaflets?|posters?|plakate?|offline|brochures?|postcards?|businesscard")),
    ("referral", re.compile(r"referr?al|referrer|links?|web(?:site)?|blog|partners?|directory|listing|feed|rss")),
    ("search", re.compile(r"organic.*|search|seo|organicsearch")),
)  # fmt: skip

# What is written as utm_source, in the same way, where the medium says nothing.
SOURCES: tuple[tuple[Class, re.Pattern[str]], ...] = (
    (
        "ad",
        re.compile(
            r"(?:google|bing|microsoft|fb|facebook|meta|ig|instagram|linkedin|twitter|x|tiktok|pinterest|reddit|"
            r"snapchat|yt|youtube|amazon|apple)ads?|adwords|doubleclick|dv360|criteo|taboola|outbrain"
        ),
    ),
    (
        "mail",
        re.compile(
            r"e?mails?|.*(?:newsletter|rundbrief).*|gmail|mailchimp|brevo|sendinblue|klaviyo|rapidmail|cleverreach|"
            r"mailerlite|mailjet|sendgrid|activecampaign|campaignmonitor|constantcontact|getresponse|convertkit|"
            r"listmonk|mailpoet|mailman|hsemail|hsautomation|substack"
        ),
    ),
    (
        "social",
        re.compile(
            r"facebook|fb|meta|instagram|ig|insta|threads|twitter|x|linkedin|xing|youtube|yt|tiktok|pinterest|reddit|"
            r"tumblr|mastodon|fediverse|activitypub|pixelfed|lemmy|misskey|bluesky|bsky|whatsapp|telegram|nebenan"
        ),
    ),
    ("search", re.compile(r"google|bing|duckduckgo|ecosia|qwant|startpage|yahoo|yandex|baidu|kagi|brave|gbp|gmb|googlebusiness.*")),
)  # fmt: skip

_BY_HOST: dict[str, Class] = {
    **dict.fromkeys(SOCIAL, "social"),
    **dict.fromkeys(SEARCH, "search"),
    **dict.fromkeys(MAIL, "mail"),
    **dict.fromkeys(ADS, "ad"),
}  # fmt: skip


def class_of_host(host: str) -> Class | None:
    """The class of a referring host, by it or by one that it stands below; None for any other website."""
    if is_google(host):
        return "search"
    name = host
    while name:
        found = _BY_HOST.get(name)
        if found is not None:
            return found
        name = name.partition(".")[2]
    return "social" if SOCIAL_HOST.fullmatch(host) else None


def is_google(host: str) -> bool:
    """google.com, google.de, google.co.uk and the app, but not sites.google.com and its like."""
    if host == "com.google.android.googlequicksearchbox":
        return True
    name, _, rest = host.partition(".")
    return name == "google" and (len(rest) <= 3 or rest.startswith(("co.", "com.")))
