"""Settings: the profile, the firm, people, what apps may do, where one is logged in, appearance.

One page of sections; each section is a form of its own and comes back with its errors.
"""

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.db.tx import Tx
from linnet.desk.firm import actions as firm_actions
from linnet.desk.firm import queries as firm_queries
from linnet.desk.firm.rules import FirmChange, Site, hours_text
from linnet.kernel.errors import Conflict, Invalid, LinnetError, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.money import decimal_text
from linnet.kernel.value import Value
from linnet.site import forms, setup
from linnet.site.frame import Frame, Visit
from linnet.social.apps import actions as apps
from linnet.social.apps import queries as app_queries
from linnet.social.apps.rules import Grant
from linnet.social.media import actions as media
from linnet.social.media import queries as media_queries
from linnet.social.media.rules import Picture, Use, file_path
from linnet.social.people import actions as people
from linnet.social.people import queries as people_queries
from linnet.social.people import rules as people_rules
from linnet.social.people.rules import (
    Account,
    Kind,
    Member,
    Person,
    ProfileChange,
    ProfileField,
    Session,
    check_name,
    check_role,
)

KIND_WORDS: dict[Kind, str] = {
    "organization": "a firm",
    "person": "a person",
    "service": "a program that writes by itself",
}
ROLE_WORDS = {
    "owner": "Owner: everything, and who else may",
    "editor": "Editor: publish, answer, plan",
    "writer": "Writer: drafts that others publish",
    "answerer": "Answerer: answer people",
    "reader": "Reader: look",
}


class Shelf(Value):
    """What the settings show. Nine queries: the page shows six unrelated things, and is seldom open."""

    account: Account
    person: Person
    sites: list[Site]
    members: list[Member]
    people: dict[int, Person]
    grants: list[Grant]
    sessions: list[Session]


def shelf(tx: Tx, session: Session, now: int) -> Shelf:
    """Everything of the settings page. Raises NotFound."""
    person = people_queries.person(tx, session.person_id)
    if person is None:
        raise NotFound("person")
    return Shelf(
        people_queries.must_account(tx, session.account_id),
        person,
        firm_queries.sites(tx),
        people_queries.members_of(tx, session.account_id),
        {known.id: known for known in people_queries.people(tx)},
        app_queries.grants(tx, session.person_id),
        people_queries.sessions_of(tx, session.person_id, now),
    )


async def page(visit: Visit) -> Response:
    """The page."""
    return await _page(visit, "", None)


async def _page(
    visit: Visit, section: str, error: LinnetError | None, errors: dict[str, str] | None = None
) -> Response:
    shown = await visit.db.read(shelf, visit.session, visit.now)
    firm, own = visit.firm, visit.house.settings.url
    return visit.render(
        "settings.html",
        title="Settings",
        status=forms.status_for(error) if error else 422 if errors else 200,
        section=section,
        wrongs=errors or (forms.errors_of(error) if error else {}),
        shelf=shown,
        fields=people_rules.fields_of(shown.account),
        profile_page=f"{own}/@{shown.account.handle}" if visit.house.settings.secure else "",
        days=setup.DAYS,
        week=setup.week_of(visit.form) if section == "firm" else firm.week,
        clock=setup.clock,
        hours_text=hours_text,
        cost=decimal_text(firm.hourly_cost, firm.currency),
        words=", ".join(firm.words),
        zones=forms.zones(),
        currencies=forms.currencies(),
        roles=ROLE_WORDS,
        kinds=KIND_WORDS,
        administers=visit.may("administer"),
        activity="manage",
    )


async def profile(visit: Visit) -> Response:
    """Name, bio, lines, pictures and defaults of the account."""
    form = visit.form
    try:
        visit.must("administer")
        avatar = await _picture(visit, "avatar")
        header = await _picture(visit, "header")
        lines = tuple(
            ProfileField(name.strip(), value.strip())
            for name, value in zip(form.all("line_name"), form.all("line_value"), strict=False)
        )
        change = ProfileChange(
            name=form.text("name"),
            bio=form.text("bio"),
            fields=lines,
            locked=form.on("locked"),
            discoverable=form.on("discoverable"),
            indexable=form.on("indexable"),
            hides_network=form.on("hides_network"),
            kind=_kind(form.text("kind")),
            default_visibility=form.text("default_visibility"),
            default_language=form.text("default_language"),
            default_quotes=form.text("default_quotes") or None,
            avatar_id=0 if form.on("no_avatar") else None,
            header_id=0 if form.on("no_header") else None,
        )
        await visit.db.write(_save_profile, visit.session, change, avatar, header, visit.now)
    except LinnetError as error:
        return await _page(visit, "profile", error)
    return visit.to("/settings#profile", flash="The profile is saved.")


def _kind(text: str) -> Kind | None:
    """What the account is, as the form says it; None where it does not. Raises Invalid("kind")."""
    found = next((kind for kind in KIND_WORDS if kind == text), None)
    if text and found is None:
        raise Invalid("kind", f"must be one of {', '.join(KIND_WORDS)}")
    return found


async def _picture(visit: Visit, use: Use) -> Picture | None:
    file = visit.form.file(use)
    if file is None:
        return None
    data = await file.read(visit.house.settings.upload_bytes + 1)
    return await visit.house.workshop.make(data, use, use)


def _save_profile(
    tx: Tx, session: Session, change: ProfileChange, avatar: Picture | None, header: Picture | None, now: int
) -> None:
    people.change_profile(tx, session.account_id, change)
    for use, picture in (("avatar", avatar), ("header", header)):
        if picture:
            made = media.add(
                tx,
                picture,
                id=new_id(),
                account_id=session.account_id,
                person_id=session.person_id,
                use="avatar" if use == "avatar" else "header",
                now=now,
            )
            pictures = (
                ProfileChange(avatar_id=made.id) if use == "avatar" else ProfileChange(header_id=made.id)
            )
            people.change_profile(tx, session.account_id, pictures)


async def firm(visit: Visit) -> Response:
    """Name, websites, hours, money, words and colour of the firm."""
    form = visit.form
    try:
        logo = await setup.logo_of(visit)
        change = FirmChange(
            firm=form.text("firm"),
            sites=tuple(form.text("site").split()),
            time_zone=form.text("time_zone"),
            currency=form.text("currency"),
            hourly_cost=form.text("hourly_cost"),
            office_hours=setup.hours_of(form),
            words=form.text("words"),
            accent=form.text("accent") if form.on("own_accent") else "",
            logo_id=0 if form.on("no_logo") else None,
        )
        await visit.db.write(_save_firm, visit.session.person_id, change, logo, visit.now)
        visit.frame.keep_firm(None, visit.now)
    except LinnetError as error:
        return await _page(visit, "firm", error)
    return visit.to("/settings#firm", flash="The firm is saved.")


def _save_firm(tx: Tx, person_id: int, change: FirmChange, logo: setup.Logo | None, now: int) -> None:
    firm = firm_actions.change(tx, change, now)
    if logo:
        setup.keep_logo(tx, firm.account_id, person_id, logo, now)


async def add_member(visit: Visit) -> Response:
    """A colleague: somebody who may log in already joins; a new one is made with a first password."""
    form = visit.form
    try:
        visit.must("administer")
        role = check_role(form.text("role"))
        email = people_rules.check_email(form.text("email"))
        known = await visit.db.read(people_queries.person_by_email, email)
        if known is None:
            check_name(form.text("name"))
        hash = "" if known else await visit.house.passwords.hash(form.text("password"))
        await visit.db.write(_join, visit.session, form.text("name"), email, role, hash, visit.now)
    except LinnetError as error:
        return await _page(visit, "people", error)
    return visit.to("/settings#people", flash="They are a member now.")


def _join(
    tx: Tx, session: Session, name: str, email: str, role: people_rules.Role, hash: str, now: int
) -> None:
    person = people_queries.person_by_email(tx, email)
    if person is None and not hash:
        raise Conflict("Somebody changed this address meanwhile. Try again.")
    if person is None:
        person = people.add_person(
            tx, id=new_id(), name=name, email=email, password_hash=hash, owner=False, now=now
        )
    people.join(tx, person.id, session.account_id, role, now)


async def change_member(visit: Visit) -> Response:
    """Another role, or the end of a membership."""
    visit.must("administer")
    person_id = visit.id()
    if visit.form.on("leave"):
        await visit.db.write(people.leave, person_id, visit.account.id)
        return visit.to("/settings#people", flash="They are no member any more.")
    role = check_role(visit.form.text("role"))
    await visit.db.write(people.set_role, person_id, visit.account.id, role, visit.now)
    return visit.to("/settings#people", flash="The role is changed.")


async def password(visit: Visit) -> Response:
    """A new password ends every other session and every app's access."""
    try:
        known = await visit.db.read(people_queries.credentials_of, visit.session.person_id)
        if known is None or not await visit.house.passwords.verify(
            visit.form.text("old_password"), known.password_hash
        ):
            raise Invalid("old_password", "is not right")
        hash = await visit.house.passwords.hash(visit.form.text("password"))
        await visit.db.write(people.change_password, known.person_id, hash, visit.cookie)
    except LinnetError as error:
        return await _page(visit, "access", error)
    return visit.to(
        "/settings#access", flash="The password is changed. Other browsers and apps must log in again."
    )


async def end_session(visit: Visit) -> Response:
    """Logs another browser out."""
    await visit.db.write(people.close_session, visit.session.person_id, visit.form.text("session"))
    return visit.to("/settings#access", flash="That browser is logged out.")


async def end_app(visit: Visit) -> Response:
    """Ends what an app may do."""
    await visit.db.write(apps.end_grant, visit.session.person_id, visit.form.text("token"))
    return visit.to("/settings#access", flash="That app may not do anything here any more.")


async def logo(visit: Visit) -> Response:
    """`/logo/{id}`: where the firm's logo is. The id is that of the picture, so it may be kept."""
    from_id = visit.id()
    picture = await visit.db.read(_logo, from_id)
    answer = visit.to(picture)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


def _logo(tx: Tx, media_id: int) -> str:
    firm = firm_queries.must_firm(tx)
    if firm.logo_id != media_id:
        raise NotFound("logo")
    picture = media_queries.media(tx, media_id)
    if picture is None:
        raise NotFound("logo")
    return file_path(picture)


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [
        frame.get("/settings", page, who="member"),
        frame.post("/settings/profile", profile, uploads=True),
        frame.post("/settings/firm", firm, who="owner", uploads=True),
        frame.post("/settings/people", add_member),
        frame.post("/settings/people/{id}", change_member),
        frame.post("/settings/password", password),
        frame.post("/settings/sessions", end_session),
        frame.post("/settings/apps", end_app),
        frame.get("/logo/{id}", logo),
    ]
