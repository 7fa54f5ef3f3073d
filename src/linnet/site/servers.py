"""Other servers, and what the owner decides about their domains."""

import asyncio
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.door.neighbours import DomainList, DomainRule, Overview, Parked, Server, Sheet
from linnet.kernel.errors import Invalid, LinnetError
from linnet.kernel.value import Value
from linnet.site import forms
from linnet.site.deliveries import neighbours
from linnet.site.frame import Frame, Visit
from linnet.site.words import some

LISTED = 100
PARKED = 20
FILE_BYTES = 5 << 20
WHICH = {"trouble": "In trouble", "waiting": "Something waits", "all": "All"}
SEVERITIES = {
    "limit": "Limit: only who follows somebody there sees them",
    "suspend": "Suspend: nothing goes there, nothing comes from there",
    "allow": "Allow: as everybody, whatever a list says",
}
SHORT = {"limit": "limited", "suspend": "suspended", "allow": "allowed"}
# Why a letter was not taken. What is not here stands there in the word it is counted under.
REASONS = {
    "unsigned": "not signed",
    "parameters": "its signature cannot be read",
    "algorithm": "signed in a way that is not known",
    "uncovered": "its signature leaves out what it must cover",
    "clock": "too old, or by a wrong clock",
    "digest": "changed on its way",
    "host": "signed for another server",
    "key": "the key of its sender could not be had",
    "key_elsewhere": "its key belongs to another server",
    "key_not_listed": "its sender does not know the key",
    "signature": "its signature is wrong",
    "actor_is_not_signer": "signed by somebody else than it says",
    "id_elsewhere": "speaks for another server",
    "attributed_elsewhere": "speaks for another server",
    "attributed_to_another": "speaks for somebody else",
    "object_of_another": "speaks for somebody else",
    "deletes_elsewhere": "deletes what is not its own",
    "undoes_elsewhere": "takes back what is not its own",
    "blocked": "from a server that you suspended",
    "json": "cannot be read",
    "shape": "not as such letters are",
    "not_an_object": "not as such letters are",
    "content_type": "not as such letters are",
    "too_big": "too long",
    "crowded": "more letters than are taken at once",
    "busy": "this server was too busy",
    "unknown_activity": "of a kind that means nothing here",
    "concerns_nobody_here": "concerns nobody here",
    "sender_not_heard": "from an account that is not heard",
    "author_not_heard": "by an account that is not heard",
    "no_such_account": "for an account that is not here",
    "no_such_post": "about a post that is not here",
    "type": "of a kind that means nothing here",
    "not_acceptable": "not as we take it",
    "concerns_nothing_here": "about what is not here",
    "no_inbox": "for an account that is not here",
    "gone_inbox": "for an account that is closed",
    "farewell": "the goodbye of an account nobody knows",
    "gone": "about what is gone",
    "too_many_reports": "one complaint too many: a server may have 50 undecided, and 100 in a day",
    "bad_poll": "a poll that cannot be read",
    "unreachable": "what it speaks of could not be fetched",
    "too_much_to_fetch": "speaks of more than is fetched for one letter",
    "redirects": "leads from place to place",
}
FIELDS = ("domain", "severity", "comment", "public_comment")


class Shelf(Value):
    """What the page of servers shows."""

    overview: Overview
    servers: list[Server]
    parked: list[Parked]


def shelf(tx: Tx, visit: Visit, which: str) -> Shelf:
    """All together, and a page of them by name."""
    known = neighbours(visit)
    found = known.servers(
        tx, which=which, search=visit.query("q"), after=visit.query("after"), n=LISTED + 1, now=visit.now
    )
    return Shelf(known.overview(tx, visit.now), found, known.parked(tx, n=PARKED))


async def page(visit: Visit) -> Response:
    """Other servers: those in trouble, those for which something waits, or all."""
    which = visit.query("show", "all")
    which = which if which in WHICH else "all"
    found = await visit.db.read(shelf, visit, which)
    shown = found.servers[:LISTED]
    more = {"show": which, "q": visit.query("q"), "after": shown[-1].host} if shown else {}
    return visit.render(
        "neighbours/servers.html",
        title="Servers",
        activity="manage",
        overview=found.overview,
        servers=shown,
        which=which,
        choices=WHICH,
        short=SHORT,
        reasons=REASONS,
        parked=found.parked,
        next=f"/settings/servers?{urlencode(more)}" if len(found.servers) > LISTED else "",
    )


async def try_now(visit: Visit) -> Response:
    """A server that is left alone is tried at once."""
    host = visit.form.text("host")[:260]
    await visit.db.write(neighbours(visit).try_now, host, visit.now)
    return visit.back("/settings/servers", flash=f"{host} is tried now.")


async def read_again(visit: Visit) -> Response:
    """A letter that could not be read is read once more."""
    letter_id = forms.whole(visit.form.text("letter")) or 0
    await visit.db.write(neighbours(visit).read_again, letter_id, visit.now)
    return visit.back("/settings/servers", flash="The letter is read again now.")


# domains


class Rules(Value):
    """What the page of domains shows."""

    rules: list[DomainRule]
    lists: list[DomainList]


def rules(tx: Tx, visit: Visit) -> Rules:
    """A page of rules by name, and the lists."""
    known = neighbours(visit)
    found = known.rules(tx, search=visit.query("q"), after=visit.query("after"), n=LISTED + 1)
    return Rules(found, known.lists(tx))


async def domains(visit: Visit) -> Response:
    """The rules about domains."""
    return await _domains(visit)


async def _domains(
    visit: Visit, section: str = "", error: LinnetError | None = None, sheet: Sheet | None = None
) -> Response:
    found = await visit.db.read(rules, visit)
    shown = found.rules[:LISTED]
    more = {"q": visit.query("q"), "after": shown[-1].domain} if shown else {}
    names = {"rule": FIELDS, "csv": ("csv",), "list": ("address",)}.get(section, ())
    return visit.render(
        "neighbours/domains.html",
        title="Domains",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        section=section,
        wrongs=forms.errors_of(error, *names) if error else {},
        sheet=sheet,
        rules=shown,
        lists=found.lists,
        severities=SEVERITIES,
        short=SHORT,
        next=f"/settings/domains?{urlencode(more)}" if len(found.rules) > LISTED else "",
    )


async def decide(visit: Visit) -> Response:
    """The owner decides about a domain, or takes that back."""
    form, known = visit.form, neighbours(visit)
    domain = form.text("domain")[:300]
    try:
        if form.text("do") == "undo":
            await visit.db.write(known.undecide, domain, visit.now)
            return visit.to("/settings/domains", flash=f"There is no rule for {domain} any more.")
        rule = DomainRule(
            domain,
            form.text("severity"),
            form.on("reject_media"),
            form.on("reject_reports"),
            form.text("comment"),
            form.text("public_comment"),
            "",
            visit.now,
        )
        name = await visit.db.write(known.decide, rule, visit.now)
    except LinnetError as error:
        return await _domains(visit, "rule", error)
    return visit.to("/settings/domains", flash=f"{name} is {SHORT[rule.severity]} now.")


async def csv_out(visit: Visit) -> Response:
    """The owner's rules as a file that Mastodon and others read."""
    text = await visit.db.read(neighbours(visit).csv)
    name = f"{visit.house.settings.domain.replace(':', '-')}-domain-blocks.csv"
    return Response(
        text, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


async def csv_in(visit: Visit) -> Response:
    """A file of rules; what could not be read is said."""
    known = neighbours(visit)
    try:
        file = visit.form.file("csv")
        data = await file.read(FILE_BYTES + 1) if file else b""
        if not data:
            raise Invalid("csv", "is missing or empty: choose a file first")
        if len(data) > FILE_BYTES:
            raise Invalid("csv", f"is larger than {FILE_BYTES >> 20} MB")
        text = data.decode("utf-8", "replace").replace("\x00", "\ufffd")
        sheet = await asyncio.to_thread(known.read_csv, text, visit.now)
        new = await visit.db.write(known.take_in, sheet, visit.now)
    except LinnetError as error:
        return await _domains(visit, "csv", error)
    if sheet.wrong:
        return await _domains(visit, "csv", sheet=sheet)
    return visit.to("/settings/domains", flash=f"{some(new, 'rule')} taken over; the others were there.")


async def lists(visit: Visit) -> Response:
    """A list of domains is followed, or no longer."""
    form, known = visit.form, neighbours(visit)
    address = form.text("address")
    try:
        if form.text("do") == "end":
            await visit.db.write(known.end_list, address, visit.now)
            return visit.to("/settings/domains", flash="The list and its rules are gone.")
        await visit.db.write(known.follow_list, address, visit.now)
    except LinnetError as error:
        return await _domains(visit, "list", error)
    return visit.to("/settings/domains", flash="The list is read now, and once a day.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes, where there are other servers."""
    if frame.house.neighbours is None:
        return []
    return [
        frame.get("/settings/servers", page, who="owner"),
        frame.post("/settings/servers/try", try_now, who="owner"),
        frame.post("/settings/servers/letters", read_again, who="owner"),
        frame.get("/settings/domains", domains, who="owner"),
        frame.post("/settings/domains", decide, who="owner"),
        frame.get("/settings/domains.csv", csv_out, who="owner"),
        frame.post("/settings/domains/csv", csv_in, who="owner", uploads=True),
        frame.post("/settings/domains/lists", lists, who="owner"),
    ]
