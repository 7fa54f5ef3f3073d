"""Setting the server up in the browser, on one page, in under two minutes."""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.effort import actions as effort
from linnet.desk.firm import actions as firm_actions
from linnet.desk.firm import rules
from linnet.desk.firm.rules import DAY_MINUTES, FirmChange, FirstPerson, NewFirm, Week
from linnet.desk.start import actions as starting
from linnet.kernel.errors import Invalid, LinnetError, Unknown
from linnet.kernel.ids import new_id
from linnet.kernel.value import Value
from linnet.site import forms, login
from linnet.site.forms import Form
from linnet.site.frame import Frame, Visit
from linnet.social.media import actions as media
from linnet.social.media.rules import Picture
from linnet.social.people import actions as people
from linnet.social.people.passwords import check_password
from linnet.social.people.rules import ProfileChange, check_email, check_name

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
USUAL = rules.parse_hours(rules.USUAL_HOURS)
STALE = "This set-up address is not good any more. Start the server again: it prints a new one."

NEXT = {
    "count": "First count: put the line on your website.",
    "today": "Write the first update.",
}  # what is said after it, by how the firm starts


class Logo(Value):
    """An uploaded logo, as it stands in the frame and as the account's face."""

    logo: Picture
    face: Picture


async def page(visit: Visit) -> Response:
    """The form, for whoever has the address that the server printed."""
    if visit.here.firm is not None:
        return visit.to("/")
    token = visit.query("token")
    if not await visit.db.read(firm_actions.setup_token_good, token):
        raise Unknown(STALE)
    return _form(visit, token, Form(), {}, 200)


def _form(visit: Visit, token: str, form: Form, errors: dict[str, str], status: int) -> Response:
    return visit.render(
        "setup.html",
        title="Set up Linnet",
        status=status,
        headers={"Cache-Control": "no-store", "Referrer-Policy": "same-origin"},
        scripted=True,
        token=token,
        form=form,
        errors=errors,
        days=DAYS,
        week=week_of(form) if form else USUAL,
        clock=clock,
        hours_text=rules.hours_text,
        zones=forms.zones(),
        currencies=forms.currencies(),
    )


async def set_up(visit: Visit) -> Response:
    """Looks at everything at once, then sets the firm up and logs its first person in."""
    form, token = visit.form, visit.form.text("token")
    if visit.here.firm is not None:
        return visit.to("/login", flash="This server is set up already. Log in.")
    if not await visit.db.read(firm_actions.setup_token_good, token):
        raise Unknown(STALE)
    new = _new_firm(form)
    errors = {
        field: _sentence(field, problem) for field, problem in rules.problems(new).items()
    } | _person_errors(form)
    try:
        logo = await logo_of(visit) if not errors else None
        if errors:
            return _form(visit, token, form, errors, 422)
        person = FirstPerson(
            form.text("name"), form.text("email"), await visit.house.passwords.hash(form.text("password"))
        )
        measure, choice = form.on("measure"), form.text("start", "count")
        made = await visit.db.write(
            _set_up, new, person, token, logo, visit.now, measure=measure, choice=choice
        )
    except LinnetError as error:
        return _form(visit, token, form, forms.errors_of(error), forms.status_for(error))
    await login.start(visit, made.person.id)
    visit.frame.keep_firm(None, visit.now)
    return visit.to("/", flash=f"{made.firm.name} is set up. {NEXT[choice]}")


def _set_up(
    tx: Tx,
    new: NewFirm,
    person: FirstPerson,
    token: str,
    logo: Logo | None,
    now: int,
    *,
    measure: bool,
    choice: str,
) -> firm_actions.SetUp:
    made = firm_actions.set_up(tx, new, person, token=token, now=now)
    starting.choose(tx, made.person.id, choice, now)
    if logo:
        keep_logo(tx, made.account.id, made.person.id, logo, now)
    if measure:
        effort.measure(tx, made.person.id, on=True, now=now)
    return made


def keep_logo(tx: Tx, account_id: int, person_id: int, logo: Logo, now: int) -> None:
    """The logo becomes the firm's, and the face of its account."""
    picture = media.add(
        tx, logo.logo, id=new_id(), account_id=account_id, person_id=person_id, use="logo", now=now
    )
    face = media.add(
        tx, logo.face, id=new_id(), account_id=account_id, person_id=person_id, use="avatar", now=now
    )
    firm_actions.change(tx, FirmChange(logo_id=picture.id), now)
    people.change_profile(tx, account_id, ProfileChange(avatar_id=face.id))


async def logo_of(visit: Visit) -> Logo | None:
    """The logo of the form, made ready. Raises Invalid("logo")."""
    file = visit.form.file("logo")
    if file is None:
        return None
    data = await file.read(visit.house.settings.upload_bytes + 1)
    workshop = visit.house.workshop
    return Logo(await workshop.make(data, "logo", "logo"), await workshop.make(data, "avatar", "logo"))


def _new_firm(form: Form) -> NewFirm:
    return NewFirm(
        firm=form.text("firm"),
        handle=form.text("handle").strip().removeprefix("@"),
        sites=tuple(form.text("site").split()),
        time_zone=form.text("time_zone"),
        currency=form.text("currency"),
        hourly_cost=form.text("hourly_cost"),
        office_hours=hours_of(form),
        words=form.text("words"),
        accent=form.text("accent") if form.on("own_accent") else "",
    )


def _person_errors(form: Form) -> dict[str, str]:
    errors: dict[str, str] = {}
    for check, name in ((check_name, "name"), (check_email, "email"), (check_password, "password")):
        try:
            check(form.text(name))
        except Invalid as error:
            errors[name] = error.sentence + "."
    return errors


def _sentence(field: str, problem: str) -> str:
    return Invalid(field, problem).sentence + "."


def hours_of(form: Form) -> str:
    """The week of the form as `parse_hours` reads it: seven rows of open, from, to."""
    open_days = [n for n in range(7) if form.on(f"open_{n}")]
    return ", ".join(f"{SHORT[n]} {form.text(f'from_{n}')}-{form.text(f'to_{n}')}" for n in open_days)


def week_of(form: Form) -> Week:
    """The week as it was typed, for showing it again; a time that is none is left out."""
    days: list[tuple[int, int] | None] = []
    for n in range(7):
        start, end = _minutes(form.text(f"from_{n}")), _minutes(form.text(f"to_{n}"))
        days.append((start, end) if form.on(f"open_{n}") else None)
    return tuple(days)


def _minutes(text: str) -> int:
    hour, _, minute = text.partition(":")
    if hour.isascii() and hour.isdigit() and minute.isascii() and minute.isdigit() and len(text) <= 5:
        return min(int(hour) * 60 + int(minute), DAY_MINUTES)
    return 0


def clock(minutes: int) -> str:
    """Minutes of the day as 09:00."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [frame.get("/setup", page), frame.post("/setup", set_up, who="anyone", uploads=True)]
