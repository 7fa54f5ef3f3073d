"""Worked, did not work: our own trials made public, those of others read, and what all of them say together."""

from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.pool import actions, meta, queries, rules
from linnet.desk.pool.queries import Pooled, Public, Shelf
from linnet.desk.pool.rules import Found, Summary
from linnet.desk.publishing import actions as publishing
from linnet.desk.trial import actions as trials
from linnet.desk.trial import queries as trial_queries
from linnet.desk.trial.pages.promoting import is_paged
from linnet.desk.trial.records import Judged
from linnet.desk.trial.rules import Trial
from linnet.desk.trial.words import verdict
from linnet.kernel.days import date_words, day_of, span_words
from linnet.kernel.errors import Conflict, NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.kernel.wire import decode, decode_as, encode
from linnet.site.desk_times import day_words
from linnet.site.frame import Frame, Visit
from linnet.social.posts.rules import Author, NewPost, Terms

PLACE = "/desk/worked"
TAG = "#LinnetTrial"
JSON = "application/json"
TITLES: dict[str, str] = dict(verdict.TITLES.items())


class Row(Value):
    """A trial of somebody else, as it is listed."""

    address: str
    host: str
    summary: Summary | None
    missing: bool
    problem: str


class Ours(Value):
    """A trial of ours, and whether it is public. `paged`: one of pages."""

    trial: Trial
    public: Public | None
    paged: bool


class Board(Value):
    """Everything on the page."""

    ours: list[Ours]
    rows: list[Row]
    lists: list[Shelf]
    days: Found
    pages: Found
    baseline: str
    followers: str


def board(tx: Tx, account_id: int, today: str) -> Board:
    """What the page shows: some queries, seldom asked."""
    current = trial_queries.current(tx, account_id)
    mine = [*([current] if current else []), *trial_queries.past(tx, account_id)]
    ours = [
        Ours(trial, queries.public(tx, trial.id), is_paged(trial))
        for trial in mine
        if trial.stage not in {"planned", "dropped"}
    ]
    newest = mine[0] if mine else None
    baseline = actions.usual(newest) if newest else ""
    followers = rules.band(queries.follower_count(tx, account_id), rules.FOLLOWERS)
    like = {"baseline": baseline or rules.bands(rules.BASELINES)[0], "followers": followers}
    return Board(
        ours,
        [_row(row, today) for row in queries.pooled(tx)],
        queries.lists(tx),
        actions.together(tx, today, pages=False, **like),
        actions.together(tx, today, pages=True, **like),
        baseline,
        followers,
    )


def _row(row: Pooled, today: str) -> Row:
    said = decode_as(Summary, row.body) if row.body else None
    missing = bool(said and rules.is_missing(said, today))
    return Row(row.address, rules.host_of(row.address), said, missing, row.problem)


async def page(visit: Visit) -> Response:
    """The pooled result, the funnel, the list."""
    _check_seen(visit)
    found = await visit.db.read(board, visit.firm.account_id, day_of(visit.now, visit.zone))
    return visit.render(
        "desk/worked.html",
        title="Worked, did not work",
        activity="manage",
        board=found,
        decides=visit.runs_firm,
        able=visit.house.seals is not None,
        fewest=meta.FEWEST,
        per_hundred=rules.per_hundred,
        titles=TITLES,
        day_words=day_words,
        span_words=span_words,
        own_list=f"{visit.house.settings.url}/trials.json",
    )


def _check_seen(visit: Visit) -> None:
    if not visit.runs_firm and visit.session.account_id != visit.firm.account_id:
        raise NotAllowed("This is shown to the people of the firm's own account.")


def _author(visit: Visit) -> Author:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm decides what is public.")
    return Author(visit.firm.account_id, visit.session.person_id)


async def add(visit: Visit) -> Response:
    """A trial or a list somewhere else, by its address."""
    _author(visit)
    await visit.db.write(actions.add, visit.form.text("address").strip(), visit.now)
    return visit.to(PLACE, flash="It is being read. Look again in a moment.")


async def remove(visit: Visit) -> Response:
    """It is not counted any more."""
    _author(visit)
    await visit.db.write(actions.remove, visit.form.text("address"))
    return visit.to(PLACE, flash="Removed.")


async def register(visit: Visit) -> Response:
    """Makes a trial of ours public, before anybody knows how it ends."""
    author = _author(visit)
    _must_sign(visit)
    await visit.db.write(_register, author, visit.form.whole("trial"), visit.house.terms, visit.now)
    return visit.to(PLACE, flash="Registered. A post says so.")


def _register(tx: Tx, author: Author, trial_id: int, terms: Terms, now: int) -> None:
    trial = trials.own(tx, author.account_id, trial_id)
    if trial.stage not in {"frozen", "running"}:
        actions.may_be_public(trial)
        raise Conflict(
            "A trial is registered before its end: afterwards it would be one that somebody chose."
        )
    what = "a post about a page pays us" if is_paged(trial) else "posting here pays us"
    words = f"We try out whether {what}, until {date_words(trial.last_day)}. Registered before the end {TAG}"
    post_id = _say(tx, author, words, actions.address_of(terms.url, trial.protocol_hash), terms, now)
    actions.register(tx, trial, post_id, now)


async def result(visit: Visit) -> Response:
    """Tells how it ended, whatever that is."""
    author = _author(visit)
    _must_sign(visit)
    await visit.db.write(_result, author, visit.form.whole("trial"), visit.house.terms, visit.now)
    return visit.to(PLACE, flash="The result is public. A post says so.")


def _result(tx: Tx, author: Author, trial_id: int, terms: Terms, now: int) -> None:
    trial = trials.own(tx, author.account_id, trial_id)
    what = "posts about pages" if is_paged(trial) else "posting here"
    words = f"Our trial of {what} is over: {_ending(trial)} {TAG}"
    post_id = _say(tx, author, words, actions.address_of(terms.url, trial.protocol_hash), terms, now)
    actions.tell_result(tx, trial, post_id)


def _ending(trial: Trial) -> str:
    if not trial.verdict:
        return "no verdict."
    return f"{TITLES[decode_as(Judged, trial.verdict).verdict.kind].lower()}."


def _say(tx: Tx, author: Author, words: str, address: str, terms: Terms, now: int) -> int:
    page = address.removesuffix(".json")
    return publishing.publish(tx, author, NewPost(f"{words} {page}"), terms, id=new_id(), now=now)


def _must_sign(visit: Visit) -> None:
    if visit.house.seals is None:
        raise Conflict(
            "This server has no https address, so nobody could check what it says: nothing is made public."
        )


# what everybody may read


async def document(visit: Visit) -> Response:
    """A public trial as JSON, signed."""
    name = visit.request.path_params["name"]
    said = await _summary(visit, name)
    body: dict[str, Any] = decode(encode(said))
    assert visit.house.seals is not None
    key, value = await visit.house.seals.seal(visit.firm.account_id, rules.canonical(body))
    body["signature"] = {"key": key, "algorithm": "rsa-sha256", "value": value}
    return Response(encode(body), media_type=JSON, headers={"Cache-Control": "public, max-age=300"})


async def _summary(visit: Visit, protocol_hash: str) -> Summary:
    seals = visit.house.seals
    if seals is None:
        raise NotFound("trial")
    trial, public, firm = await visit.db.read(actions.of_hash, protocol_hash)
    address = actions.address_of(visit.house.settings.url, trial.protocol_hash)
    return actions.summary(trial, public, firm, id=address, actor=await seals.actor(trial.account_id))


async def public_page(visit: Visit) -> Response:
    """The same for people."""
    name = visit.request.path_params["name"]
    said = await _summary(visit, name)
    return visit.render(
        "trial_public.html",
        title=f"A trial of {said.firm}",
        said=said,
        titles=TITLES,
        per_hundred=rules.per_hundred,
        day_words=day_words,
    )


async def own_list(visit: Visit) -> Response:
    """Our public trials, and where those of others stand that we know of: nobody keeps the only list."""
    if visit.house.seals is None:
        raise NotFound("list")
    trials = await visit.db.read(_known, visit.house.settings.url)
    body = {"type": rules.LIST_TYPE, "version": rules.VERSION, "trials": trials}
    return Response(encode(body), media_type=JSON, headers={"Cache-Control": "public, max-age=300"})


def _known(tx: Tx, url: str) -> list[str]:
    others = [row.address for row in queries.pooled(tx) if row.body and not row.problem]
    return [*actions.own_addresses(tx, url), *others][: rules.LARGEST_LIST]


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get(PLACE, page, who="member"),
        frame.post(f"{PLACE}/add", add),
        frame.post(f"{PLACE}/remove", remove),
        frame.post(f"{PLACE}/register", register),
        frame.post(f"{PLACE}/result", result),
        frame.get("/trials.json", own_list),
        frame.get("/trials/{name}.json", document),
        frame.get("/trials/{name}", public_page),
    ]
