"""Tools to draw the pictures of the play with, in units of the finished picture."""

import io
import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFilter, ImageFont

Draw = ImageDraw.ImageDraw
Colour = tuple[int, int, int]

WIDE, TALL = 1200, 800  # of a post's picture
TWICE = 2
CRUST, CRUMB, FLOUR = (164, 92, 42), (238, 205, 150), (250, 240, 222)
DARK, WOOD, WALL = (96, 54, 28), (176, 124, 78), (244, 231, 211)


def made(width: int, height: int, scene: Callable[[Draw], None]) -> bytes:
    """The scene as PNG: drawn twice as large and made smaller, which takes the corners off."""
    image = Image.new("RGB", (width * TWICE, height * TWICE), WALL)
    scene(ImageDraw.Draw(image))
    small = image.resize((width, height), Image.Resampling.LANCZOS).filter(ImageFilter.GaussianBlur(0.4))
    out = io.BytesIO()
    small.save(out, "PNG")
    return out.getvalue()


def box(draw: Draw, x: float, y: float, w: float, h: float, fill: Colour | str, round_by: float = 0) -> None:
    """A rectangle, with round corners of `round_by`."""
    area = tuple(v * TWICE for v in (x, y, x + w, y + h))
    draw.rounded_rectangle(area, round_by * TWICE, fill=fill)


def oval(draw: Draw, x: float, y: float, rx: float, ry: float, fill: Colour | str) -> None:
    """An ellipse around (x, y)."""
    draw.ellipse(tuple(v * TWICE for v in (x - rx, y - ry, x + rx, y + ry)), fill=fill)


def shape(draw: Draw, points: list[tuple[float, float]], fill: Colour | str) -> None:
    """A filled polygon."""
    draw.polygon([(x * TWICE, y * TWICE) for x, y in points], fill=fill)


def stroke(draw: Draw, points: list[tuple[float, float]], fill: Colour | str, width: float) -> None:
    """A line through points."""
    draw.line([(x * TWICE, y * TWICE) for x, y in points], fill=fill, width=int(width * TWICE), joint="curve")


def ring(draw: Draw, x: float, y: float, r: float, fill: Colour | str, width: float) -> None:
    """A circle that is not filled."""
    area = tuple(v * TWICE for v in (x - r, y - r, x + r, y + r))
    draw.ellipse(area, outline=fill, width=int(width * TWICE))


def words(draw: Draw, x: float, y: float, text: str, size: int, fill: Colour | str) -> None:
    """Text around (x, y)."""
    font = ImageFont.load_default(size * TWICE)
    draw.text((x * TWICE, y * TWICE), text, font=font, fill=fill, anchor="mm")


def mixed(a: Colour, b: Colour, part: float) -> Colour:
    """The colour `part` of the way from `a` to `b`."""
    return (
        round(a[0] + (b[0] - a[0]) * part),
        round(a[1] + (b[1] - a[1]) * part),
        round(a[2] + (b[2] - a[2]) * part),
    )


def ground(
    draw: Draw, top: Colour, low: Colour, table: Colour, at: float, wide: int = WIDE, tall: int = TALL
) -> None:
    """A wall that gets darker, and a table from `at` of the height on."""
    edge = tall * at
    for step in range(40):
        box(draw, 0, edge / 40 * step, wide, edge / 40 + 1, mixed(top, low, step / 39))
    box(draw, 0, edge, wide, tall - edge, table)
    box(draw, 0, edge, wide, 6, mixed(table, DARK, 0.35))


def flour(draw: Draw, chance: Random, x: float, y: float, wide: float, tall: float, many: int) -> None:
    """Specks around (x, y)."""
    for _ in range(many):
        size = chance.uniform(0.8, 3.2)
        oval(draw, x + chance.uniform(-wide, wide), y + chance.uniform(-tall, tall), size, size * 0.7, FLOUR)


def round_loaf(draw: Draw, x: float, y: float, r: float, chance: Random) -> None:
    """A dark loaf with a cross on it."""
    oval(draw, x + r * 0.06, y + r * 0.62, r * 1.02, r * 0.2, mixed(WOOD, DARK, 0.5))
    oval(draw, x, y + r * 0.08, r, r * 0.66, DARK)
    oval(draw, x, y, r * 0.98, r * 0.64, CRUST)
    oval(draw, x - r * 0.12, y - r * 0.12, r * 0.72, r * 0.4, mixed(CRUST, CRUMB, 0.28))
    stroke(draw, [(x - r * 0.5, y - r * 0.22), (x + r * 0.5, y + r * 0.2)], FLOUR, r * 0.07)
    stroke(draw, [(x + r * 0.46, y - r * 0.24), (x - r * 0.46, y + r * 0.22)], FLOUR, r * 0.07)
    flour(draw, chance, x, y, r * 0.6, r * 0.35, int(r * 0.5))


def roll(draw: Draw, x: float, y: float, r: float, warmth: float) -> None:
    """A roll; `warmth` 0 is pale, 1 is dark."""
    oval(draw, x, y + r * 0.16, r, r * 0.74, mixed(DARK, CRUST, 0.35))
    oval(draw, x, y, r * 0.98, r * 0.72, mixed((214, 148, 74), CRUST, warmth))
    oval(draw, x - r * 0.16, y - r * 0.2, r * 0.6, r * 0.32, mixed((238, 190, 120), CRUST, warmth * 0.6))
    stroke(
        draw, [(x - r * 0.6, y + r * 0.04), (x, y - r * 0.08), (x + r * 0.6, y + r * 0.04)], CRUMB, r * 0.1
    )


def wheel(draw: Draw, x: float, y: float, r: float) -> None:
    """A bicycle's wheel."""
    for turn in range(12):
        angle = math.tau * turn / 12
        stroke(draw, [(x, y), (x + math.cos(angle) * r, y + math.sin(angle) * r)], (150, 156, 162), 2.5)
    ring(draw, x, y, r, (40, 42, 46), 11)
    oval(draw, x, y, 9, 9, (40, 42, 46))
