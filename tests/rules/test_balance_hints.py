"""When the composer says something: forty cases of pushiness, every update with a link, and how often."""

import pytest

from linnet.desk.balance import hints, rules
from linnet.desk.balance.hints import MEMORY, Hint, Writing
from linnet.desk.balance.rules import Item, Setting, Told
from linnet.kernel.clock import DAY, HOUR, MINUTE
from linnet.kernel.days import next_day
from linnet.kernel.wire import encode_text

NOW = 100 * DAY
PLAIN = Setting()
OWN = rules.ground(
    ["bakery.example"], Setting(words=encode_text(["Rye Club"]), shops='["https://www.etsy.com/shop/corner"]')
)
LINK = "https://bakery.example/rye"
LONG = "The new rye is out of the oven and still warm"
NEAR = "The new rye is out of the oven and still very warm"


def wrote(text: str, ago: int = HOUR, **more: object) -> Item:
    return Item(NOW - ago, NOW - ago, text, **more)


def saying(
    text: str, *before: Item, to: Told | None = None, stranger: bool = False, **more: object
) -> Writing:
    return Writing(Item(NOW, NOW, text, answers=to, **more), (), before, stranger)


NICE = Told("Nice bread you make")
DIRECT = {"visibility": "direct"}

PUSHY = [
    # the same page more than twice in 24 hours
    (saying(LINK), None),
    (saying(LINK, wrote(LINK)), None),
    (saying(f"Rye {LINK}", wrote(LINK), wrote(f"Now {LINK}")), "target"),
    (saying(LINK, wrote(LINK), wrote(LINK, 24 * HOUR)), None),
    (saying(LINK, wrote(LINK), wrote(LINK, 24 * HOUR - 1)), "target"),
    (saying(LINK, wrote(f"{LINK} {LINK}")), None),
    (saying(f"{LINK} {LINK}"), None),
    (saying(LINK, wrote("https://bakery.example/oat"), wrote("https://bakery.example/spelt")), None),
    (saying("https://bakery.example/rye/?utm_source=x", wrote(LINK), wrote(LINK)), None),
    (saying(f"{LINK}?utm_source=x#now", wrote(LINK), wrote(f"{LINK}?ref=a")), "target"),
    (saying("https://www.bakery.example/rye", wrote(LINK), wrote(LINK)), "target"),
    (saying("https://news.example/a", *[wrote("https://news.example/a")] * 2), "target"),
    (saying("Nothing to see", wrote(LINK), wrote(LINK)), None),
    (saying(LINK, *[wrote(LINK, visibility="followers")] * 2, visibility="followers"), "target"),
    (saying(LINK, *[wrote(LINK, answers=Told("Where?"))] * 2, to=Told("Where?")), "target"),
    # the own link in an answer that nobody asked for
    (saying(LINK, to=NICE), "unasked"),
    (saying("Thanks!", to=NICE), None),
    (saying("Join the Rye Club", to=NICE), None),
    (saying("https://news.example/rye", to=NICE), None),
    (saying(LINK, to=Told("Where can I buy it?")), None),
    (saying(LINK, to=Told("I want the Rye Club loaf")), None),
    (saying(LINK, to=Told(f"Found {LINK}")), None),
    (saying(LINK, to=Told("Go on", to_us=True)), None),
    (saying(LINK, to=Told("", gone=True)), None),
    (saying(LINK, to=Told("See https://x.example/?a=1")), "unasked"),
    (saying("https://etsy.com/shop/corner/1", to=NICE), "unasked"),
    (saying("https://etsy.com/shop/other/1", to=NICE), None),
    # the same below somebody's blog (F28)
    (saying(LINK, to=Told("My week in bread", blog=True)), "comment"),
    (saying("A fine read", to=Told("My week in bread", blog=True)), None),
    (saying(LINK, to=Told("Which rye do you bake?", blog=True)), None),
    # the own link in a message to somebody who does not follow
    (saying(LINK, stranger=True, **DIRECT), "stranger"),
    (saying("Hello", stranger=True, **DIRECT), None),
    (saying(LINK, **DIRECT), None),
    (saying("https://news.example", stranger=True, **DIRECT), None),
    (saying(LINK, to=NICE, stranger=True, **DIRECT), "stranger"),
    (saying(LINK, to=Told("Do you ship?"), stranger=True, **DIRECT), None),
    # nearly the same text three times in seven days
    (saying(LONG, wrote(NEAR, 6 * DAY), wrote(LONG)), "alike"),
    (saying(LONG, wrote(NEAR)), None),
    (saying(LONG, wrote(LONG, 7 * DAY), wrote(LONG)), None),
    (saying("Good morning all", *[wrote("Good morning all")] * 5), None),
]


@pytest.mark.parametrize("at", range(len(PUSHY)))
def test_f27_what_people_call_pushy(at):
    writing, about = PUSHY[at]
    found = hints.pushy(writing, OWN)
    assert (found.about if found else None) == about
    assert found is None or (found.sentence.endswith(".") and found.sentence.count(".") == 1)


def test_f27_forty_cases():
    assert len(PUSHY) == 40
    assert {about for _, about in PUSHY} == {None, "target", "unasked", "comment", "stranger", "alike"}


def test_the_sentence_counts_the_times():
    for n, time in ((2, "third"), (3, "fourth"), (4, "fifth"), (5, "umpteenth")):
        same = hints.pushy(saying(LINK, *[wrote(LINK)] * n), OWN)
        alike = hints.pushy(saying(LONG, *[wrote(LONG)] * n), OWN)
        assert same.sentence == f"This is the {time} time in 24 hours that you post the same link."
        assert alike.sentence == f"This is the {time} time in seven days that you post nearly the same text."


def test_of_two_pages_the_one_that_was_posted_more_often_counts():
    both = saying(f"{LINK} https://news.example/a", wrote(LINK), wrote(LINK))
    assert hints.pushy(both, OWN).about == "target"


def test_four_words_are_a_text():
    assert (
        hints.pushy(saying("warm rye bread today", *[wrote("warm rye bread today")] * 2), OWN).about
        == "alike"
    )
    assert hints.pushy(saying("warm rye bread", *[wrote("warm rye bread")] * 2), OWN) is None


def test_likeness_has_a_limit():
    """More than .8: nine words of eleven are .82, eight of ten are not enough."""
    base = "one two three four five six seven eight nine"
    nine_of_eleven = [wrote(f"{base} ten eleven")] * 2
    assert hints.pushy(saying(base, *nine_of_eleven), OWN).about == "alike"
    eight = "one two three four five six seven eight"
    assert hints.pushy(saying(eight, *[wrote(f"{eight} nine ten")] * 2), OWN) is None
    assert hints.pushy(saying(f"@ann {base} {LINK}", *[wrote(f"@bob {base}")] * 2), OWN).about == "alike"


def find(writing: Writing, setting: Setting = PLAIN) -> str | None:
    found = hints.find(writing, OWN, setting, {}, {})
    return found.about if found else None


def window(kinds: str, *, last: str = LINK, **more: object) -> Writing:
    """`kinds`: P with a link of its own page, O without, S of others, C conversation, A an asked answer."""
    made = {"P": "https://bakery.example/{}", "O": "Thought {}", "S": "https://news.example/{}"}
    past = []
    for n, one in enumerate(kinds):
        told = {"C": NICE, "A": Told("Where?")}.get(one)
        text = made.get(one, "https://bakery.example/a{}" if one == "A" else "Yes {}").format(n)
        past.append(Item(n + 1, NOW - (100 - n) * HOUR, text, answers=told))
    return Writing(Item(0, NOW, last, **more), tuple(past[-20:]), ())


@pytest.mark.parametrize(
    ("kinds", "about"),
    [
        ("", None),
        ("PPPP", None),
        ("PPPPP", "every"),
        ("OPPPP", "every"),
        ("OOPPP", None),
        ("PPPPPS", "every"),
        ("PPPPOS", None),
        ("PCPCPPCP", "every"),
        ("PAPAPPAO", "every"),
        ("OAAAAA", None),
    ],
)
def test_f26_every_update_with_a_link(kinds, about):
    assert find(window(kinds)) == about
    assert find(window(kinds, last="No link in this one")) is None


def test_f26_an_answer_that_was_asked_for_is_no_update_and_one_that_was_not_is():
    assert find(window("PPPPP", answers=Told("Where?"))) is None
    past = [Item(n, NOW - (9 - n) * HOUR, f"https://bakery.example/{n}") for n in range(1, 5)]
    pushed = Item(5, NOW - HOUR, f"{LINK}/5", answers=NICE)
    assert find(Writing(Item(0, NOW, LINK), (*past, pushed))) == "every"


def test_f26_says_how_many():
    found = hints.find(window("OPPPP"), OWN, Setting(), {}, {})
    assert found.sentence == "With this, 5 of your last 6 posts carry your own link."


@pytest.mark.parametrize(
    ("kinds", "about"),
    [
        ("POPOPOPOO", "share"),  # 5 of 10
        ("PPPOOOOOO", None),  # 4 of 10
        ("PPPPOOOO", None),  # nine items
        ("POPOPOPOPOOOOO", "share"),  # 6 of 15
        ("POPOPOPOOOOOOO", None),
        ("POPOPOPOPOPOOOOOOOO", "share"),  # 7 of 20
        ("POPOPOPOPOSSSSCCCCC", None),
        ("PPPPPP" + "O" * 20, None),  # out of the window
        ("OPOPOPOPOPOPOOOOOOOO", "share"),  # 7 of 20 with this one
        ("POPOPOPOPOPOOOOOOOOO", None),  # the oldest of 21 is not looked at
    ],
)
def test_f25_would_the_balance_be_over(kinds, about):
    assert find(window(kinds)) == about
    for other in ("A thought", "https://news.example/now"):
        assert find(window(kinds, last=other)) is None, "only a post about oneself is spoken of"


def test_f25_an_unasked_link_counts_twice():
    past = window("POPOPOOOO").window
    pushed = Item(40, NOW - HOUR, LINK + "x", answers=NICE)
    assert find(Writing(Item(0, NOW, LINK), past)) is None  # 4 of 10
    assert find(Writing(Item(0, NOW, LINK), (*past[1:], pushed))) == "share"


def test_f25_the_sentence_names_the_rule_and_no_percentage():
    found = hints.find(window("POPOPOPOO"), OWN, Setting(), {}, {})
    assert found.sentence == "With this, 5 of your last 10 posts are about yourself; your rule is 80/20."


def test_f25_only_a_post_about_oneself_is_spoken_of_also_where_the_share_is_over():
    assert find(window("P" * 12, last="A thought")) is None
    found = hints.find(window("PPPPPPOOO"), OWN, Setting(), {}, {})
    assert found.sentence.startswith("With this, 7 of your last 10 posts are about yourself")


def test_a_wider_limit_says_less():
    assert find(window("POPOPOPOO"), Setting("thirds")) is None
    assert find(window("POPOPOPOO"), Setting("own", 50)) is None
    assert find(window("POPOPOPOO"), Setting("own", 10)) == "share"


def test_a_correction_counts():
    writing = window("POPOPOPOO")
    assert hints.find(writing, OWN, Setting(), {1: "O"}, {}) is None


def test_what_is_not_public_has_no_balance():
    assert find(window("PPPPPPPPP", visibility="followers")) is None


def test_what_is_pushy_is_said_also_where_there_is_no_balance():
    assert find(saying(LINK, to=NICE, stranger=True, visibility="direct")) == "stranger"
    assert find(saying(LINK, *[wrote(LINK)] * 2, visibility="followers")) == "target"


# how often


def hint(day: str, outcome: str = "") -> Hint:
    return Hint(1, 1, 1, day, "every", "x", "k", 0, outcome)


def days(n: int, last: str = "2026-11-25") -> list[str]:
    return [next_day(last, -k) for k in range(n)]


def test_f26_a_hundred_own_links_give_one_hint_a_day():
    """A post every twenty minutes, all with the own link, over two days: two hints."""
    shown: list[Hint] = []
    past: list[Item] = []
    for n in range(100):
        at = NOW + n * 20 * MINUTE
        day = "2026-11-25" if n < 72 else "2026-11-26"
        one = Item(n + 1, at, f"https://bakery.example/{n}")
        found = hints.find(Writing(one, tuple(past[-20:]), tuple(past)), OWN, Setting(), {}, {})
        if found and hints.is_time(shown[::-1][:MEMORY], day, Setting()):
            shown.append(hint(day))
        past.append(one)
    assert [one.day for one in shown] == ["2026-11-25", "2026-11-26"]


@pytest.mark.parametrize(
    ("dismissed", "of", "tomorrow"),
    [(0, 10, True), (5, 10, True), (6, 10, False), (10, 10, False), (5, 5, True), (6, 6, False)],
)
def test_who_waves_them_away_gets_half_as_many(dismissed, of, tomorrow):
    last = [hint(day, "dismissed" if n < dismissed else "") for n, day in enumerate(days(of))]
    assert not hints.is_time(last, "2026-11-25", Setting())
    assert hints.is_time(last, "2026-11-26", Setting()) is tomorrow
    assert hints.is_time(last, "2026-11-27", Setting())


def test_only_the_last_ten_count():
    last = [hint(day, "dismissed" if n >= 5 else "") for n, day in enumerate(days(20))]
    assert hints.pause(last) == 1


def test_a_campaign_is_quiet_until_its_last_day_is_over():
    setting = Setting(campaign_until="2026-12-24")
    assert not hints.is_time([], "2026-11-26", setting)
    assert not hints.is_time([], "2026-12-24", setting)
    assert hints.is_time([], "2026-12-25", setting)
