"""Markers: the last thing read in a timeline, kept so that every client begins there."""

from typing import Literal

from linnet.kernel.value import Value

Place = Literal["home", "notifications"]
PLACES: tuple[Place, ...] = ("home", "notifications")


class Marker(Value):
    """How far `timeline` was read. `version` rises with every change; `updated_at` in ms."""

    timeline: Place
    last_read_id: str
    version: int
    updated_at: int
