"""Every class of attack of the security paper that other servers can try has a test that names it, or a
sentence that says why it cannot be tried here."""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent

IDS = (
    *(f"a{n:02}" for n in range(1, 33)),
    *(f"b{n:02}" for n in range(1, 19)),
    *(f"c{n:02}" for n in range(1, 9)),
    *(f"g{n:02}" for n in range(1, 4)),
)

NOT_APPLICABLE: dict[str, str] = {}


@cache
def named() -> dict[str, list[str]]:
    """Ids in the names of tests: `test_a05_a06_…` names two."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                for word in node.name.split("_"):
                    found.setdefault(word, []).append(f"{path.name}::{node.name}")
    return found


@pytest.mark.parametrize("id", IDS)
def test_every_class_of_attack_is_tried_or_excused(id: str) -> None:
    assert (id in named()) != (id in NOT_APPLICABLE)


def test_what_is_excused_says_why() -> None:
    assert set(NOT_APPLICABLE) <= set(IDS)
    assert all(len(why) > 40 for why in NOT_APPLICABLE.values())
