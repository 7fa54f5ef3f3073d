"""The play is set up: the firm, its people, everybody's accounts, faces and ties to apps."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random

from linnet.db.tx import Tx
from linnet.demo import cast, pictures
from linnet.demo.cast import Someone, Speaker
from linnet.demo.story import Story
from linnet.desk.balance import actions as balance
from linnet.desk.balance.actions import SettingChange
from linnet.desk.effort import actions as effort
from linnet.desk.firm import actions as firms
from linnet.desk.firm.rules import FirmChange, FirstPerson
from linnet.desk.start import actions as starting
from linnet.kernel.clock import DAY, HOUR, MINUTE, zone
from linnet.kernel.days import day_of
from linnet.kernel.ids import first_id_at, new_id
from linnet.social.apps import actions as apps
from linnet.social.apps.rules import OOB, NewApp
from linnet.social.follows import actions as follows
from linnet.social.media import actions as media
from linnet.social.media.rules import Picture, Use
from linnet.social.people import actions as people
from linnet.social.people.rules import ProfileChange
from linnet.social.posts.rules import Author
from linnet.social.safety import actions as safety

APP = NewApp("Pocket Finch", OOB, "read write follow", "https://pocket-finch.example")

Make = Callable[[bytes, Use], Picture]


@dataclass(slots=True)
class Company:
    """Who is who in the database: accounts by handle, people by key."""

    accounts: dict[str, int] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    app_id: int = 0

    @property
    def bakery(self) -> int:
        """The firm's account."""
        return self.accounts[cast.FIRM]

    def author(self, who: str, by: str, *, app: bool = False) -> Author:
        """Who writes as an account; of the bakery's three it is said who."""
        someone = next(
            one for one in (*cast.BAKERS, *cast.OTHERS) if one.account == who and by in {"", one.key}
        )
        return Author(
            self.accounts[who], self.people[someone.key], someone.role, self.app_id if app else None
        )


def drawn(story: Story, make: Make) -> dict[str, Picture]:
    """Every picture of the play made ready, two at a time: faces by handle, pictures of posts and
    drafts by key, and "header" and "logo"."""
    wanted: dict[str, tuple[bytes, Use]] = {}
    for speaker in cast.SPEAKERS:
        wanted[speaker.handle] = pictures.face(*speaker.face), "avatar"
    bakery = next(speaker for speaker in cast.SPEAKERS if speaker.handle == cast.FIRM)
    wanted["logo"] = pictures.face(*bakery.face), "logo"
    wanted["header"] = pictures.header(_dice("header")), "header"
    for key, name in pictured(story).items():
        wanted[key] = pictures.post(name, _dice(key)), "post"
    with ThreadPoolExecutor(2) as two:
        return dict(zip(wanted, two.map(lambda pair: make(*pair), wanted.values()), strict=True))


def pictured(story: Story) -> dict[str, str]:
    """Which picture stands in which post or draft, by key."""
    found = {post.key: post.options["pic"] for post in (*story.said, *story.plans) if "pic" in post.options}
    return found | {str(draft.id): draft.picture for draft in story.drafts if draft.picture}


def _dice(key: str) -> Random:
    return Random(key)  # noqa: S311 # where crumbs lie


def found(tx: Tx, story: Story, faces: Mapping[str, Picture], password_hash: str) -> Company:
    """The firm with its people, and everybody else. Every account is marked as invented."""
    company = Company()
    ina, *bakers = cast.BAKERS
    at = story.begin - HOUR
    made = firms.set_up(
        tx, cast.NEW_FIRM, FirstPerson(ina.name, ina.email, password_hash), token=None, now=at
    )
    company.accounts[cast.FIRM], company.people[ina.key] = made.account.id, made.person.id
    starting.choose(tx, made.person.id, "count", at)  # four weeks at least, before the first post
    for place, speaker in enumerate(cast.SPEAKERS):
        if speaker.handle != cast.FIRM:
            since = story.begin - (60 + 7 * place) * DAY
            account = people.add_account(
                tx,
                id=first_id_at(since),
                handle=speaker.handle,
                name=speaker.name,
                kind=speaker.kind,
                now=since,
            )
            company.accounts[speaker.handle] = account.id
    for place, someone in enumerate((*bakers, *cast.OTHERS)):
        _person(tx, company, someone, password_hash, at + place * MINUTE)
    for speaker in cast.SPEAKERS:
        _profile(tx, company, speaker, faces, at)
    _measure(tx, company, story, at)
    _balance(tx, company)
    _apps(tx, company, story)
    return company


def _person(tx: Tx, company: Company, someone: Someone, password_hash: str, at: int) -> None:
    person = people.add_person(
        tx,
        id=first_id_at(at),
        name=someone.name,
        email=someone.email,
        password_hash=password_hash,
        owner=False,
        now=at,
    )
    company.people[someone.key] = person.id
    people.join(tx, person.id, company.accounts[someone.account], someone.role, at)


def _profile(tx: Tx, company: Company, speaker: Speaker, faces: Mapping[str, Picture], at: int) -> None:
    account_id = company.accounts[speaker.handle]
    uses: list[tuple[str, Use]] = [(speaker.handle, "avatar")]
    if speaker.handle == cast.FIRM:
        uses += [("header", "header"), ("logo", "logo")]
    ids: dict[str, int] = {}
    for name, use in uses:
        made = media.add(tx, faces[name], id=new_id(), account_id=account_id, person_id=None, use=use, now=at)
        ids[use] = made.id
    change = ProfileChange(
        bio=speaker.bio,
        fields=speaker.fields,
        default_language="en",
        avatar_id=ids["avatar"],
        header_id=ids.get("header"),
    )
    people.change_profile(tx, account_id, change)
    people.mark_invented(tx, account_id)
    if "logo" in ids:
        firms.change(tx, FirmChange(logo_id=ids["logo"]), at)


def _measure(tx: Tx, company: Company, story: Story, at: int) -> None:
    """Whoever lets their time be measured; who costs something else, and what is paid by the month."""
    since = day_of(at, zone(cast.ZONE))
    for someone in cast.BAKERS:
        if someone.measured:
            effort.measure(tx, company.people[someone.key], on=True, now=at)
        for week, cost in someone.hourly_costs:
            effort.set_rate(tx, company.people[someone.key], cost, _monday(story, week))
    for number, (name, amount, first, last) in enumerate(cast.TOOLS):
        effort.add_tool(
            tx,
            name=name,
            amount=amount,
            currency=cast.NEW_FIRM.currency,
            first=_monday(story, first) if first else since,
            last=_monday(story, last) if last else "",
            id=first_id_at(at) + number,
        )


def _monday(story: Story, week: int) -> str:
    """The Monday of a week, as a day."""
    return day_of(story.start + (week - 1) * 7 * DAY + DAY // 2, zone(cast.ZONE))


def _balance(tx: Tx, company: Company) -> None:
    """Which words are for the own products, beside the links to the own website."""
    balance.change_setting(tx, company.bakery, SettingChange("80-20", words=cast.PRODUCTS))


def _apps(tx: Tx, company: Company, story: Story) -> None:
    """An app on a telephone, and browsers that are logged in."""
    app = apps.register_app(tx, APP, story.start - DAY).app
    company.app_id = app.id
    jonas, ina = company.people["jonas"], company.people["ina"]
    apps.issue_token(tx, app, jonas, company.bakery, "read write follow", story.start - DAY)
    for person_id, label, ago in (
        (ina, "Firefox on Linux", 2 * DAY),
        (ina, "Safari on iPhone", 30 * HOUR),
        (jonas, "Chrome on Android", 5 * HOUR),
    ):
        people.open_session(tx, person_id, company.bakery, label, story.now - ago)


def farewell(tx: Tx, company: Company, story: Story) -> None:
    """What comes last: private notes, and somebody who is asked before she is followed."""
    for handle, text in cast.NOTES.items():
        safety.note(tx, company.bakery, company.accounts[handle], text)
    for speaker in cast.SPEAKERS:
        if speaker.locked:
            people.change_profile(tx, company.accounts[speaker.handle], ProfileChange(locked=True))
            asks = company.accounts["lenasbikes"]
            follows.follow(tx, asks, company.accounts[speaker.handle], now=story.now - 50 * MINUTE)
