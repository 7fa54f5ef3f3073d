"""One customer: what the firm holds about them, as a file for them, and forgetting it. Only for an owner.

What is asked for is sent as a form and stands in no address, so that it is in no log either.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.sales import persons
from linnet.desk.sales.persons import Held
from linnet.kernel.errors import Invalid, LinnetError, NotAllowed
from linnet.kernel.wire import encode
from linnet.site import forms
from linnet.site.frame import Frame, Visit

UNKEPT = {"Cache-Control": "private, no-store"}
FIELDS = ("who", "sure")


async def page(visit: Visit) -> Response:
    """The form."""
    _must_own(visit)
    return _page(visit)


def _page(visit: Visit, held: Held | None = None, error: LinnetError | None = None) -> Response:
    return visit.render(
        "desk/person.html",
        title="One customer",
        activity="manage",
        status=forms.status_for(error) if error else 200,
        headers=UNKEPT,
        errors=forms.errors_of(error, *FIELDS) if error else {},
        held=held,
    )


async def look(visit: Visit) -> Response:
    """What there is about somebody."""
    _must_own(visit)
    try:
        held = await visit.db.read(persons.find, visit.form.text("who"))
    except LinnetError as error:
        return _page(visit, error=error)
    return _page(visit, held)


async def export(visit: Visit) -> Response:
    """The same as a file, for the person. Raises Invalid."""
    _must_own(visit)
    held = await visit.db.read(persons.find, visit.form.text("who"))
    name = f"{visit.firm.file_prefix}held-about-you.json"
    return Response(
        encode(persons.document(held, visit.now)),
        media_type="application/json",
        headers={**UNKEPT, "Content-Disposition": f'attachment; filename="{name}"'},
    )


async def forget(visit: Visit) -> Response:
    """Takes out of the rows that were shown who it was."""
    _must_own(visit)
    form = visit.form
    try:
        if not form.on("sure"):
            raise Invalid("sure", "must be ticked: it cannot be undone")
        words = form.text("who") if form.on("words") else ""
        n = await visit.db.write(_forget, form.ids("sale"), form.ids("lead"), words)
    except LinnetError as error:
        held = await visit.db.read(persons.find, form.text("who"))
        return _page(visit, held, error)
    rows = "1 row does" if n == 1 else f"{n} rows do"
    return visit.to("/sales/person", flash=f"{rows} not name anybody any more.")


def _forget(tx: Tx, sale_ids: list[int], lead_ids: list[int], words: str) -> int:
    return persons.forget(tx, sale_ids, lead_ids) + (persons.forget_words(tx, words) if words else 0)


def _must_own(visit: Visit) -> None:
    if not visit.runs_firm:
        raise NotAllowed("Only an owner of the firm may look for a customer.")


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/sales/person", page, who="member"),
        frame.post("/sales/person", look),
        frame.post("/sales/person/export", export),
        frame.post("/sales/person/forget", forget),
    ]
