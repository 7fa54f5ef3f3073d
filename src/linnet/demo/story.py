"""What happens in the play, worked out before anything is written: a pure function of the moment
and of a seed. `play` then does it with the real actions; the tests count here what must come out
there."""

from random import Random
from zoneinfo import ZoneInfo

from linnet.demo import cast, news, script, trade, tried, visitors, work
from linnet.demo.news import Press
from linnet.demo.script import Calendar, Line, Said
from linnet.demo.trade import Asked, Sold
from linnet.demo.tried import Tried
from linnet.demo.visitors import Came, Placed
from linnet.demo.work import Work
from linnet.kernel.clock import DAY, HOUR, MINUTE, SECOND
from linnet.kernel.ids import first_id_at
from linnet.kernel.value import Value, changed

SEED = 1962

SPONTANEOUS = 2 * MINUTE  # so much must have passed, or a line is still to come
WRITTEN_BEFORE = 11 * HOUR  # a planned post was written the evening before


class Mark(Value):
    """Somebody did something with a post: favourite, boost, bookmark or vote (`choice`)."""

    at: int
    kind: str
    who: str
    key: str
    id: int = 0  # of a boost
    choice: int = 0


class Tie(Value):
    """Somebody begins to follow."""

    at: int
    who: str
    whom: str


class Kept(Value):
    """A draft that is not sent: `due_at` 0 for one without a time, `stage` draft, set or missed."""

    id: int
    at: int
    by: str
    text: str
    stage: str
    due_at: int = 0
    picture: str = ""


class Story(Value):
    """The whole play. Times in ms; everything but `plans` lies before `now`. `begin`: when counting began,
    `start`: of the first week after the trial; `weeks`: where the weeks from `begin` on end, the last
    one now."""

    begin: int
    start: int
    now: int
    weeks: tuple[int, ...]
    said: tuple[Said, ...]
    plans: tuple[Said, ...]
    marks: tuple[Mark, ...]
    ties: tuple[Tie, ...]
    drafts: tuple[Kept, ...]
    sight_at: int  # when the next week of the trial of pages came into sight
    read_at: int  # when the bakery looked at its notifications last
    press: Press
    placed: tuple[Placed, ...]
    came: tuple[Came, ...]
    sold: tuple[Sold, ...]
    asked: tuple[Asked, ...]
    work: Work
    tried: Tried


def tell(now: int, seed: int = SEED) -> Story:
    """The play that ends now. The same moment and seed give the same play."""
    calendar = Calendar(now, ZoneInfo(cast.ZONE))

    def chance(of: str) -> Random:
        return Random(f"{seed}:{of}")  # noqa: S311 # dice of a play, no secret

    trials = tried.tried(calendar, chance("coins"))
    lines = sorted(
        [*script.the_play(calendar), *tried.lines(trials, calendar)], key=lambda line: (line.at, line.key)
    )
    said, plans = _said(lines, calendar, chance("posts"))
    ties = _ties(calendar, chance("ties"))
    press = news.press(calendar, chance("news"))
    placed = visitors.placed(said, calendar)
    came = visitors.came(placed, said, trials.days.cut, calendar, chance("visits"))
    sold, asked = trade.trade(came, calendar, chance("trade"))
    return Story(
        begin=calendar.begin,
        start=calendar.start,
        now=now,
        weeks=calendar.ends(),
        said=said,
        plans=plans,
        marks=_marks(said, ties, calendar, chance("marks")),
        ties=ties,
        drafts=_drafts(trials, calendar),
        sight_at=tried.sight(calendar),
        read_at=calendar.last(20, 45),
        press=press,
        placed=placed,
        came=came,
        sold=sold,
        asked=asked,
        work=work.work(said, calendar, chance("work")),
        tried=trials,
    )


def _said(lines: list[Line], calendar: Calendar, chance: Random) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    """What was said, and of what is still to come that which can be planned. An answer to something
    that is not said yet is not said either."""
    said: dict[str, Said] = {}
    plans: list[Said] = []
    for line in lines:
        planned = "plan" in line.options
        at = line.at + (2 * SECOND if planned else chance.randrange(50) * SECOND)
        post = Said(
            id=first_id_at(at) | chance.randrange(0x8000),
            key=line.key,
            at=at,
            who=line.who,
            by=line.by,
            text=line.text,
            to=line.to,
            visibility=script.visibility_of(line.options),
            options=line.options,
            written_at=line.at - WRITTEN_BEFORE + chance.randrange(40) * MINUTE if planned else 0,
        )
        if line.at > calendar.now - SPONTANEOUS:
            if planned:
                written = min(post.written_at, calendar.now - 3 * HOUR)
                plans.append(changed(post, at=line.at, written_at=written))
        elif not line.to or line.to in said:
            said[line.key] = post
    return tuple(sorted(said.values(), key=lambda post: post.id)), tuple(plans)


def _ties(calendar: Calendar, chance: Random) -> tuple[Tie, ...]:
    """Neighbours know each other from before; the bakery comes with its trial, and finds them one by one."""
    handles = [speaker.handle for speaker in cast.SPEAKERS if speaker.handle != cast.FIRM]
    found = []
    for place, handle in enumerate(handles):
        met = calendar.trial + place * 4 * DAY + 8 * HOUR + chance.randrange(120) * MINUTE
        found.append(Tie(met, handle, cast.FIRM))
        found.append(Tie(met + chance.randrange(5, 600) * MINUTE, cast.FIRM, handle))
        known = calendar.begin + chance.randrange(300) * HOUR
        found += [
            Tie(known + number * MINUTE, handle, whom)
            for number, whom in enumerate(cast.TIES.get(handle, ()))
        ]
    return tuple(sorted(found, key=lambda tie: (tie.at, tie.who)))


def _marks(
    said: tuple[Said, ...], ties: tuple[Tie, ...], calendar: Calendar, chance: Random
) -> tuple[Mark, ...]:
    """Favourites by liking and by chance; boosts, bookmarks and votes as the play says."""
    followers: dict[str, list[Tie]] = {}
    for tie in ties:
        followers.setdefault(tie.whom, []).append(tie)
    keen = {speaker.handle: speaker.keen for speaker in cast.SPEAKERS}
    found: list[Mark] = []
    for post in said:
        wanted = post.options.get("fav", "").split()
        for tie in followers.get(post.who, ()):
            likes = keen[tie.who] * (0.35 if post.to else 1.0)
            if tie.at < post.at and post.visibility != "direct" and chance.random() < likes:
                wanted.append(tie.who)
        late = [post.at + int(chance.expovariate(1 / (150 * MINUTE))) + MINUTE for _ in wanted]
        found += [Mark(at, "favourite", who, post.key) for at, who in zip(late, wanted, strict=True)]
        for who in post.options.get("boost", "").split():
            at = post.at + chance.randrange(4, 140) * MINUTE + chance.randrange(60) * SECOND
            found.append(Mark(at, "boost", who, post.key, first_id_at(at) | chance.randrange(0x8000)))
        if "keep" in post.options:
            found.append(Mark(post.at + chance.randrange(10, 600) * MINUTE, "bookmark", cast.FIRM, post.key))
        if "poll" in post.options:
            found += _votes(post, chance)
    over = [mark for mark in found if mark.at <= calendar.now]
    return tuple(sorted(over, key=lambda mark: (mark.at, mark.who, mark.key, mark.kind)))


def _votes(post: Said, chance: Random) -> list[Mark]:
    """As many for each answer as the play says; who, is left to chance."""
    lasts = script.length_of(post.options["poll"].partition(":")[0])
    voters = [speaker.handle for speaker in cast.SPEAKERS if speaker.handle != post.who]
    chance.shuffle(voters)
    choices = [at for at, n in enumerate(post.options["votes"].split()) for _ in range(int(n))]
    moments = [post.at + int(lasts * chance.uniform(0.01, 0.55) ** 2) + MINUTE for _ in choices]
    return [
        Mark(at, "vote", who, post.key, choice=choice)
        for at, who, choice in zip(moments, voters, choices, strict=False)
    ]


def _drafts(trials: Tried, calendar: Calendar) -> tuple[Kept, ...]:
    """What lies in the drawer: two of the apprentice's, one with a picture, one that the server was not
    there for, and one that waits for the week of its page."""
    missed = calendar.last(7, 0)
    if calendar.now - missed < 4 * HOUR:
        missed -= DAY

    def kept(at: int, by: str, text: str, stage: str = "draft", due_at: int = 0, picture: str = "") -> Kept:
        return Kept(first_id_at(at), at, by, text, stage, due_at, picture)

    written, text, due = tried.early(trials.pages, calendar)
    return (
        kept(written, "jonas", text, "set", due),
        kept(
            missed - 13 * HOUR,
            "jonas",
            "Tasting at the counter until noon: three ryes, one knife, no obligation. https://bakery.example/bread/rye",
            "missed",
            missed,
        ),
        kept(
            calendar.last(14, 10, 1),
            "mila",
            "What I learned this week: dough does not answer if you shout at it. #apprentice",
        ),
        kept(
            calendar.last(14, 25),
            "mila",
            "Ina says that this one may have my name as well. It has poppy, and it is a secret until",
        ),
        kept(
            calendar.last(19, 20, 1),
            "ina",
            "Our grandmother's bowl, glued. It will not hold dough again, but it holds the vouchers.",
            picture="jars",
        ),
    )
