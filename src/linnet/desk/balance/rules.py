"""What is about oneself and what is not: four classes, and the share of one of them.

P  a link to an own website or shop, or a word for the own products, in a post that begins something;
   and an own link in an answer that nobody asked for, which counts twice
S  somebody else's: their link, a boost, a quote
C  a conversation: an answer to somebody
O  a thought or tip of one's own, without a link
What continues one's own post is of the class of that post, and so is the boost or quote of one.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from linnet.desk.balance import chance
from linnet.desk.balance.domains import registrable
from linnet.desk.feeds.likeness import tokens
from linnet.desk.firm.rules import check_words
from linnet.desk.links.rules import check_target, host_of
from linnet.kernel.clock import DAY
from linnet.kernel.errors import Invalid
from linnet.kernel.value import Value
from linnet.kernel.wire import decode_as
from linnet.social.text.scan import scan

Kind = Literal["P", "S", "C", "O"]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_WORDS: dict[Kind, str] = {
    "P": "about yourself",
    "S": "somebody else's",
    "C": "conversation",
    "O": "own thought or tip",
}

WINDOW = 20  # items
FEWEST = 10
WINDOW_AGE = 45 * DAY
SURE = 0.9
SHOPS = 20


class Preset(Value):
    """A folk rule: how much about oneself it allows, as people tell it. `source`: where it was read."""

    key: str
    name: str
    share: float
    says: str
    source: str


PRESETS = (
    Preset("80-20", "80/20", 0.2, "At most a fifth about yourself.", "thecontentfunnel.com, mdfedart 2018"),
    Preset(
        "4-1-1",
        "4-1-1",
        1 / 6,
        "Of six, four from others, one of them passed on, one about yourself.",
        "Tippingpoint Labs and Joe Pulizzi, after boxofrain.com 2018",
    ),
    Preset(
        "5-3-2",
        "5-3-2",
        0.3,
        "Of ten, five from others, three of your own, two personal.",
        "professionalusesofsocialmedia 2016",
    ),
    Preset("thirds", "Thirds", 1 / 3, "A third about yourself.", "Hootsuite's blog, after boxofrain.com"),
    Preset(
        "555",
        "555+",
        1 / 3,
        "As much about yourself as from others and as talk.",
        "Coggins, after boxofrain.com",
    ),
    Preset(
        "30-60-10",
        "30/60/10",
        0.4,
        "Three tenths your own, one tenth an offer.",
        "Rallyverse, after boxofrain.com",
    ),
)
NO_EVIDENCE = "No evidence was found for any of these rules. They are what people tell each other."


class Setting(Value):
    """What an account has set. `rule`: the key of a preset, or 'own' with `percent`. `words`, `shops`:
    JSON lists. `campaign_until`: a day until which there are no hints, in it; '' for none."""

    rule: str = "80-20"
    percent: int = 20
    words: str = "[]"
    shops: str = "[]"
    campaign_until: str = ""

    @property
    def limit(self) -> float:
        """The share about oneself that is all right."""
        return next((p.share for p in PRESETS if p.key == self.rule), self.percent / 100)

    @property
    def rule_name(self) -> str:
        """The rule as people call it."""
        return next((p.name for p in PRESETS if p.key == self.rule), f"your own, {self.percent} %")

    @property
    def word_list(self) -> list[str]:
        """Words for products and brands."""
        return decode_as(list[str], self.words)

    @property
    def shop_list(self) -> list[str]:
        """Addresses of own shops elsewhere."""
        return decode_as(list[str], self.shops)


class Ground(Value):
    """What is the firm's own. `domains`: registrable domains of its websites; `shops`: host and path
    of its places on others' websites; `words`: its products and brands, each as folded words."""

    domains: frozenset[str] = frozenset()
    shops: tuple[str, ...] = ()
    words: tuple[tuple[str, ...], ...] = ()


class Told(Value):
    """What somebody else wrote, which is answered. `to_us`: it answers us; `gone`: it is not there any
    more; `blog`: an article or a comment on somebody's blog."""

    text: str
    to_us: bool = False
    gone: bool = False
    blog: bool = False


class Item(Value):
    """Something that an account published. `answers`: what of somebody else it answers; `own_id`: the
    own post that it continues, boosts or quotes (0: none); `passes_on`: a boost or quote."""

    id: int
    at: int
    text: str
    visibility: str = "public"
    answers: Told | None = None
    own_id: int = 0
    passes_on: bool = False


class Classed(Value):
    """An item with its class. `counts`: 2 for an unasked own link in an answer; `corrected`: a person
    said so."""

    item: Item
    kind: Kind
    counts: int
    why: str
    corrected: bool = False


class Share(Value):
    """How much is about oneself: `own` of `of`, by how often each counts; `items` of them; `chance`
    that it is above the limit."""

    own: int
    of: int
    items: int
    chance: float

    @property
    def over(self) -> bool:
        """Surely more than the limit, and of enough items."""
        return self.items >= FEWEST and self.chance > SURE


def ground(hosts: Sequence[str], setting: Setting) -> Ground:
    """What is the firm's own. `hosts`: of its websites."""
    words = (tuple(tokens(word)) for word in setting.word_list)
    return Ground(
        frozenset(registrable(host) for host in hosts),
        tuple(_place(shop) for shop in setting.shop_list),
        tuple(word for word in words if word),
    )


def links(text: str) -> list[str]:
    """The web addresses in a text, with a scheme."""
    return [link.url for link in scan(text).links]


def is_own(url: str, own: Ground) -> bool:
    """Does this address lead to the firm's own website, or to its place on another one?"""
    if registrable(host_of(url)) in own.domains:
        return True
    place = _place(url)
    return any(place == shop or place.startswith(f"{shop}/") for shop in own.shops)


def _place(url: str) -> str:
    rest = url.partition("://")[2].partition("#")[0].partition("?")[0]
    host, _, path = rest.partition("/")
    return f"{host.removeprefix('www.')}/{path}".rstrip("/").lower()


def has_own_link(text: str, own: Ground) -> bool:
    """Is there a link to something of the firm's own in it?"""
    return any(is_own(url, own) for url in links(text))


def named(text: str, own: Ground) -> str:
    """The first product or brand of the firm that the text names; '' for none."""
    said = tokens(without_links(text))
    for word in own.words:
        n = len(word)
        if any(tuple(said[at : at + n]) == word for at in range(len(said) - n + 1)):
            return " ".join(word)
    return ""


def without_links(text: str) -> str:
    """The text without its web addresses and mentions: what is said."""
    found = scan(text)
    pieces, at = [], 0
    spots = [(one.start, one.end) for one in found.links] + [(one.start, one.end) for one in found.mentions]
    for start, end in sorted(spots):
        pieces.append(text[at:start])
        at = end
    return " ".join([*pieces, text[at:]])


_QUESTION = re.compile(r"[?？؟՞፧]")  # noqa: RUF001 # those of other scripts


def asked(told: Told, own: Ground) -> str:
    """Why an own link is welcome in an answer to this, in words; '' when nobody asked for it."""
    if told.gone:
        return "what it answers is gone"
    if told.to_us:
        return "they were answering you"
    if _QUESTION.search(without_links(told.text)):
        return "they asked"
    if has_own_link(told.text, own):
        return "they linked to you"
    word = named(told.text, own)
    return f"they named {word}" if word else ""


def classed(
    items: Sequence[Item], own: Ground, corrections: Mapping[int, Kind], others: Mapping[int, Item]
) -> list[Classed]:
    """The class of each item, in their order. `others`: own posts that they continue, by id, where
    these are not among the items; `corrections`: what a person said, by id, which goes for what
    continues it too."""
    known = {**others, **{item.id: item for item in items}}
    return [_classed(item, own, corrections, known) for item in items]


def _classed(item: Item, own: Ground, corrections: Mapping[int, Kind], known: Mapping[int, Item]) -> Classed:
    said = corrections.get(item.id)
    if said:
        return Classed(item, said, 1, "you said so", corrected=True)
    if item.answers is not None:
        return _answer(item, item.answers, own)
    first = _first(item, known)
    if item.passes_on:
        kind, why = _begins(item, own)  # what is said beside a quote comes first
        if kind == "P":
            return Classed(item, kind, 1, why)
        if first is None:
            return Classed(item, "S", 1, "it passes on what somebody else wrote")
    if first is not None:
        head = _classed(first, own, corrections, {})
        return Classed(item, head.kind, 1, f"it goes with your earlier post: {head.why}")
    kind, why = _begins(item, own)
    return Classed(item, kind, 1, why)


def _first(item: Item, known: Mapping[int, Item]) -> Item | None:
    """The own post at the beginning of what this one continues."""
    first, seen = None, {item.id}
    while item.own_id and item.own_id not in seen and item.own_id in known:
        first = item = known[item.own_id]
        seen.add(item.id)
    return first


def _answer(item: Item, told: Told, own: Ground) -> Classed:
    if not has_own_link(item.text, own):
        return Classed(item, "C", 1, "an answer to somebody")
    why = asked(told, own)
    if why:
        return Classed(item, "C", 1, f"an answer with your link: {why}")
    return Classed(item, "P", 2, "your link in an answer that nobody asked for, which counts twice")


def _begins(item: Item, own: Ground) -> tuple[Kind, str]:
    found = links(item.text)
    if any(is_own(url, own) for url in found):
        return "P", "it links to your own"
    word = named(item.text, own)
    if word:
        return "P", f"it names {word}"
    if found:
        return "S", "it links to somebody else"
    return "O", "a text without a link"


def share(window: Sequence[Classed], limit: float) -> Share:
    """How much of these is about oneself."""
    own = sum(one.counts for one in window if one.kind == "P")
    of = sum(one.counts for one in window)
    return Share(own, of, len(window), chance.above(limit, own, of))


def check_kind(kind: str) -> Kind:
    """Raises Invalid("kind")."""
    for known in KINDS:
        if kind == known:
            return known
    raise Invalid("kind", f"must be one of {', '.join(KINDS)}")


def check_limit(rule: str, percent: str) -> tuple[str, int]:
    """A preset's key, or 'own' with its share in percent, 1 to 90. Raises Invalid("rule", "percent")."""
    for preset in PRESETS:
        if rule == preset.key:
            return rule, round(preset.share * 100)
    if rule != "own":
        raise Invalid("rule", "is not known")
    number = percent.strip().removesuffix("%").strip()
    if not (number.isascii() and number.isdigit() and len(number) < 3 and 1 <= int(number) <= 90):
        raise Invalid("percent", "is not a whole number from 1 to 90")
    return rule, int(number)


def check_names(text: str) -> list[str]:
    """Products and brands, with commas or one a line. Raises Invalid("words")."""
    names = check_words(text)
    for name in names:
        if len("".join(tokens(name))) < 2:
            raise Invalid("words", f"have one that is too short to be found: {name!r}")
    return names


def check_shops(text: str) -> list[str]:
    """Addresses of the firm's places on others' websites, one a line. Raises Invalid("shops")."""
    found: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        url = check_target(line if "://" in line else f"https://{line}", "shops")
        place = _place(url)
        if "/" not in place and registrable(place) == place:
            raise Invalid(
                "shops",
                f"must name your own place there, not all of {place}; a website that is yours as a whole "
                "stands in the settings of the firm",
            )
        found.setdefault(place, url)
    if len(found) > SHOPS:
        raise Invalid("shops", f"are more than {SHOPS}")
    return list(found.values())
