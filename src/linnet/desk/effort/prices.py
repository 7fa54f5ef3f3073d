"""What stands on top of the hourly cost, and what is paid by the month: tables `effort_overhead` and
`effort_tool`."""

from linnet.db.tx import Tx
from linnet.desk.effort.money import Tool
from linnet.desk.effort.rules import Overhead

OVERHEADS = "SELECT since_day, permille FROM effort_overhead ORDER BY since_day"
SET_OVERHEAD = """INSERT INTO effort_overhead (since_day, permille) VALUES (:since_day, :permille)
    ON CONFLICT (since_day) DO UPDATE SET permille = excluded.permille"""
DROP_OVERHEAD = "DELETE FROM effort_overhead WHERE since_day = :since_day"


def overheads(tx: Tx) -> list[Overhead]:
    """What stands on top of the hourly cost, from which day on."""
    return tx.all(Overhead, OVERHEADS)


def set_overhead(tx: Tx, overhead: Overhead) -> None:
    tx.run(SET_OVERHEAD, since_day=overhead.since_day, permille=overhead.permille)


def drop_overhead(tx: Tx, since_day: str) -> bool:
    return tx.run(DROP_OVERHEAD, since_day=since_day) > 0


TOOLS = "SELECT id, name, amount, currency, first, last FROM effort_tool ORDER BY first, id"
TOOL = "SELECT id, name, amount, currency, first, last FROM effort_tool WHERE id = :id"
PUT_TOOL = """INSERT INTO effort_tool (id, name, amount, currency, first, last)
    VALUES (:id, :name, :amount, :currency, :first, :last)
    ON CONFLICT (id) DO UPDATE SET name = excluded.name, amount = excluded.amount, currency = excluded.currency,
        first = excluded.first, last = excluded.last"""
DROP_TOOL = "DELETE FROM effort_tool WHERE id = :id"


def tools(tx: Tx) -> list[Tool]:
    """What is paid by the month, also what was: a handful of rows."""
    return tx.all(Tool, TOOLS)


def tool(tx: Tx, id: int) -> Tool | None:
    """One of them."""
    return tx.one(Tool, TOOL, id=id)


def put_tool(tx: Tx, tool: Tool) -> None:
    tx.run(
        PUT_TOOL,
        id=tool.id,
        name=tool.name,
        amount=tool.amount,
        currency=tool.currency,
        first=tool.first,
        last=tool.last,
    )


def drop_tool(tx: Tx, id: int) -> bool:
    return tx.run(DROP_TOOL, id=id) > 0
