"""The firm's accent colour, brought to where it can be read: contrast by WCAG 2.2, steps in OKLCH.

Hue and strength of the colour are kept as far as they go; only its lightness is moved.
"""

import math
import re
from functools import lru_cache

from linnet.kernel.errors import Invalid

OWN = "#a63446"  # the breast of a linnet in spring
PAPER = "#fbf8f3"  # the light ground, as in linnet.css
CARD = "#ffffff"
NIGHT = "#171513"  # the dark ground, as in linnet.css
NIGHT_CARD = "#201d1a"
READABLE = 4.5  # WCAG 2.2, 1.4.3 for text

_HEX = re.compile(r"#[0-9a-f]{6}")


def check_colour(text: str, field: str = "accent") -> str:
    """A colour like #a63446, lower case; '' for Linnet's own. Raises Invalid."""
    colour = text.strip().lower()
    if colour and not _HEX.fullmatch(colour):
        raise Invalid(field, "is not a colour like #a63446")
    return colour


def contrast(a: str, b: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@lru_cache(maxsize=64)
def stylesheet(accent: str) -> str:
    """CSS with the accent for light and dark ground: `--accent` can be read as text on ground and
    card, `--on-accent` on the accent."""
    chosen = accent or OWN
    light = _readable_on(chosen, (PAPER, CARD), darker=True)
    dark = _readable_on(chosen, (NIGHT, NIGHT_CARD), darker=False)
    day, night = _properties(light), _properties(dark)
    return (
        f":root{{{day}}}"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{night}}}}}"
        f":root[data-theme=dark]{{{night}}}"
        "@media print{:root,:root[data-theme=dark],:root:not([data-theme=light]){" + day + "}}"
    )


def _properties(accent: str) -> str:
    ink = max(("#ffffff", "#16120f"), key=lambda colour: contrast(colour, accent))
    return f"--accent:{accent};--on-accent:{ink}"


def _readable_on(colour: str, grounds: tuple[str, ...], *, darker: bool) -> str:
    lightness, chroma, hue = _to_oklch(colour)
    for _ in range(101):
        tried = _from_oklch(lightness, chroma, hue)
        if min(contrast(tried, ground) for ground in grounds) >= READABLE:
            return tried
        lightness += -0.01 if darker else 0.01
    return "#000000" if darker else "#ffffff"


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else float(((c + 0.055) / 1.055) ** 2.4)


def _gamma(c: float) -> float:
    return 12.92 * c if c <= 0.0031308 else float(1.055 * c ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    red, green, blue = _channels(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _to_oklch(colour: str) -> tuple[float, float, float]:
    # https://bottosson.github.io/posts/oklab/
    r, g, b = _channels(colour)
    lms_l = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    lms_m = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    lms_s = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * lms_l + 0.7936177850 * lms_m - 0.0040720468 * lms_s
    a = 1.9779984951 * lms_l - 2.4285922050 * lms_m + 0.4505937099 * lms_s
    b = 0.0259040371 * lms_l + 0.7827717662 * lms_m - 0.8086757660 * lms_s
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The nearest colour that a screen has: strength is taken away until it fits."""
    while chroma > 0.0005:
        channels = _oklch_channels(lightness, chroma, hue)
        if all(-0.001 <= c <= 1.001 for c in channels):
            return _hex(channels)
        chroma *= 0.94
    return _hex(_oklch_channels(lightness, 0, hue))


def _oklch_channels(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    lms_l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    lms_m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    lms_s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * lms_l - 3.3077115913 * lms_m + 0.2309699292 * lms_s,
        -1.2684380046 * lms_l + 2.6097574011 * lms_m - 0.3413193965 * lms_s,
        -0.0041960863 * lms_l - 0.7034186147 * lms_m + 1.7076147010 * lms_s,
    )


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(min(max(_gamma(c), 0.0), 1.0) * 255):02x}" for c in channels)
