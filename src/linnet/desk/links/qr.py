"""A QR code as an SVG picture, for leaflets and shop windows. Pure.

The squares are made by `segno` (ISO/IEC 18004); the drawing is ours: black on white with the quiet zone
of four squares that readers need, without a size of its own, so that it prints at any.
"""

from html import escape

import segno

QUIET = 4


def svg(address: str, title: str) -> str:
    """`address` as a QR code of level M (15 % may be covered or dirty), called `title` for those who do
    not see it."""
    rows = segno.make_qr(address, error="m").matrix
    size = len(rows) + 2 * QUIET
    runs = "".join(
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for x, length in _runs(bytes(row))
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges" role="img">'
        f'<title>{escape(title)}</title><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{runs}"/></svg>\n'
    )


def _runs(row: bytes) -> list[tuple[int, int]]:
    """Where dark squares begin and how many stand side by side."""
    found, at = [], 0
    while at < len(row):
        end = at
        while end < len(row) and row[end]:
            end += 1
        if end > at:
            found.append((at, end - at))
        at = end + 1
    return found
