"""The house rules that a program can hold: read from the source tree, not from good intentions."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import linnet
from linnet.db.migrate import steps

ROOT = Path(linnet.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))

# Who may touch sockets although it is not `net`, and why.
OWN_SOCKETS = {"hub/hub.py": "AF_UNIX datagrams between the processes of one server"}

# Who may ask the clock although it stands below the doors, and why.
OWN_CLOCK = {
    "kernel/clock.py": "is the clock",
    "kernel/ids.py": "an id carries the moment it was made",
    "db/opening.py": "writes down when a schema step was taken, at the start of the program",
    "jobs/worker.py": "is a door: the clock's own",
    "jobs/sweeps.py": "handles recurring jobs: an errand of the worker's own room",
}

# What is longer than it should be, and why that is better than cutting it.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {
    "desk/feeds/actions.py:add": "one row, written out field by field",
    "desk/statement/report.py:statement": "the page in its order, one line for each of its parts",
}

# Tables that more than one package writes, and why.
SHARED_TABLES: dict[str, str] = {}


def short(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in a file: many rules look at all of it."""
    return tuple(ast.walk(tree(path)))


def room(path: Path) -> str:
    return short(path).partition("/")[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, and every name it takes from one, dotted."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def uses(path: Path) -> set[str]:
    """Names with a dot that a file mentions, and what it imports."""
    found = {dotted(node) for node in nodes(path) if isinstance(node, ast.Attribute)}
    return found | set(imports(path))


OUTSIDE = re.compile(
    r"(socket|_socket|aiohttp|httpx|requests|urllib3|http\.client|urllib\.request|ftplib|smtplib|poplib|"
    r"imaplib|telnetlib|xmlrpc|websockets|socketserver|asyncio\.open_connection|asyncio\.open_unix_connection)(\..*)?"
)
CONNECTING = {
    "create_connection",
    "create_datagram_endpoint",
    "sock_connect",
    "getaddrinfo",
    "open_connection",
}


def ways_out(path: Path) -> list[str]:
    """What a file imports or calls that can open a connection."""
    return sorted(n for n in uses(path) if OUTSIDE.fullmatch(n) or n.rpartition(".")[2] in CONNECTING)


def test_b07_nothing_but_net_goes_outside():
    guilty = {
        short(path): found
        for path in FILES
        if room(path) != "net" and short(path) not in OWN_SOCKETS and (found := ways_out(path))
    }
    assert guilty == {}
    for name in OWN_SOCKETS:
        own = uses(ROOT / name)
        assert "socket.AF_UNIX" in own
        assert not {use for use in own if "AF_INET" in use or use.rpartition(".")[2] in CONNECTING}


@pytest.mark.parametrize(
    "code",
    [
        "import aiohttp",
        "import aiohttp.web as w",
        "from aiohttp import ClientSession",
        "def f():\n    import requests",
        "from urllib import request",
        "import urllib.request",
        "import http.client as h",
        "from socket import create_connection",
        "from asyncio import open_connection",
        "import asyncio\nasync def f(): await asyncio.open_connection('x', 1)",
        "async def f(loop): await loop.create_connection(g, 'x', 1)",
        "import smtplib",
    ],
)
def test_a_planted_way_out_is_found(code, tmp_path):
    (tmp_path / "planted.py").write_text(code)
    assert ways_out(tmp_path / "planted.py")


def test_the_one_client_has_no_way_around_its_guard():
    """aiohttp is asked in one place, and that place gives it the guard, no proxies and no cookies."""
    calls = [
        (short(path), node)
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Call) and dotted(node.func).startswith("aiohttp.")
    ]
    made = {dotted(node.func): node for _, node in calls}
    assert {where for where, _ in calls} == {"net/client.py"}
    session = {k.arg: ast.unparse(k.value) for k in made["aiohttp.ClientSession"].keywords}
    assert session["trust_env"] == "False"
    assert session["auto_decompress"] == "False"
    assert "DummyCookieJar" in session["cookie_jar"]
    connector = {k.arg for k in made["aiohttp.TCPConnector"].keywords}
    assert {"resolver", "socket_factory"} <= connector
    requests = [
        {k.arg: ast.unparse(k.value) for k in node.keywords}
        for node in nodes(ROOT / "net/client.py")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "request"
    ]
    assert [r["allow_redirects"] for r in requests] == ["False"]


DOORS = {"site", "mastodon", "federation", "door", "app", "work", "cli", "commands", "__main__"}
CLOCK = {
    "time.time",
    "time.time_ns",
    "datetime.now",
    "datetime.utcnow",
    "datetime.datetime.now",
    "date.today",
}


def test_below_the_doors_time_is_an_argument():
    guilty = {}
    for path in FILES:
        if room(path) in DOORS or path.name == "errands.py" or short(path) in OWN_CLOCK:
            continue
        found = {name for name in uses(path) if name in CLOCK or name.rpartition(".")[2] == "now_ms"}
        if found:
            guilty[short(path)] = sorted(found)
    assert guilty == {}


def test_rules_import_no_queries_actions_or_errands():
    guilty = {
        short(path): found
        for path in FILES
        if path.name == "rules.py"
        and (found := [n for n in imports(path) if re.search(r"\.(queries|actions|errands|db|jobs)\b", n)])
    }
    assert guilty == {}


def test_imports_stand_at_the_top():
    guilty = [
        f"{short(path)}:{inner.lineno}"
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert guilty == []


def test_files_and_functions_fit_into_a_head():
    long_files = {short(p): n for p in FILES if (n := len(p.read_text(encoding="utf-8").splitlines())) > 400}
    long_functions = {
        f"{short(path)}:{node.name}": size
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (size := (node.end_lineno or 0) - node.lineno + 1) > 45
    }
    assert {k: v for k, v in long_files.items() if k not in LONG_FILES} == {}
    assert {k: v for k, v in long_functions.items() if k not in LONG_FUNCTIONS} == {}
    assert set(LONG_FILES) <= set(long_files), "these are short again: take them off the list"
    assert set(LONG_FUNCTIONS) <= set(long_functions), "these are short again: take them off the list"


SQL_CALLS = {"all": 1, "one": 1, "value": 0, "run": 0, "many": 0}


class Sql(ast.NodeVisitor):
    """Collects every SQL text of a module that is not a constant of a module."""

    def __init__(self) -> None:
        self.functions: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda] = []
        self.wrong: list[str] = []
        self.handed_in: set[tuple[str, str]] = set()  # (function, parameter): its callers are checked

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        self.functions.append(node)
        self.generic_visit(node)
        self.functions.pop()

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        function = node.func
        if isinstance(function, ast.Attribute) and dotted(function.value).rpartition(".")[2] == "tx":
            at = SQL_CALLS.get(function.attr)
            if at is not None and (at >= len(node.args) or not self.constant(node.args[at])):
                self.wrong.append(f"{node.lineno}: {ast.unparse(node)[:80]}")

    def constant(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.IfExp):
            return self.constant(node.body) and self.constant(node.orelse)
        if isinstance(node, ast.Subscript):  # TABLE[kind]: a table of texts
            return self.constant(node.value)
        if isinstance(node, ast.Attribute):
            return node.attr.isupper()
        if not isinstance(node, ast.Name):
            return False
        return node.id.isupper() or node.id.strip("_").isupper() or self.local(node.id)

    def local(self, name: str) -> bool:
        """A local name that only ever holds constants, or a parameter of a private function."""
        for function in reversed(self.functions):
            arguments = function.args
            if any(a.arg == name for a in (*arguments.args, *arguments.kwonlyargs)):
                if isinstance(function, ast.Lambda) or not function.name.startswith("_"):
                    return False
                self.handed_in.add((function.name, name))
                return True
            values = [
                value
                for inner in ast.walk(function)
                for target, value in _assigned(inner)
                if isinstance(target, ast.Name) and target.id == name
            ]
            if values:
                return all(self.constant(value) for value in values)
        return False


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """(target, value) pairs of a statement; a loop over constants gives each of them."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.comprehension) and isinstance(node.iter, ast.Tuple | ast.List):
        yield from ((node.target, value) for value in node.iter.elts)


def _handed(path: Path, sql: Sql) -> list[str]:
    """Calls of the functions that take SQL, with something else than a constant."""
    wrong = []
    for function, parameter in sorted(sql.handed_in):
        definition = next(n for n in nodes(path) if isinstance(n, ast.FunctionDef) and n.name == function)
        names = [a.arg for a in definition.args.args]
        at = names.index(parameter) if parameter in names else -1
        for caller in nodes(path):
            if not isinstance(caller, ast.FunctionDef):
                continue
            for node in ast.walk(caller):
                if isinstance(node, ast.Call) and dotted(node.func) == function:
                    sql.functions = [caller]
                    given = next((k.value for k in node.keywords if k.arg == parameter), None)
                    given = given or (node.args[at] if 0 <= at < len(node.args) else None)
                    if given is None or not sql.constant(given):
                        wrong.append(f"{node.lineno}: {ast.unparse(node)[:80]}")
    return wrong


def sql_that_is_not_constant(path: Path) -> list[str]:
    sql = Sql()
    sql.visit(tree(path))
    return sql.wrong + _handed(path, sql)


def test_a32_every_sql_text_is_a_constant():
    guilty = {
        short(path): found
        for path in FILES
        if room(path) != "db" and (found := sql_that_is_not_constant(path))
    }
    assert guilty == {}


@pytest.mark.parametrize(
    "code",
    [
        "def f(tx, name): tx.run(f'DELETE FROM {name}')",
        "def f(tx, name): tx.run('DELETE FROM ' + name)",
        "def f(tx, name): tx.all(int, SQL.format(name))",
        "def f(tx, name): tx.value('SELECT %s' % name)",
        "def f(tx, sql): tx.value(sql)",
        "def f(tx, name):\n    sql = SQL if name else name\n    tx.one(int, sql)",
        "def f(tx, name):\n    sql = SQL\n    sql = f'{sql} {name}'\n    tx.one(int, sql)",
        "def _g(tx, sql): tx.run(sql)\ndef f(tx, name): _g(tx, name)",
        "def _g(tx, sql): tx.run(sql)\ndef f(tx, name): _g(tx, sql=SQL + name)",
    ],
)
def test_planted_sql_is_found(code, tmp_path):
    file = tmp_path / "planted.py"
    file.write_text(code)
    assert sql_that_is_not_constant(file)


def test_good_sql_is_left_alone(tmp_path):
    file = tmp_path / "good.py"
    file.write_text(
        "def _g(tx, sql): tx.run(sql)\n"
        "def f(tx, up):\n    sql = UP if up else DOWN\n    _g(tx, SQL)\n    _g(tx, sql)\n    tx.all(int, sql)\n"
        "    tx.run(TABLE[up])\n    tx.value(queries.SQL)\n    tx.one(int, 'SELECT 1')\n"
    )
    assert sql_that_is_not_constant(file) == []


WRITES = re.compile(r"\b(?:INSERT INTO|DELETE FROM|UPDATE)\s+([a-z_]+)\b(?!\s*=)", re.MULTILINE)


def test_a_table_has_one_owner():
    owners: dict[str, set[str]] = defaultdict(set)
    for path in FILES:
        if room(path) == "db":
            continue
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                for table in WRITES.findall(node.value):
                    owners[table].add(short(path.parent))
    assert len(owners) > 10
    assert {t: sorted(o) for t, o in owners.items() if len(o) > 1 and t not in SHARED_TABLES} == {}


def test_schema_steps_are_the_same_places_on_both_engines():
    sqlite, postgres = steps("sqlite"), steps("postgres")
    assert [(s.number, s.name) for s in sqlite] == [(s.number, s.name) for s in postgres]
    numbers = [s.number for s in sqlite]
    assert numbers == sorted(set(numbers))
    assert numbers[0] == 1
    assert all(re.fullmatch(r"[0-9a-f]{64}", s.checksum) and s.statements for s in (*sqlite, *postgres))
    files = list((ROOT / "db" / "schema").iterdir())
    assert len(files) == len({s.checksum for s in (*sqlite, *postgres)})


def test_every_room_says_what_it_is_for():
    packages = [path for path in FILES if path.name == "__init__.py"]
    assert [short(p) for p in packages if not ast.get_docstring(tree(p))] == []
    assert [short(p) for p in FILES if not ast.get_docstring(tree(p))] == []
    crowded = [short(p) for p in packages if p != ROOT / "__init__.py" and len(tree(p).body) > 1]
    assert crowded == [], "no re-exporting __init__"


def test_retry_after_is_read_in_one_place():
    """How long somebody asks us to wait: three readers of one header had three opinions. (The other reads
    the date that was signed.)"""
    readers = {short(path) for path in FILES if "parsedate_to_datetime" in path.read_text(encoding="utf-8")}
    assert readers == {"kernel/waiting.py", "federation/signing/cavage.py"}
