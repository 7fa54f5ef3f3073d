"""Fixtures of federation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation import village as villages
from tests.federation.village import Village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with villages.village(tmp_path) as made:
        yield made
