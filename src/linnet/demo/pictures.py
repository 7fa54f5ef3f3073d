"""The pictures of the play, drawn: nobody's photographs, and nobody in them."""

from random import Random

from linnet.demo.drawing import TALL, WIDE, WOOD, Draw, box, ground, made, round_loaf, words
from linnet.demo.scenes import SCENES, SIGNS

ALT = {
    "shop": "Drawing: a small shop window at dawn with the light on, loaves on the shelf inside, the street still blue.",
    "loaf": "Drawing: a round, dark rye loaf dusted with flour, with a cross cut into it, on a wooden board.",
    "rolls": "Drawing: a tray with rows of golden rolls, close together.",
    "butter": "Drawing: a block of butter on a blue plate, a knife beside it.",
    "calf": "Drawing: a brown calf on a green hill, with a white spot on its side.",
    "crumble": "Drawing: a square of yeast cake with dark crumble on top and a small cup of espresso.",
    "class": "Drawing: a long table with many small, uneven rolls, and flour everywhere.",
    "buttermilk": "Drawing: a pale oblong loaf with three cuts, salt flakes on the crust, on a cloth.",
    "walnut": "Drawing: a sliced brown loaf that shows pieces of walnut and pear in its crumb.",
    "cake": "Drawing: a round cake with pink icing and a row of candles.",
    "jars": "Drawing: jars with sourdough on a shelf, each filled to another height, each with a paper label.",
    "bike": "Drawing: a cargo bike with a wooden box in front, full of long loaves.",
    "books": "Drawing: a stack of books with coloured backs beside a lamp.",
    "voucher": "Drawing: a voucher printed on brown paper, tied with a red string.",
    "market": "Drawing: market stalls with striped roofs in the evening, lamps on a line above them.",
}


def post(name: str, chance: Random) -> bytes:
    """A picture for a post, as PNG; drawn a little differently each time."""
    return made(WIDE, TALL, lambda draw: SCENES[name](draw, chance))


def header(chance: Random) -> bytes:
    """The wide picture on top of the bakery's profile."""

    def scene(draw: Draw) -> None:
        ground(draw, (238, 214, 182), (222, 184, 140), WOOD, 0.8, 1500, 500)
        for place in range(9):
            round_loaf(draw, 110 + place * 165, 362 - (place % 2) * 20, 84, chance)

    return made(1500, 500, scene)


def face(ground: str, ink: str, sign: str) -> bytes:
    """The picture of an account: a sign on its colour."""

    def scene(draw: Draw) -> None:
        box(draw, 0, 0, 400, 400, ground)
        drawn = SIGNS.get(sign)
        if drawn:
            drawn(draw, ink, ground)
        else:
            words(draw, 200, 205, sign.upper(), 230, ink)

    return made(400, 400, scene)
