"""Tables `app`, `oauth_code`, `token`."""

from linnet.db.tx import Tx
from linnet.kernel.tokens import token_hash
from linnet.social.apps.rules import App, Bearer, Code, Grant

SECRET_PREFIX = "lna"  # noqa: S105 # the public beginning of every client secret
CODE_PREFIX = "lnc"
TOKEN_PREFIX = "lnt"  # noqa: S105 # the public beginning of every access token

APP = "SELECT id, client_id, name, website, redirect_uris, scopes, created_at FROM app WHERE id = :id"
BY_CLIENT = "SELECT id, client_id, name, website, redirect_uris, scopes, created_at FROM app WHERE client_id = :client_id"
PROOF = "SELECT 1 FROM app WHERE id = :id AND secret_hash = :hash"
INSERT_APP = """INSERT INTO app (id, client_id, secret_hash, name, website, redirect_uris, scopes, created_at)
    VALUES (:id, :client_id, :secret_hash, :name, :website, :redirect_uris, :scopes, :created_at)"""
UNUSED = """DELETE FROM app WHERE created_at < :before AND client_id <> :keep
    AND NOT EXISTS (SELECT 1 FROM token t WHERE t.app_id = app.id)
    AND NOT EXISTS (SELECT 1 FROM oauth_code c WHERE c.app_id = app.id)
    AND NOT EXISTS (SELECT 1 FROM post p WHERE p.app_id = app.id)"""


def app(tx: Tx, app_id: int) -> App | None:
    """The app with this id."""
    return tx.one(App, APP, id=app_id)


def by_client_id(tx: Tx, client_id: str) -> App | None:
    """The app that calls itself by this public id."""
    return tx.one(App, BY_CLIENT, client_id=client_id)


def has_secret(tx: Tx, app: App, secret: str) -> bool:
    """Is it the app's secret?"""
    hash = token_hash(secret, SECRET_PREFIX)
    return hash != "" and tx.value(PROOF, id=app.id, hash=hash) is not None


def insert_app(tx: Tx, app: App, secret_hash: str) -> None:
    tx.run(
        INSERT_APP,
        id=app.id,
        client_id=app.client_id,
        secret_hash=secret_hash,
        name=app.name,
        website=app.website,
        redirect_uris=app.redirect_uris,
        scopes=app.scopes,
        created_at=app.created_at,
    )


def delete_unused_apps(tx: Tx, *, before: int, keep: str) -> int:
    return tx.run(UNUSED, before=before, keep=keep)


CODE = """SELECT code_hash, app_id, person_id, account_id, scopes, redirect_uri, challenge, expires_at, used_at
    FROM oauth_code WHERE code_hash = :hash"""
INSERT_CODE = """INSERT INTO oauth_code (code_hash, app_id, person_id, account_id, scopes, redirect_uri, challenge, expires_at)
    VALUES (:hash, :app_id, :person_id, :account_id, :scopes, :redirect_uri, :challenge, :expires_at)"""
USE_CODE = "UPDATE oauth_code SET used_at = :now WHERE code_hash = :hash AND used_at IS NULL"
OLD_CODES = """DELETE FROM oauth_code WHERE expires_at < :before
    AND NOT EXISTS (SELECT 1 FROM token t WHERE t.code_hash = oauth_code.code_hash)"""
IS_MEMBER = """SELECT 1 FROM member m JOIN person p ON p.id = m.person_id
    WHERE m.person_id = :person_id AND m.account_id = :account_id AND p.disabled_at IS NULL"""


def code(tx: Tx, code: str) -> Code | None:
    """The code, used up or not."""
    hash = token_hash(code, CODE_PREFIX)
    return tx.one(Code, CODE, hash=hash) if hash else None


def insert_code(tx: Tx, code: Code) -> None:
    tx.run(
        INSERT_CODE,
        hash=code.code_hash,
        app_id=code.app_id,
        person_id=code.person_id,
        account_id=code.account_id,
        scopes=code.scopes,
        redirect_uri=code.redirect_uri,
        challenge=code.challenge,
        expires_at=code.expires_at,
    )


def use_code(tx: Tx, code: Code, now: int) -> bool:
    """False when it was used before."""
    return tx.run(USE_CODE, hash=code.code_hash, now=now) > 0


def delete_old_codes(tx: Tx, before: int) -> int:
    return tx.run(OLD_CODES, before=before)


def is_member(tx: Tx, person_id: int, account_id: int) -> bool:
    """May this person act for this account at all?"""
    return tx.value(IS_MEMBER, person_id=person_id, account_id=account_id) is not None


BEARER = """SELECT t.token_hash, t.app_id, t.person_id, t.account_id, t.scopes, t.used_at, m.role, p.owner,
        a.name AS app_name, a.website AS app_website
    FROM token t JOIN app a ON a.id = t.app_id
    LEFT JOIN person p ON p.id = t.person_id AND p.disabled_at IS NULL
    LEFT JOIN member m ON m.person_id = t.person_id AND m.account_id = t.account_id
    WHERE t.token_hash = :hash AND (t.person_id IS NULL OR (p.id IS NOT NULL AND m.role IS NOT NULL))"""
GRANTS = """SELECT t.token_hash, t.app_id, t.account_id, a.name AS app_name, a.website AS app_website, t.scopes,
        t.created_at, t.used_at
    FROM token t JOIN app a ON a.id = t.app_id WHERE t.person_id = :person_id ORDER BY t.used_at DESC, t.token_hash"""
GRANT = """INSERT INTO token (token_hash, app_id, person_id, account_id, scopes, code_hash, created_at, used_at)
    VALUES (:hash, :app_id, :person_id, :account_id, :scopes, :code_hash, :now, :now)"""
SEE = "UPDATE token SET used_at = :now WHERE token_hash = :hash"
DELETE_BEARER = "DELETE FROM token WHERE token_hash = :hash AND app_id = :app_id"
DELETE_GRANT = "DELETE FROM token WHERE token_hash = :hash AND person_id = :person_id"
DELETE_FAMILY = "DELETE FROM token WHERE code_hash = :hash AND code_hash <> ''"


def token(tx: Tx, token: str) -> Bearer | None:
    """Whose token it is; None when it is not good: unknown, ended, its person locked out or no
    longer a member of the account. One query, for every request of the client API."""
    hash = token_hash(token, TOKEN_PREFIX)
    return tx.one(Bearer, BEARER, hash=hash) if hash else None


def grants(tx: Tx, person_id: int) -> list[Grant]:
    """What apps may do for this person, the last used first."""
    return tx.all(Grant, GRANTS, person_id=person_id)


def insert_token(
    tx: Tx,
    *,
    hash: str,
    app_id: int,
    person_id: int | None,
    account_id: int | None,
    scopes: str,
    code_hash: str,
    now: int,
) -> None:
    tx.run(
        GRANT,
        hash=hash,
        app_id=app_id,
        person_id=person_id,
        account_id=account_id,
        scopes=scopes,
        code_hash=code_hash,
        now=now,
    )


def use_token(tx: Tx, hash: str, now: int) -> None:
    tx.run(SEE, hash=hash, now=now)


def delete_token(tx: Tx, token: str, app_id: int) -> bool:
    """False when this app has no such token."""
    hash = token_hash(token, TOKEN_PREFIX)
    return hash != "" and tx.run(DELETE_BEARER, hash=hash, app_id=app_id) > 0


def delete_grant(tx: Tx, hash: str, person_id: int) -> bool:
    return tx.run(DELETE_GRANT, hash=hash, person_id=person_id) > 0


def delete_family(tx: Tx, code_hash: str) -> int:
    return tx.run(DELETE_FAMILY, hash=code_hash)


REVOKE_PERSON = "DELETE FROM token WHERE person_id = :person_id"
REVOKE_PERSON_CODES = "DELETE FROM oauth_code WHERE person_id = :person_id"
REVOKE_MEMBER = "DELETE FROM token WHERE person_id = :person_id AND account_id = :account_id"
REVOKE_MEMBER_CODES = "DELETE FROM oauth_code WHERE person_id = :person_id AND account_id = :account_id"


def revoke_person(tx: Tx, person_id: int) -> None:
    tx.run(REVOKE_PERSON, person_id=person_id)
    tx.run(REVOKE_PERSON_CODES, person_id=person_id)


def revoke_member(tx: Tx, person_id: int, account_id: int) -> None:
    tx.run(REVOKE_MEMBER, person_id=person_id, account_id=account_id)
    tx.run(REVOKE_MEMBER_CODES, person_id=person_id, account_id=account_id)
