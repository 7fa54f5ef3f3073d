"""`/oauth/authorize`: a person says what an app may do (RFC 6749, 4.1; PKCE, RFC 7636).

A request that is not good is shown as a page and never redirected (security paper, E04). `state`
goes back unchanged. `oob`: the code is shown.
"""

from urllib.parse import urlsplit

from starlette.responses import Response
from starlette.routing import BaseRoute

from linnet.kernel.errors import Invalid
from linnet.site import edge
from linnet.site.frame import Frame, Visit
from linnet.social.apps import actions as apps
from linnet.social.apps.rules import OOB, Asked, Request, answer_uri

STATE_LENGTH = 2000

NAMES = (
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "response_type",
)

WORDS = {
    "read": "Read your timelines, notifications and settings",
    "write": "Write, change and delete posts, and change your profile",
    "follow": "Follow, block and mute people",
    "push": "Send you notifications",
    "profile": "Know who you are",
}


async def page(visit: Visit) -> Response:
    """Asks the person who is logged in."""
    values = {name: visit.query(name) for name in NAMES}
    if visit.here.session is None:
        return visit.to(edge.with_next("/login", visit.request))
    asked = await _asked(visit, values)
    return visit.render(
        "authorize.html",
        title=f"Allow {asked.app.name}?",
        headers=_headers(asked.redirect_uri),
        values=values,
        asked=asked,
        scopes=_in_words(asked.scopes),
        host=_host(asked.redirect_uri),
    )


async def answer(visit: Visit) -> Response:
    """The answer goes back to the app."""
    values = {name: visit.form.text(name) for name in NAMES}
    asked = await _asked(visit, values)
    state = {"state": values["state"]} if values["state"] else {}
    if visit.form.text("answer") != "yes":
        if asked.redirect_uri == OOB:
            return visit.to("/", flash=f"{asked.app.name} may not do anything here.")
        return _away(
            asked.redirect_uri, {"error": "access_denied", "error_description": "The person said no."} | state
        )
    account_id = visit.form.whole("account_id", visit.account.id)
    given = await visit.db.write(
        apps.authorize, _request(values), visit.session.person_id, account_id, visit.now
    )
    if given.redirect_uri == OOB:
        return visit.render(
            "code.html",
            title="Your code",
            code=given.code,
            app=asked.app,
            headers={"Cache-Control": "no-store"},
        )
    return _away(given.redirect_uri, {"code": given.code} | state)


async def _asked(visit: Visit, values: dict[str, str]) -> Asked:
    if values["response_type"] != "code":
        raise Invalid("response_type", "must be code")
    if len(values["state"]) > STATE_LENGTH:
        raise Invalid("state", f"is longer than {STATE_LENGTH} characters")
    return await visit.db.read(apps.ask, _request(values))


def _request(values: dict[str, str]) -> Request:
    return Request(
        client_id=values["client_id"],
        redirect_uri=values["redirect_uri"],
        scopes=values["scope"] or "read",
        challenge=values["code_challenge"],
        challenge_method=values["code_challenge_method"],
    )


def _away(redirect_uri: str, values: dict[str, str]) -> Response:
    # the one place where this door sends anybody elsewhere: to an address that the app registered
    headers = {
        "Location": answer_uri(redirect_uri, values),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }
    return Response(status_code=302, headers=headers)


def _headers(redirect_uri: str) -> dict[str, str]:
    """Browsers hold the redirect after a form to `form-action` too: it must name where the app is."""
    headers = {"Cache-Control": "no-store"}
    if redirect_uri != OOB:
        parts = urlsplit(redirect_uri)
        place = (
            f"{parts.scheme}://{parts.netloc}" if parts.scheme in {"http", "https"} else f"{parts.scheme}:"
        )
        headers["Content-Security-Policy"] = edge.policy(form_action=place)
    return headers


def _host(redirect_uri: str) -> str:
    return "" if redirect_uri == OOB else urlsplit(redirect_uri).netloc or urlsplit(redirect_uri).scheme


def _in_words(scopes: str) -> list[tuple[str, str]]:
    """Each scope with what it means: `write:statuses` is a part of writing."""
    found = []
    for scope in scopes.split():
        whole, _, part = scope.partition(":")
        verb = "See" if whole == "read" else "Change"
        found.append((scope, f"{verb} your {part}" if part else WORDS.get(whole, scope)))
    return found


def routes(frame: Frame) -> list[BaseRoute]:
    """The routes."""
    return [frame.get("/oauth/authorize", page), frame.post("/oauth/authorize", answer)]
