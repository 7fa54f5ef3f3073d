"""How many followers are enough."""

import random
import re

import numpy as np
import pytest

from linnet.desk.statement import reach
from linnet.desk.statement.reach import Line, PostReach


def world(seed: int, n: int = 60, slope: float = 0.05, base: float = 2.0) -> list[PostReach]:
    """Posts of a firm that grows; visits scatter more the more there are."""
    dice = random.Random(seed)
    posts = []
    for at in range(n):
        followers = 50 + 5 * at + dice.randrange(10)
        expected = base + slope * followers
        posts.append(PostReach(followers, max(0, round(dice.gauss(expected, expected**0.5)))))
    return posts


def line(posts: list[PostReach]) -> Line:
    found = reach.line(posts)
    assert found is not None
    return found


def test_a_line_without_scatter_is_found():
    found = line([PostReach(n, 3 + 2 * n) for n in range(40)])
    assert (found.slope, found.visits) == (pytest.approx(2), pytest.approx(3 + 2 * 19.5))
    assert found.slope_range == (pytest.approx(2), pytest.approx(2))
    assert reach.meets(found, 23) == (pytest.approx(10), pytest.approx(10), pytest.approx(10))


def test_a_line_by_hand():
    """Followers 0, 1, 2, 7; visits 1, 0, 4, 9: HC3 as MacKinnon and White write it, in whole matrices."""
    x, y = np.array([0.0, 1, 2, 7]), np.array([1.0, 0, 4, 9])
    columns = np.column_stack([np.ones(4), x - x.mean()])
    bread = np.linalg.inv(columns.T @ columns)
    fit = bread @ columns.T @ y
    pull = np.diag(columns @ bread @ columns.T)
    loose = ((y - columns @ fit) / (1 - pull)) ** 2
    wide = bread @ (columns.T * loose) @ columns @ bread
    found = line([PostReach(int(a), int(b)) for a, b in zip(x, y, strict=True)])
    assert (found.n, found.followers) == (4, 2.5)
    assert (found.visits, found.slope) == (pytest.approx(fit[0]), pytest.approx(fit[1]))
    assert [found.of_visits, found.of_both, found.of_slope] == pytest.approx(
        [wide[0, 0], wide[0, 1], wide[1, 1]]
    )
    reaches = 4.302653 * wide[1, 1] ** 0.5  # Student's with two degrees of freedom
    assert found.slope_range == pytest.approx((fit[1] - reaches, fit[1] + reaches), abs=1e-5)


def test_the_range_of_where_it_meets_solves_fieller():
    found = Line(32, 100.0, 5.0, 0.1, 0.04, 0.0004, 0.0001)
    at, first, last = reach.meets(found, 20)
    assert at == pytest.approx(250)
    assert first < at < last
    for end in (first, last):  # there the line is just t standard errors away
        away = end - 100
        error = (0.04 + 2 * away * 0.0004 + away**2 * 0.0001) ** 0.5
        assert abs(5 + 0.1 * away - 20) == pytest.approx(found.t * error)


def test_what_is_said_of_a_line():
    steep = [PostReach(n, 3 + 2 * n) for n in range(40)]
    said = reach.enough(steep, 39, 700, 100)
    assert (said.followers, said.low, said.high) == (2, 2, 2)
    assert said.words.startswith("A post pays for its time at about 2 followers (range 2 to 2, 40 posts).")
    assert (
        "It needs 7.0 visits for that; 200.0 to 200.0 visits more a post for each 100 followers."
        in said.words
    )
    # twice as many as there ever were is not far beyond, one more is
    assert "far beyond" not in reach.enough(steep, 39, 100 * (3 + 2 * 78), 100).words
    assert "far beyond the 39 you have had" in reach.enough(steep, 39, 100 * (3 + 2 * 79), 100).words
    flat = reach.enough([PostReach(n, 5 + n % 2) for n in range(40)], 39, 700, 100)
    assert flat.words.startswith("No visible slope from 0 to 39 followers (40 posts): \N{MINUS SIGN}")
    falling = reach.enough([PostReach(n, 200 - 2 * n) for n in range(40)], 39, 700, 100)
    assert "From 0 to 39 followers (40 posts)" in falling.words
    assert "200.0 to 200.0 visits fewer a post for each 100 followers" in falling.words
    assert reach.enough(steep, 39, 700, 0.5).followers is not None


@pytest.mark.wide  # a second of drawing worlds
def test_a_linear_world_has_its_slope_in_the_range_in_95_of_100():
    found = [line(world(seed)).slope_range for seed in range(600)]
    inside = sum(low <= 0.05 <= high for low, high in found)
    assert 0.93 <= inside / len(found) <= 0.97


@pytest.mark.wide  # a second of drawing worlds
def test_where_the_line_meets_is_in_the_range_in_95_of_100():
    worlds = [line(world(seed, slope=0.1)) for seed in range(600)]
    good = [found for found in worlds if found.slope_range[0] > 0]
    inside = sum(low <= 380 <= high for _, low, high in (reach.meets(found, 40) for found in good))
    assert len(good) > 590
    assert 0.93 <= inside / len(good) <= 0.97


@pytest.mark.wide  # a second of drawing worlds
def test_a_flat_world_shows_no_slope():
    said = [reach.enough(world(seed, slope=0), 300, 500, 100) for seed in range(1000)]
    quiet = [one for one in said if one.words.startswith("No visible slope")]
    assert 930 <= len(quiet) <= 970
    assert all(one.followers is None for one in quiet)


def test_a_falling_world_is_called_so():
    said = reach.enough(world(5, slope=-0.03, base=20), 300, 500, 100)
    assert said.followers is None
    low, high = re.findall(r"not more: ([\d.]+) to ([\d.]+) visits fewer a post for each 100", said.words)[0]
    assert float(low) < 3.0 < float(high)


def test_29_posts_give_no_number():
    few = reach.enough(world(1, n=29), 100, 500, 100)
    assert (few.followers, few.n) == (None, 29)
    assert "29 of 30" in few.words
    assert reach.enough([*world(1, n=29), PostReach(190, 12)], 100, 500, 100).followers is not None


def test_followers_that_never_changed_tell_nothing():
    said = reach.enough([PostReach(7, n % 3) for n in range(40)], 7, 500, 100)
    assert said.followers is None
    assert "7 followers at every post" in said.words


@pytest.mark.parametrize(
    ("cost", "value", "missing"),
    [(None, 100, "What a post costs"), (0, 100, "What a post costs"), (500, None, "What a visit is worth"), (500, -3, "What a visit is worth")],
)  # fmt: skip
def test_without_a_cost_or_a_value_there_is_a_slope_but_no_number(cost, value, missing):
    said = reach.enough(world(3), 350, cost, value)
    assert said.followers is None
    assert missing in said.words
    assert "visits more a post" in said.words


def test_the_number_has_a_range_and_says_what_it_rests_on():
    said = reach.enough(world(3), 350, 2000, 100)  # 20 visits: 360 followers
    assert said.followers is not None
    assert said.low is not None
    assert said.high is not None
    assert said.low < said.followers < said.high
    assert said.low < 360 < said.high
    assert "You have 350" in said.words
    assert "60 posts" in said.words


def test_what_is_far_beyond_is_called_so():
    assert "far beyond" in reach.enough(world(3), 350, 20_000, 100).words
