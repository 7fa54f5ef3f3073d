"""How many trials are simulated, and the table of what came out of them."""

import os
from collections.abc import Callable

import pytest

# in percent of the full number: CI takes a few, `make test-statistics` all
SHARE = int(os.environ.get("LINNET_TRIALS", "100"))


def many(full: int) -> int:
    """How many simulated trials to run where the full suite runs `full`."""
    return max(20, full * SHARE // 100)


def slack(chance: float, n: int) -> float:
    """What a share of `n` may be off by luck: three standard errors when there are few trials, none in the
    full suite, whose limits are the promise itself and whose seeds are fixed."""
    return 0.0 if SHARE >= 100 else 3 * (chance * (1 - chance) / n) ** 0.5


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Puts a line into the table at the end."""
    return lambda line: record_property("figure", line)


def pytest_terminal_summary(terminalreporter) -> None:
    lines = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in report.user_properties
        if name == "figure"
    ]
    if lines:
        terminalreporter.section(f"simulated trials, {SHARE} of 100 of the full number")
        for line in sorted(lines):
            terminalreporter.write_line(line)
