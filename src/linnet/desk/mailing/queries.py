"""Table `statement_mail`."""

from linnet.db.tx import Tx
from linnet.desk.mailing.rules import Subscriber

COLUMNS = "person_id, since, sent_week, problem"
SUBSCRIBERS = f"SELECT {COLUMNS} FROM statement_mail ORDER BY person_id"
SUBSCRIBER = f"SELECT {COLUMNS} FROM statement_mail WHERE person_id = :person_id"


def subscribers(tx: Tx) -> list[Subscriber]:
    """Everybody who asked for it."""
    return tx.all(Subscriber, SUBSCRIBERS)


def subscriber(tx: Tx, person_id: int) -> Subscriber | None:
    """This person, if they asked for it."""
    return tx.one(Subscriber, SUBSCRIBER, person_id=person_id)


PUT = """INSERT INTO statement_mail (person_id, since, sent_week) VALUES (:person_id, :since, :sent_week)
    ON CONFLICT (person_id) DO NOTHING"""
REMOVE = "DELETE FROM statement_mail WHERE person_id = :person_id"
SET_SENT = """UPDATE statement_mail SET sent_week = :week, problem = ''
    WHERE person_id = :person_id AND sent_week <= :week"""
SET_PROBLEM = "UPDATE statement_mail SET problem = :problem WHERE person_id = :person_id"


def put(tx: Tx, person_id: int, since: int, sent_week: str) -> None:
    tx.run(PUT, person_id=person_id, since=since, sent_week=sent_week)


def remove(tx: Tx, person_id: int) -> None:
    tx.run(REMOVE, person_id=person_id)


def set_sent(tx: Tx, person_id: int, week: str) -> None:
    tx.run(SET_SENT, person_id=person_id, week=week)


def set_problem(tx: Tx, person_id: int, problem: str) -> None:
    tx.run(SET_PROBLEM, person_id=person_id, problem=problem)
