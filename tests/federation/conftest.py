"""Fixtures of federation."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation import village as villages
from tests.federation.both_ends import pair, people  # noqa: F401 # fixtures, for the files that were one once
from tests.federation.carrying import carry, clock, settings, world  # noqa: F401 # the same
from tests.federation.entrance import door, lite  # noqa: F401 # the same
from tests.federation.readable import house, still  # noqa: F401 # the same
from tests.federation.strangers import scene  # noqa: F401 # the same
from tests.federation.village import Village


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with villages.village(tmp_path) as made:
        yield made
