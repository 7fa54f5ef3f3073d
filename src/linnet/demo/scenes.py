"""What stands in the pictures of the play, and the signs of its accounts."""

import math
from collections.abc import Callable
from random import Random

from linnet.demo.drawing import (
    CRUMB,
    CRUST,
    DARK,
    FLOUR,
    TALL,
    WIDE,
    WOOD,
    Draw,
    box,
    flour,
    ground,
    mixed,
    oval,
    ring,
    roll,
    round_loaf,
    shape,
    stroke,
    wheel,
    words,
)


def _shop(draw: Draw, chance: Random) -> None:
    for step in range(40):
        box(draw, 0, 20 * step, WIDE, 21, mixed((46, 64, 104), (206, 156, 138), step / 39))
    box(draw, 130, 120, 940, 600, (92, 66, 58))
    box(draw, 130, 120, 940, 84, (60, 40, 34))
    words(draw, 600, 162, "CORNER BAKERY", 46, (246, 216, 160))
    box(draw, 190, 250, 560, 380, (255, 214, 132))
    box(draw, 190, 250, 560, 120, (255, 228, 164))
    for shelf in (400, 560):
        box(draw, 190, shelf + 48, 560, 14, DARK)
        for place in range(5):
            round_loaf(draw, 250 + place * 110, shelf + 12, 46, chance)
    box(draw, 820, 260, 190, 460, (70, 48, 40))
    box(draw, 846, 290, 138, 200, (255, 214, 132))
    oval(draw, 986, 560, 9, 9, (240, 210, 150))
    for stripe in range(10):
        box(draw, 180 + stripe * 58, 204, 58, 44, (178, 68, 48) if stripe % 2 else FLOUR)
    box(draw, 0, 716, WIDE, 84, (58, 56, 72))


def _loaf(draw: Draw, chance: Random) -> None:
    ground(draw, (236, 224, 206), (214, 192, 164), (128, 84, 52), 0.62)
    box(draw, 170, 560, 860, 90, mixed(WOOD, FLOUR, 0.25), 24)
    box(draw, 170, 626, 860, 26, mixed(WOOD, DARK, 0.5), 12)
    round_loaf(draw, 600, 410, 330, chance)
    flour(draw, chance, 600, 700, 520, 60, 240)


def _rolls(draw: Draw, chance: Random) -> None:
    box(draw, 0, 0, WIDE, TALL, (68, 62, 60))
    box(draw, 60, 50, 1080, 700, (150, 146, 142), 30)
    box(draw, 84, 74, 1032, 652, (92, 88, 86), 20)
    for row in range(4):
        for place in range(6):
            x = 175 + place * 170 + chance.uniform(-6, 6)
            roll(draw, x, 160 + row * 160 + chance.uniform(-5, 5), 84, chance.uniform(0.05, 0.5))


def _butter(draw: Draw, chance: Random) -> None:
    ground(draw, (226, 236, 236), (196, 214, 216), (206, 190, 168), 0.55)
    oval(draw, 590, 570, 420, 130, (52, 92, 130))
    oval(draw, 590, 556, 400, 116, (96, 142, 180))
    shape(draw, [(360, 540), (800, 560), (800, 400), (360, 370)], (250, 220, 120))
    shape(draw, [(360, 370), (800, 400), (890, 340), (450, 318)], (255, 236, 160))
    shape(draw, [(800, 560), (890, 490), (890, 340), (800, 400)], (230, 192, 92))
    stroke(draw, [(880, 640), (1090, 560)], (170, 176, 182), 30)
    stroke(draw, [(1080, 564), (1180, 524)], DARK, 36)
    flour(draw, chance, 200, 690, 160, 30, 30)


def _calf(draw: Draw, chance: Random) -> None:
    for step in range(40):
        box(draw, 0, 20 * step, WIDE, 21, mixed((150, 200, 232), (236, 244, 238), step / 39))
    oval(draw, 240, 780, 620, 260, (126, 170, 86))
    oval(draw, 940, 800, 700, 280, (96, 146, 66))
    for _ in range(40):
        x, y = chance.uniform(0, WIDE), chance.uniform(650, 790)
        stroke(draw, [(x, y), (x + 6, y - 22)], (70, 120, 50), 3)
    for leg in (470, 530, 720, 778):
        box(draw, leg, 520, 34, 140, (112, 66, 38), 10)
        box(draw, leg, 640, 34, 24, (48, 34, 28), 6)
    oval(draw, 630, 470, 200, 112, (142, 86, 50))
    for turn, size in ((0.0, 46), (2.1, 40), (4.2, 42)):
        ring(draw, 640 + math.cos(turn) * 34, 470 + math.sin(turn) * 24, size, (250, 244, 232), 15)
    oval(draw, 850, 370, 84, 74, (142, 86, 50))
    oval(draw, 906, 396, 50, 42, (226, 188, 156))
    oval(draw, 776, 322, 44, 20, (112, 66, 38))
    oval(draw, 868, 350, 9, 11, (30, 22, 20))
    oval(draw, 924, 392, 6, 8, (90, 54, 44))
    stroke(draw, [(436, 440), (396, 520), (404, 590)], (112, 66, 38), 12)


def _crumble(draw: Draw, chance: Random) -> None:
    ground(draw, (232, 222, 214), (206, 190, 178), (92, 72, 62), 0.5)
    oval(draw, 470, 610, 360, 90, (240, 236, 230))
    box(draw, 270, 430, 400, 160, (236, 198, 130), 14)
    box(draw, 270, 420, 400, 60, (120, 78, 48), 20)
    for _ in range(110):
        size = chance.uniform(10, 24)
        place = 280 + chance.random() * 380, 400 + chance.random() * 70
        oval(draw, *place, size, size * 0.8, mixed((74, 44, 28), (170, 116, 70), chance.random()))
    oval(draw, 920, 640, 170, 44, (236, 232, 226))
    box(draw, 830, 470, 180, 160, (250, 248, 244), 40)
    oval(draw, 920, 480, 90, 26, (224, 220, 214))
    oval(draw, 920, 482, 76, 20, (60, 36, 24))
    ring(draw, 1020, 545, 42, (250, 248, 244), 16)


def _class(draw: Draw, chance: Random) -> None:
    ground(draw, (220, 232, 240), (198, 214, 226), (208, 176, 136), 0.3)
    for row in range(3):
        for place in range(9):
            x = 110 + place * 124 + chance.uniform(-24, 24)
            roll(
                draw,
                x,
                350 + row * 150 + chance.uniform(-22, 22),
                chance.uniform(34, 62),
                chance.uniform(0, 0.7),
            )
    flour(draw, chance, 600, 520, 600, 260, 900)
    for place in range(6):
        x = 130 + place * 190
        box(draw, x, 150, 90, 90, [(214, 92, 78), (92, 142, 180), (236, 184, 86)][place % 3], 18)
        box(draw, x + 22, 120, 46, 36, [(214, 92, 78), (92, 142, 180), (236, 184, 86)][place % 3], 8)


def _buttermilk(draw: Draw, chance: Random) -> None:
    ground(draw, (240, 232, 220), (224, 206, 184), (188, 152, 112), 0.56)
    shape(draw, [(120, 760), (260, 470), (1000, 450), (1110, 740)], (236, 240, 240))
    for stripe in range(5):
        stroke(draw, [(230 + stripe * 170, 760), (330 + stripe * 150, 460)], (120, 156, 186), 7)
    oval(draw, 610, 560, 400, 60, (150, 120, 92))
    oval(draw, 600, 450, 390, 150, mixed(CRUST, DARK, 0.2))
    oval(draw, 600, 436, 382, 140, (218, 164, 98))
    oval(draw, 560, 400, 280, 80, (236, 192, 130))
    for cut in (-190, 0, 190):
        stroke(draw, [(550 + cut, 350), (640 + cut, 500)], CRUMB, 26)
    for _ in range(120):
        x, y = 600 + chance.uniform(-330, 330), 410 + chance.uniform(-80, 60)
        box(draw, x, y, chance.uniform(3, 8), chance.uniform(3, 7), (255, 255, 255), 1)


def _walnut(draw: Draw, chance: Random) -> None:
    ground(draw, (232, 220, 204), (208, 184, 156), (118, 80, 52), 0.6)
    box(draw, 130, 600, 940, 70, mixed(WOOD, FLOUR, 0.2), 20)
    oval(draw, 470, 440, 330, 200, DARK)
    oval(draw, 470, 426, 322, 190, CRUST)
    flour(draw, chance, 470, 390, 220, 90, 160)
    for slice_at in (760, 880):
        oval(draw, slice_at, 470, 150, 176, DARK)
        oval(draw, slice_at, 470, 136, 162, (214, 172, 122))
        for _ in range(34):
            angle, far = chance.uniform(0, math.tau), math.sqrt(chance.random()) * 0.86
            x, y = slice_at + math.cos(angle) * far * 130, 470 + math.sin(angle) * far * 152
            oval(
                draw,
                x,
                y,
                *chance.choice(((13, 9), (10, 12), (5, 5))),
                chance.choice(((104, 62, 34), (240, 222, 160))),
            )


def _cake(draw: Draw, chance: Random) -> None:
    ground(draw, (244, 226, 226), (226, 200, 204), (150, 104, 96), 0.66)
    oval(draw, 600, 650, 400, 70, (232, 232, 236))
    box(draw, 280, 400, 640, 240, (252, 248, 240))
    oval(draw, 600, 640, 320, 62, (252, 248, 240))
    oval(draw, 600, 400, 320, 70, (255, 253, 248))
    for drop in range(11):
        box(draw, 290 + drop * 57, 400, 40, 50 + chance.uniform(0, 46), (222, 120, 130), 18)
    oval(draw, 600, 392, 312, 62, (236, 148, 156))
    for candle in range(7):
        x = 400 + candle * 66
        box(draw, x, 258, 14, 128, [(120, 164, 196), (244, 200, 96), (150, 190, 130)][candle % 3], 5)
        oval(draw, x + 7, 236, 10, 20, (255, 196, 72))
        oval(draw, x + 7, 240, 5, 11, (255, 240, 190))


def _jars(draw: Draw, chance: Random) -> None:
    ground(draw, (214, 224, 214), (190, 204, 190), (112, 78, 54), 0.78)
    for place in range(5):
        x, full = 110 + place * 205, chance.uniform(120, 270)
        box(draw, x, 250, 160, 370, (232, 240, 238), 26)
        box(draw, x + 10, 610 - full, 140, full, (238, 220, 184), 16)
        for _ in range(26):
            size = chance.uniform(3, 11)
            bubble = x + chance.uniform(24, 136), 600 - chance.random() * (full - 24)
            oval(draw, *bubble, size, size, (222, 198, 156))
        box(draw, x - 6, 222, 172, 42, (196, 132, 84), 12)
        box(draw, x + 26, 440, 108, 64, (250, 246, 236), 6)
        stroke(draw, [(x + 40, 464), (x + 40 + chance.uniform(50, 80), 464)], (110, 100, 92), 4)
        stroke(draw, [(x + 40, 482), (x + 40 + chance.uniform(30, 70), 482)], (110, 100, 92), 4)


def _bike(draw: Draw, chance: Random) -> None:
    ground(draw, (206, 224, 234), (232, 232, 220), (164, 160, 152), 0.74)
    wheel(draw, 880, 560, 130)
    wheel(draw, 240, 590, 100)
    frame = (176, 58, 46)
    stroke(draw, [(880, 560), (720, 560), (640, 400), (840, 390), (880, 560)], frame, 14)
    stroke(draw, [(720, 560), (840, 390)], frame, 14)
    stroke(draw, [(640, 400), (560, 620), (240, 590)], frame, 14)
    stroke(draw, [(850, 390), (858, 330)], (60, 60, 64), 10)
    box(draw, 810, 312, 110, 24, (60, 44, 36), 10)
    stroke(draw, [(640, 400), (622, 320), (700, 300)], (60, 60, 64), 10)
    for place in range(6):
        x = 250 + place * 48 + chance.uniform(-6, 6)
        stroke(draw, [(x, 440), (x + chance.uniform(-30, 30), 270)], (206, 146, 80), 40)
    box(draw, 200, 420, 340, 150, WOOD, 8)
    for plank in range(1, 4):
        stroke(draw, [(200, 420 + plank * 38), (540, 420 + plank * 38)], mixed(WOOD, DARK, 0.5), 3)


def _books(draw: Draw, chance: Random) -> None:
    ground(draw, (54, 60, 84), (84, 78, 92), (120, 82, 58), 0.76)
    for glow in range(14):
        oval(
            draw, 880, 330, 330 - glow * 22, 300 - glow * 20, mixed((84, 78, 92), (255, 224, 150), glow / 14)
        )
    for place in range(7):
        wide = chance.uniform(380, 520)
        colour = [(178, 68, 48), (230, 190, 110), (64, 110, 120), (240, 230, 210), (110, 64, 96)][place % 5]
        x, y = 150 + chance.uniform(-20, 30), 560 - place * 62
        box(draw, x, y, wide, 54, colour, 6)
        box(draw, x + 40, y, 14, 54, mixed(colour, (255, 240, 210), 0.5))
    box(draw, 868, 330, 24, 270, (70, 54, 44))
    oval(draw, 880, 610, 110, 24, (70, 54, 44))
    shape(draw, [(780, 360), (980, 360), (930, 200), (830, 200)], (255, 236, 180))


def _voucher(draw: Draw, chance: Random) -> None:
    ground(draw, (216, 206, 196), (198, 184, 170), (150, 110, 76), 0.2)
    box(draw, 190, 190, 820, 430, (120, 88, 60), 10)
    box(draw, 178, 176, 820, 430, (206, 168, 122), 10)
    for _ in range(300):
        x, y = 185 + chance.random() * 800, 182 + chance.random() * 415
        stroke(draw, [(x, y), (x + chance.uniform(4, 16), y)], (194, 154, 108), 1.5)
    words(draw, 500, 300, "VOUCHER", 84, DARK)
    words(draw, 500, 410, "for bread, and what goes with it", 32, DARK)
    words(draw, 500, 500, "Corner Bakery, Mill Lane 4", 30, (130, 86, 52))
    stroke(draw, [(840, 170), (840, 612)], (178, 50, 44), 12)
    for side in (-1, 1):
        ring(draw, 840 + side * 46, 330, 44, (178, 50, 44), 11)
    oval(draw, 840, 330, 18, 18, (150, 38, 34))


def _market(draw: Draw, chance: Random) -> None:
    for step in range(40):
        box(draw, 0, 20 * step, WIDE, 21, mixed((28, 34, 66), (148, 88, 96), step / 39))
    stroke(draw, [(0, 120), (300, 190), (600, 150), (900, 196), (1200, 130)], (30, 26, 34), 4)
    for lamp in range(16):
        x = 40 + lamp * 75
        y = 150 + 34 * math.sin(lamp * 0.9)
        for glow in range(5):
            oval(draw, x, y, 26 - glow * 5, 26 - glow * 5, mixed((120, 86, 84), (255, 226, 150), glow / 4))
    for stall in range(3):
        x = 60 + stall * 380
        box(draw, x + 20, 380, 300, 250, (96, 62, 50))
        box(draw, x + 20, 380, 300, 150, (250, 206, 130))
        for stripe in range(8):
            fill = [(178, 68, 48), (56, 106, 110), (206, 150, 62)][stall] if stripe % 2 else FLOUR
            shape(
                draw,
                [
                    (x + 30 + stripe * 35, 290),
                    (x + 65 + stripe * 35, 290),
                    (x + stripe * 42 + 42, 390),
                    (x + stripe * 42, 390),
                ],
                fill,
            )
        for place in range(5):
            roll(draw, x + 66 + place * 52, 516, 28, chance.random() * 0.6)
    box(draw, 0, 630, WIDE, 170, (52, 46, 62))


# signs


def _sign_loaf(draw: Draw, ink: str, ground: str) -> None:
    oval(draw, 200, 215, 130, 92, ink)
    for cut in (-60, 0, 60):
        stroke(draw, [(180 + cut, 165), (220 + cut, 255)], ground, 14)


def _sign_wheel(draw: Draw, ink: str, ground: str) -> None:
    ring(draw, 200, 200, 120, ink, 22)
    for turn in range(6):
        angle = math.tau * turn / 6
        stroke(draw, [(200, 200), (200 + math.cos(angle) * 112, 200 + math.sin(angle) * 112)], ink, 14)
    oval(draw, 200, 200, 30, 30, ground)


def _sign_hills(draw: Draw, ink: str, ground: str) -> None:
    oval(draw, 110, 330, 130, 140, ink)
    oval(draw, 300, 340, 150, 150, ink)
    oval(draw, 205, 330, 90, 130, ground)
    oval(draw, 205, 342, 80, 120, ink)
    oval(draw, 285, 120, 40, 40, ink)


def _sign_cup(draw: Draw, ink: str, _ground: str) -> None:
    box(draw, 110, 180, 150, 130, ink, 40)
    ring(draw, 268, 230, 42, ink, 16)
    for steam in (140, 185, 230):
        stroke(draw, [(steam, 160), (steam + 12, 130), (steam, 100)], ink, 10)


def _sign_book(draw: Draw, ink: str, ground: str) -> None:
    shape(draw, [(80, 130), (195, 150), (195, 300), (80, 280)], ink)
    shape(draw, [(320, 130), (205, 150), (205, 300), (320, 280)], ink)
    for line in (180, 210, 240):
        stroke(draw, [(105, line - 12), (172, line)], ground, 8)
        stroke(draw, [(295, line - 12), (228, line)], ground, 8)


def _sign_bike(draw: Draw, ink: str, _ground: str) -> None:
    ring(draw, 115, 250, 66, ink, 14)
    ring(draw, 285, 250, 66, ink, 14)
    stroke(draw, [(115, 250), (165, 160), (260, 160), (200, 250), (115, 250)], ink, 13)
    stroke(draw, [(200, 250), (165, 160)], ink, 13)
    stroke(draw, [(285, 250), (255, 130), (290, 122)], ink, 13)


def _sign_leaf(draw: Draw, ink: str, ground: str) -> None:
    shape(draw, [(200, 70), (290, 160), (300, 240), (200, 310), (100, 240), (110, 160)], ink)
    stroke(draw, [(200, 110), (200, 350)], ground, 12)
    for side in (-1, 1):
        stroke(draw, [(200, 240), (200 + side * 62, 190)], ground, 10)


def _sign_tent(draw: Draw, ink: str, ground: str) -> None:
    shape(draw, [(200, 80), (330, 190), (70, 190)], ink)
    for stripe in (120, 200, 280):
        box(draw, stripe - 22, 190, 44, 40, ink, 20)
    box(draw, 84, 220, 16, 110, ink)
    box(draw, 300, 220, 16, 110, ink)
    stroke(draw, [(200, 100), (200, 190)], ground, 10)


SCENES: dict[str, Callable[[Draw, Random], None]] = {
    "shop": _shop,
    "loaf": _loaf,
    "rolls": _rolls,
    "butter": _butter,
    "calf": _calf,
    "crumble": _crumble,
    "class": _class,
    "buttermilk": _buttermilk,
    "walnut": _walnut,
    "cake": _cake,
    "jars": _jars,
    "bike": _bike,
    "books": _books,
    "voucher": _voucher,
    "market": _market,
}
SIGNS: dict[str, Callable[[Draw, str, str], None]] = {
    "loaf": _sign_loaf,
    "wheel": _sign_wheel,
    "hills": _sign_hills,
    "cup": _sign_cup,
    "book": _sign_book,
    "bike": _sign_bike,
    "leaf": _sign_leaf,
    "tent": _sign_tent,
}
