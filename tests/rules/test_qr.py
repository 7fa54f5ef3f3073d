"""QR codes: the squares are where a reader looks for them, and the drawing is all that there is."""

import re

from linnet.desk.links import qr

ADDRESS = "https://bakery.example/rye?ln=Ab3xK7q"


def grid(svg):
    """The dark squares, read back out of the drawing."""
    path = re.search(r'<path d="([^"]+)"/></svg>', svg)[1]
    size = int(re.search(r'viewBox="0 0 (\d+) ', svg)[1])
    dark = set()
    for x, y, n in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", path):
        dark |= {(int(x) + i, int(y)) for i in range(int(n))}
    return size, dark


def test_the_drawing_has_the_three_corners_and_a_quiet_zone():
    size, dark = grid(qr.svg(ADDRESS, ADDRESS))
    assert (size - 8 - 17) % 4 == 0  # a version's size, and four quiet squares on each side
    assert all(4 <= x < size - 4 and 4 <= y < size - 4 for x, y in dark)
    ring = {(x, y) for x in range(7) for y in range(7) if max(abs(x - 3), abs(y - 3)) in {0, 1, 3}}
    for left, top in ((4, 4), (size - 11, 4), (4, size - 11)):
        assert {(x - left, y - top) for x, y in dark if 0 <= x - left < 7 and 0 <= y - top < 7} == ring
    timing = [(x, 10) in dark for x in range(12, size - 12)]
    assert timing == [x % 2 == 0 for x in range(12, size - 12)]


def test_another_address_is_another_picture_and_words_are_words():
    assert grid(qr.svg(ADDRESS, "")) != grid(qr.svg(ADDRESS + "x", ""))
    assert "<title>a &lt;b&gt; &amp; c</title>" in qr.svg(ADDRESS, "a <b> & c")
