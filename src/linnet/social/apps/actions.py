"""Registering apps, allowing them, ending what was allowed (RFC 6749, RFC 7636, RFC 7009)."""

from linnet.db.tx import Tx
from linnet.kernel.errors import NotAllowed, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.tokens import new_token, token_hash
from linnet.social.apps import queries, rules
from linnet.social.apps.queries import CODE_PREFIX, SECRET_PREFIX, TOKEN_PREFIX
from linnet.social.apps.rules import (
    OOB,
    App,
    Asked,
    Authorized,
    Bearer,
    Code,
    Granted,
    NewApp,
    Refusal,
    Registered,
    Request,
    TokensEnded,
)

CLIENT_PREFIX = "lnp"
COMMAND_LINE = "linnet-command-line"  # the client_id of the app that `linnet token create` speaks as


def register_app(tx: Tx, new: NewApp, now: int) -> Registered:
    """Registers a client app; anybody may. Raises Invalid."""
    good = rules.check_new_app(new)
    return _register(tx, good, new_token(CLIENT_PREFIX), now)


def ask(tx: Tx, request: Request) -> Asked:
    """What the consent page shows. Raises Invalid; the door then never redirects."""
    return rules.check_request(request, queries.by_client_id(tx, request.client_id))


def authorize(tx: Tx, request: Request, person_id: int, account_id: int, now: int) -> Authorized:
    """The person said yes, for this account. Raises Invalid as `ask`; NotAllowed for an account
    that is not theirs."""
    asked = ask(tx, request)
    if not queries.is_member(tx, person_id, account_id):
        raise NotAllowed("You are not a member of that account.")
    code = new_token(CODE_PREFIX)
    row = Code(
        token_hash(code, CODE_PREFIX),
        asked.app.id,
        person_id,
        account_id,
        asked.scopes,
        asked.redirect_uri,
        asked.challenge,
        now + rules.CODE_LIFE,
        None,
    )
    queries.insert_code(tx, row)
    return Authorized(code, asked.redirect_uri)


def exchange(
    tx: Tx,
    *,
    client_id: str,
    client_secret: str,
    code: str,
    redirect_uri: str,
    verifier: str = "",
    now: int,
) -> Granted | Refusal:
    """A code for a token, once. The client proves itself by its secret, or ('' for the secret) by
    PKCE. A second use of a code revokes what the first one brought."""
    app = _client(tx, client_id, client_secret)
    if isinstance(app, Refusal):
        return app
    row = queries.code(tx, code)
    refusal = rules.check_code(
        row, app=app, redirect_uri=redirect_uri, verifier=verifier, with_secret=bool(client_secret), now=now
    )
    if row is not None and row.app_id == app.id and row.used_at is not None:
        return _used_before(tx, row)
    if refusal or row is None:
        return refusal or Refusal("invalid_grant", "This code is not known.")
    if not queries.use_code(tx, row, now):
        return _used_before(tx, row)
    if not queries.is_member(tx, row.person_id, row.account_id):
        return Refusal("invalid_grant", "Whoever allowed this may not do so any more.")
    return _grant(tx, app.id, row.person_id, row.account_id, row.scopes, row.code_hash, now)


def client_credentials(
    tx: Tx, *, client_id: str, client_secret: str, scopes: str = "read", now: int
) -> Granted | Refusal:
    """A token for the app itself, which speaks for nobody. Raises Invalid for unknown scopes."""
    app = _client(tx, client_id, client_secret)
    if isinstance(app, Refusal):
        return app
    if not client_secret:
        return Refusal("invalid_client", "Send the client_secret.")
    wanted = rules.check_scopes(scopes, "scope")
    if not rules.within(wanted, app.scopes):
        return Refusal("invalid_scope", "The scope goes beyond what the app was registered with.")
    return _grant(tx, app.id, None, None, wanted, "", now)


def issue_token(tx: Tx, app: App, person_id: int, account_id: int, scopes: str, now: int) -> Granted:
    """A token without the consent page, for somebody at the machine itself. Raises Invalid,
    NotAllowed for somebody who is not a member of the account."""
    if not queries.is_member(tx, person_id, account_id):
        raise NotAllowed("That person is not a member of that account.")
    return _grant(tx, app.id, person_id, account_id, rules.check_scopes(scopes), "", now)


def command_line_app(tx: Tx, now: int) -> App:
    """The app that `linnet token create` speaks as; made when it is first needed. It has an
    unknown secret and so cannot be used from outside."""
    found = queries.by_client_id(tx, COMMAND_LINE)
    if found:
        return found
    new = NewApp("Linnet command line", OOB, "read write follow push profile")
    return _register(tx, new, COMMAND_LINE, now).app


def revoke(tx: Tx, *, client_id: str, client_secret: str, token: str) -> Refusal | None:
    """Ends a token at its app's wish (RFC 7009): an unknown one is no error. A public client may
    leave its secret out: who has the token may throw it away."""
    app = _client(tx, client_id, client_secret)
    if isinstance(app, Refusal):
        return app
    bearer = queries.token(tx, token)
    if bearer is not None and bearer.app_id != app.id:
        return Refusal("unauthorized_client", "This token belongs to another app.")
    if queries.delete_token(tx, token, app.id):
        tx.emit(TokensEnded(app.id, bearer.person_id or 0 if bearer else 0))
    return None


def end_grant(tx: Tx, person_id: int, token_hash: str) -> None:
    """A person ends one of the tokens in their list (`queries.grants`). Raises NotFound."""
    if not queries.delete_grant(tx, token_hash, person_id):
        raise NotFound("token")
    tx.emit(TokensEnded(0, person_id))


def use_token(tx: Tx, bearer: Bearer, now: int) -> None:
    """Writes down that the token is in use; call it when `rules.is_due_to_be_used`."""
    queries.use_token(tx, bearer.token_hash, now)


def revoke_person(tx: Tx, person_id: int) -> None:
    """Ends everything that any app may do for this person (password change, lock-out)."""
    queries.revoke_person(tx, person_id)
    tx.emit(TokensEnded(0, person_id))


def revoke_member(tx: Tx, person_id: int, account_id: int) -> None:
    """Ends everything that any app may do for this person as this account."""
    queries.revoke_member(tx, person_id, account_id)
    tx.emit(TokensEnded(0, person_id))


def sweep(tx: Tx, now: int) -> int:
    """Removes old codes, and apps that nobody used within a day; answers how many rows.
    Recurring work."""
    codes = queries.delete_old_codes(tx, now - rules.UNUSED_APP_LIFE)
    apps = queries.delete_unused_apps(tx, before=now - rules.UNUSED_APP_LIFE, keep=COMMAND_LINE)
    return codes + apps


def _register(tx: Tx, good: NewApp, client_id: str, now: int) -> Registered:
    secret = new_token(SECRET_PREFIX)
    app = App(new_id(), client_id, good.name, good.website, good.redirect_uris, good.scopes, now)
    queries.insert_app(tx, app, token_hash(secret, SECRET_PREFIX))
    return Registered(app, secret)


def _client(tx: Tx, client_id: str, client_secret: str) -> App | Refusal:
    """The app, if its secret is right or none was sent."""
    app = queries.by_client_id(tx, client_id)
    if app is None or (client_secret and not queries.has_secret(tx, app, client_secret)):
        return Refusal("invalid_client", "The client_id or client_secret is not good.")
    return app


def _used_before(tx: Tx, code: Code) -> Refusal:
    if queries.delete_family(tx, code.code_hash):
        tx.emit(TokensEnded(code.app_id, code.person_id))
    return Refusal("invalid_grant", "This code was used before. What it brought has been revoked.")


def _grant(
    tx: Tx, app_id: int, person_id: int | None, account_id: int | None, scopes: str, code_hash: str, now: int
) -> Granted:
    token = new_token(TOKEN_PREFIX)
    queries.insert_token(
        tx,
        hash=token_hash(token, TOKEN_PREFIX),
        app_id=app_id,
        person_id=person_id,
        account_id=account_id,
        scopes=scopes,
        code_hash=code_hash,
        now=now,
    )
    return Granted(token, scopes, now)
