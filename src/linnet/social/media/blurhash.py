"""Blurhash: a picture as some thirty letters, to show a blur of it before it has loaded.

https://github.com/woltapp/blurhash/blob/master/Algorithm.md. The first few waves of a cosine
transform in linear light, quantised, in base 83. Pure Python: for pictures of some 32 x 32 pixels,
where it takes a few ms.
"""

import math
from collections.abc import Sequence

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"

Colour = tuple[float, float, float]  # linear light, 0 to 1


def encode(pixels: bytes, width: int, height: int, across: int = 4, down: int = 3) -> str:
    """The blurhash of RGB `pixels` (3 bytes each, row by row) with so many waves each way (1 to 9)."""
    light = [_LINEAR[value] for value in pixels]
    waves = [
        _wave(light, width, height, _cosines(i, width), _cosines(j, height), 1.0 if i == j == 0 else 2.0)
        for j in range(down)
        for i in range(across)
    ]
    mean, rest = waves[0], waves[1:]
    largest = max((abs(value) for colour in rest for value in colour), default=0.0)
    step = max(0, min(82, math.floor(largest * 166 - 0.5))) if rest else 0
    scale = (step + 1) / 166 if rest else 1.0
    hash = _base83((across - 1) + (down - 1) * 9, 1) + _base83(step, 1)
    hash += _base83((_srgb(mean[0]) << 16) + (_srgb(mean[1]) << 8) + _srgb(mean[2]), 4)
    return hash + "".join(_base83(_quantised(colour, scale), 2) for colour in rest)


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


_LINEAR = tuple(_linear(value) for value in range(256))


def _cosines(wave: int, length: int) -> list[float]:
    return [math.cos(math.pi * wave * at / length) for at in range(length)]


def _wave(
    light: Sequence[float], width: int, height: int, across: list[float], down: list[float], factor: float
) -> Colour:
    """How much of one wave is in the picture, for each colour."""
    sums = [0.0, 0.0, 0.0]
    for y in range(height):
        start = y * width * 3
        for channel in range(3):
            row = light[start + channel : start + width * 3 : 3]
            sums[channel] += down[y] * sum(a * b for a, b in zip(row, across, strict=True))
    scale = factor / (width * height)
    return sums[0] * scale, sums[1] * scale, sums[2] * scale


def _srgb(value: float) -> int:
    part = max(0.0, min(1.0, value))
    return int((part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055) * 255 + 0.5)


def _quantised(colour: Colour, scale: float) -> int:
    red, green, blue = (_nineteenth(value / scale) for value in colour)
    return red * 19 * 19 + green * 19 + blue


def _nineteenth(value: float) -> int:
    root = math.copysign(math.sqrt(abs(value)), value)
    return max(0, min(18, math.floor(root * 9 + 9.5)))


def _base83(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**at % 83] for at in reversed(range(length)))
