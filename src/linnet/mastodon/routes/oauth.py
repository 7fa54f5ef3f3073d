"""Tokens (https://docs.joinmastodon.org/methods/oauth/). The consent page is one of the site's."""

import base64
import binascii
from urllib.parse import unquote_plus

from linnet.kernel.errors import Invalid, NotFound
from linnet.mastodon import entities
from linnet.mastodon.answer import Answer, answer, done
from linnet.mastodon.bearer import NOBODY, user
from linnet.mastodon.calls import Call, Endpoint
from linnet.social.apps import actions as apps
from linnet.social.apps.rules import SCOPES, Granted, Refusal
from linnet.social.people import queries as people

STATUS = {"invalid_client": 401, "unauthorized_client": 403}


async def give_token(call: Call) -> Answer:
    """POST /oauth/token. Errors as RFC 6749, 5.2, has them."""
    try:
        kind = call.params.need_text("grant_type")
        client_id, secret = _client(call)
        made = await _granted(call, kind, client_id, secret)
    except Invalid as error:
        code = "invalid_scope" if error.field == "scope" else "invalid_request"
        return answer({"error": code, "error_description": error.sentence}, status=400)
    if made is None:
        sentence = "Use authorization_code or client_credentials: passwords are typed on our own page only."
        return answer({"error": "unsupported_grant_type", "error_description": sentence}, status=400)
    if isinstance(made, Refusal):
        return _refused(made)
    return answer(entities.token(made))


async def _granted(call: Call, kind: str, client_id: str, secret: str) -> Granted | Refusal | None:
    if kind == "client_credentials":
        return await call.house.db.write(
            apps.client_credentials,
            client_id=client_id,
            client_secret=secret,
            scopes=call.params.text("scope") or "read",
            now=call.now,
        )
    if kind == "authorization_code":
        return await call.house.db.write(
            apps.exchange,
            client_id=client_id,
            client_secret=secret,
            code=call.params.need_text("code"),
            redirect_uri=call.params.need_text("redirect_uri"),
            verifier=call.params.text("code_verifier") or "",
            now=call.now,
        )
    return None


async def revoke(call: Call) -> Answer:
    """POST /oauth/revoke (RFC 7009)."""
    try:
        client_id, secret = _client(call)
        token = call.params.need_text("token")
    except Invalid as error:
        return answer({"error": "invalid_request", "error_description": error.sentence}, status=400)
    refusal = await call.house.db.write(apps.revoke, client_id=client_id, client_secret=secret, token=token)
    return _refused(refusal) if refusal else done()


async def user_info(call: Call) -> Answer:
    """GET /oauth/userinfo."""
    settings = call.house.settings
    account = await call.house.db.glance(people.must_account, call.account)
    if not account.local:
        raise NotFound("account")
    shown = entities.account_json(account, settings)
    return answer(
        {
            "iss": f"{settings.url}/",
            "sub": shown["uri"],
            "name": shown["display_name"],
            "preferred_username": shown["username"],
            "profile": shown["url"],
            "picture": shown["avatar"],
        }
    )


async def metadata(call: Call) -> Answer:
    """GET /.well-known/oauth-authorization-server (RFC 8414)."""
    url = call.house.settings.url
    return answer(
        {
            "issuer": f"{url}/",
            "service_documentation": "https://docs.joinmastodon.org/",
            "authorization_endpoint": f"{url}/oauth/authorize",
            "token_endpoint": f"{url}/oauth/token",
            "app_registration_endpoint": f"{url}/api/v1/apps",
            "revocation_endpoint": f"{url}/oauth/revoke",
            "userinfo_endpoint": f"{url}/oauth/userinfo",
            "scopes_supported": sorted(SCOPES),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "client_credentials"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


def _client(call: Call) -> tuple[str, str]:
    """client_id and secret, of the body or of HTTP Basic (RFC 6749, 2.3.1)."""
    line = call.headers.get("authorization", "")
    if line[:6].lower() != "basic ":
        return call.params.need_text("client_id"), call.params.text("client_secret") or ""
    try:
        pair = base64.b64decode(line[6:].strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Invalid("client_id", "is not readable in the Authorization header") from error
    client_id, _, secret = pair.partition(":")
    return unquote_plus(client_id), unquote_plus(secret)


def _refused(refusal: Refusal) -> Answer:
    headers = [("www-authenticate", 'Basic realm="Linnet"')] if refusal.error == "invalid_client" else []
    return answer(
        {"error": refusal.error, "error_description": refusal.sentence},
        status=STATUS.get(refusal.error, 400),
        headers=headers,
    )


ENDPOINTS = (
    # "The authorization server MUST ignore unrecognized request parameters" (RFC 6749, 3.2)
    Endpoint("POST", "/oauth/token", give_token, NOBODY, "*", bucket="tokens"),
    Endpoint("POST", "/oauth/revoke", revoke, NOBODY, "*", bucket="tokens"),
    Endpoint("GET", "/oauth/userinfo", user_info, user("profile")),
    Endpoint("POST", "/oauth/userinfo", user_info, user("profile"), bucket="read"),
    Endpoint("GET", "/.well-known/oauth-authorization-server", metadata, NOBODY, "*", bucket="anyone"),
)
