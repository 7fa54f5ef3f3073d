"""Tables `app`, `oauth_code`, `token`."""

from linnet.db.tx import Tx

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
