"""What the picture program makes of good, odd, broken and hostile files; words about pictures."""

import math
import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from linnet.kernel.errors import Invalid
from linnet.social.media import blurhash, decode, rules
from linnet.social.media.decode import Refused, draw
from linnet.social.media.rules import Media
from tests.pictures import GPS, ORIENTATION, encoded, moving, opened, picture, with_place

SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def near(colour, wanted, by=24):
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))


@pytest.mark.parametrize(
    ("came", "goes"),
    [("JPEG", "JPEG"), ("PNG", "PNG"), ("WEBP", "WEBP"), ("GIF", "PNG"), ("AVIF", "JPEG")],
)
def test_a_picture_is_drawn_anew(came, goes):
    drawn = draw(picture(came, (64, 48)), "post")
    image = opened(drawn.picture)
    assert (image.format, image.size) == (goes, (64, 48))
    assert drawn.facts["mime"] == decode.MIMES[goes]
    assert (drawn.facts["width"], drawn.facts["height"]) == (64, 48)
    assert (drawn.facts["bytes"], drawn.facts["thumb_bytes"]) == (len(drawn.picture), len(drawn.thumb))
    assert near(image.convert("RGB").getpixel((5, 20)), (255, 0, 0))
    assert near(image.convert("RGB").getpixel((60, 20)), (0, 0, 255))
    assert opened(drawn.thumb).format == "WEBP"
    assert len(drawn.facts["blurhash"]) == 36


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_camera_is_turned_and_forgotten(orientation):
    data = with_place(orientation=orientation)
    assert dict(opened(data).getexif().get_ifd(GPS))
    drawn = draw(data, "post")
    image = opened(drawn.picture)
    assert image.size == ((40, 30) if orientation < 5 else (30, 40))
    reds = {1: (2, 2), 2: (38, 2), 3: (38, 28), 4: (2, 28), 5: (2, 2), 6: (28, 2), 7: (28, 38), 8: (2, 38)}
    assert near(image.getpixel(reds[orientation]), (255, 0, 0), 40)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_c15_nothing_of_the_place_is_left(kind):
    data = with_place(kind)
    assert b"Spy Camera" in data
    drawn = draw(data, "post")
    for made in (drawn.picture, drawn.thumb):
        assert not dict(opened(made).getexif())
        assert b"Spy" not in made
        assert b"Exif" not in made


def test_comments_texts_profiles_and_tails_are_left_behind():
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "secret name")
    words.add_itxt("XML:com.adobe.xmp", "<x:xmpmeta>secret</x:xmpmeta>")
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    tail = b"<html><script>secret()</script>PK\x03\x04secret"
    for data in (
        picture("PNG", pnginfo=words, icc_profile=profile) + tail,
        picture("JPEG", comment=b"secret", icc_profile=profile, xmp=b"secret") + tail,
        picture("GIF", comment=b"secret") + tail,
        picture("WEBP", xmp=b"secret", icc_profile=profile),
        moving("GIF", comment=b"secret") + tail,
    ):
        assert b"secret" in data
        drawn = draw(data, "post")
        for made in (drawn.picture, drawn.thumb):
            assert b"secret" not in made
            assert b"script" not in made
            assert "icc_profile" not in opened(made).info


@pytest.mark.filterwarnings("ignore")  # Pillow's warnings; the program has nobody to read them
def test_orientation_that_is_broken_is_no_reason_to_refuse():
    exif = Image.Exif()
    exif[ORIENTATION] = 99
    assert opened(draw(picture("JPEG", exif=exif), "post").picture).size == (40, 30)
    rubbish = picture("JPEG", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff")
    assert opened(draw(rubbish, "post").picture).size == (40, 30)


def test_print_colours_become_screen_colours():
    drawn = draw(encoded(Image.new("CMYK", (20, 20), (0, 255, 255, 0)), "JPEG"), "post")
    image = opened(drawn.picture)
    assert image.mode == "RGB"
    assert near(image.getpixel((10, 10)), (255, 0, 0), 40)


def test_wide_colours_are_brought_to_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()  # no profile of an RGB picture
    assert near(opened(draw(picture("PNG", icc_profile=lab), "post").picture).getpixel((2, 2)), (255, 0, 0))
    assert near(
        opened(draw(picture("PNG", icc_profile=b"rubbish"), "post").picture).getpixel((2, 2)), (255, 0, 0)
    )


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped():
    grey = Image.new("I;16", (10, 10), 32896)
    image = opened(draw(encoded(grey, "PNG"), "post").picture)
    assert near(image.convert("RGB").getpixel((5, 5)), (128, 128, 128), 2)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA"])
def test_every_mode_of_png(mode):
    kind = "PNG" if mode != "PA" else "GIF"
    image = opened(draw(picture(kind, mode=mode if mode != "PA" else "P"), "post").picture)
    assert image.size == (40, 30)


def test_transparency_stays():
    clear = Image.new("RGBA", (40, 30), (255, 0, 0, 255))
    clear.paste((0, 0, 0, 0), (0, 0, 20, 30))
    colours = clear.convert("P")
    colours.info["transparency"] = colours.getpixel((1, 1))
    for data, use in (
        (encoded(clear, "PNG"), "post"),
        (encoded(clear, "WEBP", lossless=True), "post"),
        (encoded(clear, "AVIF"), "post"),
        (encoded(clear, "GIF"), "post"),
        (encoded(colours, "PNG"), "post"),
        (encoded(clear, "PNG"), "logo"),
        (encoded(clear, "WEBP"), "avatar"),
    ):
        drawn = draw(data, use)
        for made in (drawn.picture, drawn.thumb):
            image = opened(made).convert("RGBA")
            assert image.getpixel((1, image.height // 2))[3] < 40
            assert image.getpixel((image.width - 2, image.height // 2))[3] > 215


def test_a_large_picture_is_made_smaller_and_a_small_one_stays():
    drawn = draw(encoded(Image.new("RGB", (5000, 2500), "red"), "JPEG"), "post")
    width, height = drawn.facts["width"], drawn.facts["height"]
    assert width * height <= decode.KEPT_PIXELS < width * height * 1.05
    assert abs(width / height - 2) < 0.01
    assert opened(drawn.picture).size == (width, height)
    assert drawn.facts["thumb_width"] * drawn.facts["thumb_height"] <= decode.THUMB_PIXELS
    small = draw(picture("PNG", (1, 1)), "post").facts
    assert (small["width"], small["height"], small["thumb_width"], small["thumb_height"]) == (1, 1, 1, 1)
    thin = draw(encoded(Image.new("L", (16_000, 1)), "PNG"), "post").facts
    assert (thin["width"], thin["height"], thin["thumb_height"]) == (16_000, 1, 1)


@pytest.mark.parametrize(
    ("use", "size", "made"),
    [
        ("avatar", (900, 600), (400, 400)),
        ("avatar", (100, 300), (100, 100)),
        ("header", (3000, 2000), (1500, 500)),
        ("header", (600, 900), (600, 200)),
        ("logo", (1600, 400), (800, 200)),
        ("logo", (30, 20), (30, 20)),
    ],
)
def test_faces_headers_and_logos_have_their_shape(use, size, made):
    drawn = draw(picture("PNG", size), use)
    assert opened(drawn.picture).size == made
    assert (drawn.facts["width"], drawn.facts["height"]) == made


def test_a_large_png_is_a_photograph(monkeypatch):
    monkeypatch.setattr(decode, "LARGE_PNG", 100)
    assert draw(picture("PNG"), "post").facts["mime"] == "image/jpeg"
    assert draw(picture("PNG", mode="RGBA"), "post").facts["mime"] == "image/jpeg"  # nothing shines through
    clear = encoded(Image.new("RGBA", (300, 200), (9, 9, 9, 100)), "PNG")
    assert draw(clear, "post").facts["mime"] == "image/webp"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_stays_one_in_a_post_and_stops_elsewhere(kind):
    data = moving(kind)
    drawn = draw(data, "post")
    before, after = opened(data), opened(drawn.picture)
    assert (after.format, after.n_frames, after.size) == (kind, 5, (32, 24))
    for at in range(5):
        before.seek(at)
        after.seek(at)
        after.load()
        assert after.info["duration"] == 70
        assert near(after.convert("RGB").getpixel((9, 9)), before.convert("RGB").getpixel((9, 9)))
    assert after.info["loop"] == 0
    assert getattr(opened(draw(data, "avatar").picture), "n_frames", 1) == 1


def test_a_gif_that_plays_once_plays_once():
    images = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    once = encoded(images[0], "GIF", save_all=True, append_images=images[1:], duration=70)
    assert "loop" not in opened(draw(once, "post").picture).info


def test_a_wide_animation_is_made_smaller():
    facts = draw(moving("GIF", 2, (1600, 900)), "post").facts
    assert facts["width"] * facts["height"] <= decode.ANIMATED_PIXELS
    assert facts["mime"] == "image/gif"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_c10_endless_animations(kind, monkeypatch):
    with pytest.raises(Refused, match="animation"):
        draw(moving(kind, 201, (2, 2)), "post")
    monkeypatch.setattr(decode, "MOVING_PIXELS", 32 * 24 * 4)
    with pytest.raises(Refused, match="animation"):
        draw(moving(kind), "post")


def png(width, height, body=b""):
    """A PNG of 1 bit whose header promises so much."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(body))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "bomb",
    [
        png(13_000, 13_000),
        png(50_000, 50_000),
        png(2**31 - 1, 2**31 - 1),
        png(20_000, 1),
        png(5_761, 5_760),
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02D\x01\x00;",
    ],
)
def test_c10_bombs_are_refused_by_their_header(bomb):
    with pytest.raises(Refused, match=r"pixels|memory"):
        draw(bomb, "post")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_what_is_cut_off_is_refused(kind):
    whole = encoded(Image.effect_noise((80, 60), 90).convert("RGB"), kind)
    for part in (0.05, 0.3, 0.6, 0.9):
        with pytest.raises(Refused):
            draw(whole[: int(len(whole) * part)], "post")


@pytest.mark.parametrize(
    "data",
    [
        SVG,
        b"\xef\xbb\xbf" + SVG,
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 'url(https://x/)'\npop graphic-context",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic",
        b"%PDF-1.7",
        b"BM" + b"\x00" * 60,
        b"II*\x00" + b"\x00" * 60,
        b"\x00\x00\x01\x00" + b"\x00" * 60,
        b'{"@context": "https://www.w3.org/ns/activitystreams"}',
        b"",
        b" " + picture("PNG"),
    ],
)
def test_c09_what_is_no_picture_of_ours_is_refused(data):
    with pytest.raises(Refused, match="is not a JPEG, PNG, GIF, WebP or AVIF"):
        draw(data, "post")


HEADS = [
    b"",
    b"\xff\xd8\xff",
    b"\x89PNG\r\n\x1a\n",
    b"GIF89a",
    b"RIFF\x00\x01\x00\x00WEBPVP8X",
    b"\x00\x00\x00\x1cftypavif",
]


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(HEADS), st.binary(max_size=600))
@settings(max_examples=250, deadline=None)
def test_whatever_bytes_come_they_are_drawn_or_refused(head, body):
    try:
        drawn = draw(head + body, "post")
    except Refused:
        return
    assert opened(drawn.picture).size == (drawn.facts["width"], drawn.facts["height"])


GOOD = [moving("GIF"), moving("WEBP"), *(with_place(kind) for kind in ("JPEG", "PNG", "WEBP", "AVIF"))]


@pytest.mark.filterwarnings("ignore")
@given(st.sampled_from(GOOD), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))
@settings(max_examples=250, deadline=None)
def test_damaged_pictures_are_drawn_or_refused(good, damage):
    data = bytearray(good)
    for at, byte in damage:
        data[at % len(data)] = byte
    try:
        drawn = draw(bytes(data), "post")
    except Refused:
        return
    assert opened(drawn.picture).size == (drawn.facts["width"], drawn.facts["height"])
    assert b"Spy" not in drawn.picture


def test_the_program_is_alone_with_the_picture():
    """Linnet itself is not loaded into the process that reads a stranger's file."""
    code = "import sys, linnet.social.media.decode; print(*sorted(m for m in sys.modules if 'linnet' in m))"
    loaded = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.split() == [
        "linnet",
        "linnet.social",
        "linnet.social.media",
        "linnet.social.media.blurhash",
        "linnet.social.media.decode",
        "linnet.social.media.kinds",
    ]


def test_blurhash_is_the_one_others_read():
    halves = opened(picture("PNG", (32, 24))).tobytes()
    odd = bytes([255, 255, 255, 0, 0, 0, 10, 200, 30, 255, 0, 128, 1, 2, 3, 77, 77, 77])
    # what the reference code in C makes of the same pixels
    assert blurhash.encode(halves, 32, 24, 4, 3) == "L~LjfL|TsRJrsXn~jsa}fQfQfQfQ"
    assert blurhash.encode(odd, 3, 2, 4, 4) == "U~IN]d}^}^~p?[?I?I?[Y#lAlAY#?[?I?I?["
    assert blurhash.encode(b"\xff\x80\x00", 1, 1, 1, 1) == "00TNoS"


@pytest.mark.parametrize(
    ("alt", "kept"),
    [("  A loaf.\r\nFresh. ", "A loaf.\nFresh."), ("", ""), ("é", "é"), ("x" * 1500, "x" * 1500)],
)
def test_alt_text_is_kept(alt, kept):
    assert rules.check_alt(alt) == kept


@pytest.mark.parametrize("alt", ["x" * 1501, "x" * 100_000, "a\x00b", "a\u202eb", "\ud800"])
def test_alt_text_that_is_refused(alt):
    with pytest.raises(Invalid) as caught:
        rules.check_alt(alt)
    assert caught.value.field == "description"


def test_focus():
    assert rules.check_focus(0.5, -1.0) == (0.5, -1.0)
    for x, y in ((1.0, 2.0), (math.nan, 0.0), (0.0, math.nan), (math.inf, 0.0), (-1.01, 0.0)):
        with pytest.raises(Invalid, match=r"-1 to 1"):
            rules.check_focus(x, y)


def row(id, *, account_id=1, post_id=None, use="post"):
    return Media(
        id, account_id, None, post_id, use, False, 0, "image/png", 1, 1, 1, "f", "t", 1, 1, "", "", 0, 0, 0
    )  # fmt: skip # a row, as it comes


def test_what_may_be_attached():
    good = [row(1), row(2, post_id=9), row(3), row(4)]
    rules.check_attach([4, 1, 2, 3], good, post_id=9, account_id=1)
    rules.check_attach([], [], post_id=9, account_id=1)
    for ids, found in (
        ([1, 2, 3, 4, 5], [*good, row(5)]),
        ([1, 1], good),
        ([1, 6], good),
        ([7], [row(7, account_id=2)]),
        ([7], [row(7, post_id=8)]),
        ([7], [row(7, use="avatar")]),
    ):
        with pytest.raises(Invalid) as caught:
            rules.check_attach(ids, found, post_id=9, account_id=1)
        assert caught.value.field == "media_ids"
