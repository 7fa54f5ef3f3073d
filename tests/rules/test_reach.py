"""How many followers are enough."""

import random
import re

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
