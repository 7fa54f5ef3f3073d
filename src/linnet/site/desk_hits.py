"""The drawer: what was counted as what, by which rule; every single hit of a rule; the owner's word."""

from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.visits import actions, figures, queries, rules
from linnet.desk.visits.figures import Tally
from linnet.desk.visits.queries import Overrule
from linnet.kernel.clock import DAY
from linnet.kernel.errors import LinnetError, NotAllowed, NotFound
from linnet.kernel.page import WIDE
from linnet.kernel.value import Value
from linnet.site import edge, forms
from linnet.site.desk_links import LATELY, LISTED, WORDS
from linnet.site.frame import Frame, Visit

FIELDS = ("kind",)


class Drawer(Value):
    """Visits by site, rule and class, and what the owner overruled."""

    tallies: list[Tally]
    overrules: list[Overrule]


def drawer(tx: Tx, now: int) -> Drawer:
    """Two queries."""
    return Drawer(figures.drawer(tx, now - LATELY, now + DAY), queries.overrules(tx))


async def hits(visit: Visit) -> Response:
    """What was counted as what, by which rule, on every site; the owner may overrule."""
    return await _hits(visit)


async def _hits(visit: Visit, error: LinnetError | None = None) -> Response:
    found = await visit.db.read(drawer, visit.now)
    sites: dict[str, list[Tally]] = {}
    for tally in found.tallies:
        sites.setdefault(tally.key, []).append(tally)
    return visit.render(
        "desk/hits.html",
        title="Who was counted as what",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        errors=forms.errors_of(error) if error else {},
        sites=sites,
        overruled={(row.site, row.rule): row.kind for row in found.overrules},
        words=WORDS,
        may_overrule=rules.MAY_OVERRULE if visit.runs_firm else (),
        choices=rules.OVERRULED_TO,
        list_of=_list_of,
    )


def _list_of(site: str, rule: str, before: int = 0) -> str:
    asked: dict[str, str | int] = {"site": site, "rule": rule}
    return f"/links/hits/list?{urlencode(asked | ({'before': before} if before else {}))}"


async def overrule(visit: Visit) -> Response:
    """The owner says what a rule gives on a site; `kind` '' lets the rule speak again."""
    _must_own(visit)
    site, rule, kind = (visit.form.text(name)[:300] for name in ("site", "rule", "kind"))
    try:
        if kind:
            await visit.db.write(
                actions.overrule,
                site=site,
                rule=rule,
                kind=kind,
                person_id=visit.session.person_id,
                now=visit.now,
            )
        else:
            await visit.db.write(actions.restore_rule, site=site, rule=rule, now=visit.now)
    except LinnetError as error:
        return await _hits(visit, error)
    return visit.to("/links/hits", flash="Every visit is looked at again; the numbers follow in a moment.")


async def listed(visit: Visit) -> Response:
    """Every hit that a rule decided on a site, the newest first."""
    site, rule = visit.query("site")[:300], visit.query("rule")[:10]
    if rule not in rules.RULES:
        raise NotFound("rule")
    before = forms.whole(visit.query("before")) or WIDE
    found = await visit.db.read(figures.hits_by_rule, site, rule, before=before, n=LISTED + 1)
    shown = found[:LISTED]
    return visit.render(
        "desk/hits_list.html",
        title=rules.RULES[rule],
        activity="manage",
        site=site,
        rule=rule,
        hits=shown,
        words=WORDS,
        choices=rules.OVERRULED_TO if visit.runs_firm else (),
        next=_list_of(site, rule, shown[-1].id) if len(found) > LISTED else "",
    )


async def overrule_one(visit: Visit) -> Response:
    """The owner says what one hit was; `kind` '' takes that back. Raises NotFound, Invalid."""
    _must_own(visit)
    await visit.db.write(
        actions.overrule_hit,
        visit.id("hit"),
        kind=visit.form.text("kind")[:20],
        person_id=visit.session.person_id,
        now=visit.now,
    )
    back = edge.here_only(visit.form.text("back"), "/links/hits")
    return visit.to(back, flash="This one hit counts as you say; the rule is as it was.")


def _must_own(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may overrule a rule.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes. They stand before those of single links."""
    return [
        frame.get("/links/hits", hits, who="member"),
        frame.post("/links/hits", overrule),
        frame.get("/links/hits/list", listed, who="member"),
        frame.post("/links/hits/{hit}", overrule_one),
    ]
