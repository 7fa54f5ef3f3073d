"""Sales, leads and keys in the database, on both engines; the hooks over ASGI; the command."""

import argparse
import asyncio
import hashlib
import re
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette

from linnet.commands import import_sales
from linnet.db.sqlite import SqliteDatabase
from linnet.desk.sales import actions, queries, rules, sheet, signing, trails
from linnet.desk.sales.rules import LeadReport, SaleRecorded, SaleReport
from linnet.kernel.clock import DAY, HOUR, MINUTE, iso, now_ms
from linnet.kernel.errors import Conflict, Invalid, NotFound
from linnet.kernel.ids import new_id
from linnet.kernel.settings import load
from linnet.kernel.wire import decode, encode
from linnet.site import hooks
from tests import cast, fresh
from tests.desk import BERLIN, found_firm, link, visit

HASH = hashlib.sha256(b"ann@example.org").hexdigest()


def record(db, report, now, source="hook"):
    return db.write_now(actions.record_sale, report, source=source, id=new_id(), now=now)


def test_a_sale_is_one_however_often_it_is_reported(db, now):
    sale = SaleReport("A-1", now - HOUR, 1234, "EUR", "Ab3xK7q", HASH, "RYE")

    def first(tx):
        assert actions.record_sale(tx, sale, source="hook", id=77, now=now)
        return tx.events

    assert db.write_now(first) == [SaleRecorded(77)]
    assert not any(record(db, sale, now + n) for n in range(4))
    [row] = db.read_now(queries.sales, 0, now)
    assert (row.id, row.ref, row.amount, row.ln, row.coupon) == (77, "A-1", 1234, "Ab3xK7q", "RYE")
    assert row.email_hash not in {"", HASH}
    for other in (
        SaleReport("A-1", now - HOUR, 1235, "EUR", "Ab3xK7q", HASH, "RYE"),
        SaleReport("A-1", now - HOUR, 1234, "EUR", "Ab3xK7q", "", "RYE"),
    ):
        with pytest.raises(Conflict):
            record(db, other, now)
    lead = LeadReport("A-1", now, email_sha256=HASH, heard="a friend")
    assert db.write_now(actions.record_lead, lead, source="hook", id=1, now=now)
    assert not db.write_now(actions.record_lead, lead, source="csv", id=2, now=now)
    with pytest.raises(Conflict):
        db.write_now(actions.record_lead, LeadReport("A-1", now), source="csv", id=2, now=now)
    assert db.read_now(queries.leads, 0, now + 1)[0].email_hash == row.email_hash
    assert db.read_now(queries.newest) == [row]


def test_refunds_are_negative_and_bounded(db, now):
    record(db, SaleReport("A", now, 1000, "EUR"), now)
    assert record(db, SaleReport("R1", now, -400, "EUR", refund_of="A"), now)
    assert not record(db, SaleReport("R1", now, -400, "EUR", refund_of="A"), now)
    assert record(db, SaleReport("R2", now, -600, "EUR", refund_of="A"), now)
    for report in (
        SaleReport("R3", now, -1, "EUR", refund_of="A"),
        SaleReport("R3", now, -1, "EUR", refund_of="R1"),
    ):
        with pytest.raises(Invalid):
            record(db, report, now)
    assert [s.amount for s in db.read_now(queries.sales, 0, now + 1)] == [1000, -400, -600]


def test_a_file_is_taken_line_by_line_and_twice_is_once(db, now):
    text = (
        "id;at;amount;refund_of;coupon\n"
        "R;2026-10-25;-2,00;A;\n"
        "A;2026-10-24;10,00;;=1+1\n"
        "A;2026-10-24;11,00;;\n"
        "Q;2026-10-24;-1,00;;\n"
        "Z;2027-01-01;1,00;;\n"
    )
    found = sheet.read_sales(text.encode(), "EUR", BERLIN)
    done = db.write_now(actions.import_sales, found.rows, now=now)
    assert (done.added, done.again) == (2, 0)
    assert [r.line for r in done.rejected] == [4, 5, 6]
    assert [(s.ref, s.amount, s.coupon) for s in db.read_now(queries.sales, 0, now)] == [
        ("A", 1000, "=1+1"),
        ("R", -200, ""),
    ]
    again = db.write_now(actions.import_sales, found.rows, now=now + DAY)
    assert (again.added, again.again) == (0, 2)
    back = sheet.write_sales(db.read_now(queries.sales, 0, now))
    assert "'=1+1" in back
    found = sheet.read_sales(back.encode(), "EUR", BERLIN)
    assert db.write_now(actions.import_sales, found.rows, now=now).again == 2


def test_evidence_is_the_last_and_first_click_of_people(db, now):
    def make(tx):
        firm = cast.account(tx, "bakery")
        link(tx, "Ab3xK7q", firm.id, now - 60 * DAY)
        for days, kind in ((40, "person"), (20, "confirmed"), (10, "person"), (5, "machine"), (4, "unsure")):
            visit(tx, now - days * DAY, kind, "Ab3xK7q")
        visit(tx, now - 3 * DAY, "person", "")
        visit(tx, now + DAY, "person", "Ab3xK7q")

    db.write_now(make)
    record(db, SaleReport("A", now, 100, "EUR", "Ab3xK7q", HASH), now)
    record(db, SaleReport("B", now, 100, "EUR", "nolink1", HASH), now)
    record(db, SaleReport("C", now, 100, "EUR", "", HASH), now)
    found = {e.ref: e for e in db.read_now(queries.sale_evidence, ["A", "B", "C"], rules.SALE_WINDOW)}
    assert (found["A"].link_at, found["A"].last_click, found["A"].first_click) == (
        now - 60 * DAY,
        now - 10 * DAY,
        now - 20 * DAY,
    )
    assert (found["B"].link_at, found["B"].last_click, found["C"].link_at) == (None, None, None)
    [hash] = {e.email_hash for e in found.values()}
    leads, sales = db.read_now(queries.tagged_of_email, [hash], now, now + 1)
    assert (leads, sorted(sales)) == ([], ["A", "B"])
    assert db.read_now(queries.tagged_of_email, [], 0, now) == ([], [])
    assert not db.read_now(queries.any_lead)
    assert db.read_now(queries.any_sale)


def test_a_refund_has_the_trail_of_its_sale_also_alone(db, now):
    def make(tx):
        firm = cast.account(tx, "bakery")
        link(tx, "Ab3xK7q", firm.id, now - DAY)

    db.write_now(make)
    record(db, SaleReport("A", now - HOUR, 100, "EUR", "Ab3xK7q"), now)
    record(db, SaleReport("R", now, -100, "EUR", refund_of="A"), now)
    record(db, SaleReport("R0", now, -100, "EUR", refund_of="never told"), now)
    alone = db.read_now(queries.sales, now - 1, now + 1)
    found = db.read_now(trails.of_sales, alone, BERLIN)
    assert {ref: (trail.how, trail.code) for ref, trail in found.items()} == {
        "R": ("tag", "Ab3xK7q"),
        "R0": ("none", ""),
    }
    assert db.read_now(trails.oddities, alone) == {"R0": "no such sale was reported"}


# -- keys and hooks -------------------------------------------------------------------------------


def post(db, path, body, headers, pieces=1):
    """POST through the ASGI app: (status, JSON)."""
    app = Starlette(routes=hooks.routes(SimpleNamespace(db=db)))
    size = max(len(body) // pieces, 1)
    parts = [body[at : at + size] for at in range(0, len(body), size)] or [b""]
    sent = []

    async def receive():
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return sent[0]["status"], decode(b"".join(m.get("body", b"") for m in sent[1:]))


def test_keys_are_shown_once_and_rotate(db, now):
    first = db.write_now(actions.new_key, now)
    second = db.write_now(actions.new_key, now + HOUR)
    assert re.fullmatch(r"lnh_[\w-]{43}", first)
    good = lambda at: {k.secret for k in db.read_now(queries.keys, at)}  # noqa: E731
    assert good(now + 24 * HOUR) == {first, second}
    assert good(now + 25 * HOUR) == {second}
    db.write_now(actions.revoke_keys, now + 2 * HOUR)
    assert good(now + 2 * HOUR) == set()


def test_a_hook_takes_what_is_signed_and_answers_in_one_shape(db):
    now = now_ms()
    secret = db.write_now(actions.new_key, now)
    sale = {"id": "A-1", "at": iso(now - MINUTE), "amount": 1234, "currency": "EUR", "email_sha256": HASH}

    def send(content, *, path="/hooks/sale", at=now, key=secret, pieces=1):
        body = content if isinstance(content, bytes) else encode(content)
        return post(db, path, body, {signing.HEADER: signing.sign(key, body, at)}, pieces)

    assert send(sale) == (201, {"id": "A-1", "status": "recorded"})
    assert [send(sale) for _ in range(4)] == [(200, {"id": "A-1", "status": "known"})] * 4
    status, answer = send(sale | {"amount": 1})
    assert (status, set(answer), answer["field"]) == (409, {"error", "field"}, None)
    lead = {"id": "L-1", "at": iso(now), "heard": "saw it here"}
    assert send(lead, path="/hooks/lead", pieces=5) == (201, {"id": "L-1", "status": "recorded"})
    refused = {
        "wrong key": (send(sale, key="lnh_other"), 401, signing.HEADER),
        "old": (send(sale, at=now - 6 * MINUTE), 422, signing.HEADER),
        "early": (send(sale, at=now + 6 * MINUTE), 422, signing.HEADER),
        "unsigned": (post(db, "/hooks/sale", encode(sale), {}), 401, signing.HEADER),
        "odd header": (
            post(db, "/hooks/sale", encode(sale), {signing.HEADER: "t=\xff"}),
            401,
            signing.HEADER,
        ),
        "no JSON": (send(b"id=1"), 400, "body"),
        "deep": (send(b"[" * 60_000), 400, "body"),
        "NaN": (send(b'{"id": NaN}'), 400, "body"),
        "list": (send([sale]), 400, "body"),
        "large": (send(b" " * 65_537, pieces=9), 413, "body"),
        "field": (send(sale | {"id": "B", "amount": 1.5}), 422, "amount"),
        "unknown": (send(sale | {"price": 3}), 422, "price"),
        "empty": (send(b""), 400, "body"),
    }
    for name, ((status, answer), wanted, field) in refused.items():
        assert (name, status, answer["field"]) == (name, wanted, field)
        assert set(answer) == {"error", "field"}
        assert answer["error"]
    assert len(db.read_now(queries.sales, 0, now)) == 1
    [key] = db.read_now(queries.keys, now)
    assert key.used_at is not None
    db.write_now(actions.revoke_keys, now)
    assert send(sale)[0] == 401


# -- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_it_took(tmp_path, capsys):
    settings = load({"LINNET_DATA": str(tmp_path), "LINNET_URL": "http://localhost:8080"}, tmp_path)
    parser = argparse.ArgumentParser()
    import_sales.add(parser.add_subparsers())
    file = tmp_path / "sales.csv"
    file.write_text("id,at,amount,city\nA,2026-10-24,10.00,x\nB,never,1,y\n")
    args = parser.parse_args(["sales", str(file)])
    database = fresh.database(tmp_path)
    database.close()
    with pytest.raises(NotFound):
        args.run(args, settings)
    database = SqliteDatabase(tmp_path / "linnet.sqlite")
    database.write_now(found_firm, 5)
    database.close()
    assert args.run(args, settings) == 1
    out = capsys.readouterr()
    assert out.out == "1 new, 0 there already, 1 not taken.\nColumns that were not used: city.\n"
    assert out.err.startswith("line 3: At is not a date")
    file.write_text("id,at\nL,2026-10-24\n")
    args = parser.parse_args(["sales", "--leads", str(file)])
    assert args.run(args, settings) == 0
    assert capsys.readouterr().out == "1 new, 0 there already, 0 not taken.\n"
    with pytest.raises(Invalid):
        args.run(parser.parse_args(["sales", str(tmp_path)]), settings)
