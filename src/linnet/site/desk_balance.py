"""Balance: what the last posts were about and why, how much of it is all right, and what came of it."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.balance import actions, queries, reading, relation, rules
from linnet.desk.balance.actions import SettingChange
from linnet.desk.balance.hints import MEMORY, Hint, pause
from linnet.desk.balance.relation import Relation
from linnet.desk.balance.rules import Classed, Setting, Share
from linnet.kernel.errors import LinnetError, NotFound
from linnet.kernel.ids import first_id_at
from linnet.kernel.value import Value
from linnet.site import desk_news, forms, hinting
from linnet.site.frame import Frame, Visit
from linnet.site.words import day as day_words

FIELDS = ("rule", "percent", "words", "shops", "campaign_until")
PLACES = {"tip": "/plan/new", "people": "/search", "sources": "/sources"}


class Shelf(Value):
    """What the page shows. `items`: the newest first; `open_hint`: today's, as long as nobody decided."""

    setting: Setting
    items: list[Classed]
    share: Share
    relation: Relation
    hints: list[Hint]
    open_hint: Hint | None


def shelf(tx: Tx, visit: Visit) -> Shelf:
    """About twenty queries."""
    account_id, base = visit.account.id, visit.house.terms.url
    above = first_id_at(max(0, visit.now - rules.WINDOW_AGE))
    found = reading.sheet(tx, account_id, base, above=above, n=rules.WINDOW)
    hints = queries.hints(tx, account_id, MEMORY)
    current = hints[0] if hints and hints[0].day == hinting.today(visit) and not hints[0].outcome else None
    return Shelf(
        found.setting,
        found.items[::-1],
        rules.share(found.items, found.setting.limit),
        relation.relation(tx, account_id, base),
        hints,
        current,
    )


async def page(visit: Visit) -> Response:
    """The page."""
    return await _page(visit)


async def _page(visit: Visit, error: LinnetError | None = None) -> Response:
    found = await visit.db.read(shelf, visit)
    things = await visit.db.read(hinting.better, visit, found.open_hint.about) if found.open_hint else []
    return visit.render(
        "desk/balance.html",
        title="Balance",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        shelf=found,
        setting=found.setting,
        share=found.share,
        relation=found.relation,
        own=sum(one.kind == "P" for one in found.items),
        hint=found.open_hint,
        things=things,
        pause=pause(found.hints),
        presets=rules.PRESETS,
        no_evidence=rules.NO_EVIDENCE,
        kinds=rules.KIND_WORDS,
        fewest=rules.FEWEST,
        today=hinting.today(visit),
        day_words=day_words,
        may_set=visit.may("administer"),
    )


async def correct(visit: Visit) -> Response:
    """The owner knows better what a post is."""
    visit.must("administer")
    await visit.db.write(
        actions.correct,
        visit.account.id,
        visit.id(),
        visit.form.text("kind"),
        person_id=visit.session.person_id,
        now=visit.now,
    )
    return visit.to("/desk/balance#items", flash="Kept. The balance is counted with it.")


async def change(visit: Visit) -> Response:
    """Limit, own words and shops, campaign."""
    visit.must("administer")
    form = visit.form
    typed = SettingChange(*(form.text(name) for name in FIELDS))
    try:
        await visit.db.write(actions.change_setting, visit.account.id, typed)
    except LinnetError as error:
        return await _page(visit, error)
    return visit.to("/desk/balance", flash="Saved.")


async def follow(visit: Visit) -> Response:
    """Goes to one of the other things of a hint; a story becomes a draft on the way."""
    kind, _, number = visit.form.text("thing").partition("-")
    id = forms.whole(number)
    await visit.db.write(actions.end, visit.account.id, visit.id(), "followed", visit.now)
    if kind in PLACES:
        return visit.to(PLACES[kind])
    if id is None:
        raise NotFound("thing")
    if kind == "news":
        return visit.to(f"/plan/{await desk_news.start(visit, id)}")
    if kind == "draft":
        return visit.to(f"/plan/{id}")
    if kind == "person":
        return visit.to(f"/compose?to={id}")
    raise NotFound("thing")


async def dismiss(visit: Visit) -> Response:
    """Waves a hint away."""
    await visit.db.write(actions.end, visit.account.id, visit.id(), "dismissed", visit.now)
    return Response(status_code=204) if visit.part else visit.to("/desk/balance")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes, with that of the composer."""
    return [
        *hinting.routes(frame),
        frame.get("/desk/balance", page, who="member"),
        frame.post("/desk/balance", change),
        frame.post("/desk/balance/items/{id}", correct),
        frame.post("/desk/balance/hints/{id}/follow", follow),
        frame.post("/desk/balance/hints/{id}/dismiss", dismiss),
    ]
