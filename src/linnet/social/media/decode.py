"""The program that reads pictures of strangers: bytes in on stdin, new pictures out on stdout.

It runs by itself (`workshop.py` starts it) with little memory, little time, no environment and no
right to start anything, and knows nothing of Linnet: only Pillow and the standard library.
What a broken or hostile picture can reach is this process, and it lives for one picture.

    stdin    the upload
    stdout   4 bytes, big-endian: the length of what follows
             JSON: {"problem": "..."} or {"mime", "width", "height", "bytes", "thumb_width",
             "thumb_height", "thumb_bytes", "blurhash"}
             the picture, then the thumbnail

Everything is drawn anew from pixels. So whatever stood beside the pixels is gone: place and
camera (EXIF), XMP, comments, colour profiles (applied first), a web page or an archive behind the end.
"""

import io
import json
import math
import resource
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from PIL import AvifImagePlugin, Image, ImageCms, ImageOps

from linnet.social.media import blurhash
from linnet.social.media.kinds import MIMES, kind_of

MEMORY = 512 << 20  # bytes of address space (security paper, 3.2)
CPU_SECONDS = 20
LARGEST_OUTPUT = 40 << 20  # bytes

MOST_PIXELS = 33_177_600  # of what comes in: 7680 x 4320, as in Mastodon
LONGEST_SIDE = 16_383  # the most that WebP can hold
KEPT_PIXELS = 8_294_400  # of what is kept: 3840 x 2160, as in Mastodon
THUMB_PIXELS = 230_400  # 640 x 360, as in Mastodon
MOST_FRAMES = 200
ANIMATED_PIXELS = 921_600  # of a frame: 1280 x 720
MOVING_PIXELS = 60_000_000  # of all frames of an animation together
LARGE_PNG = 4 << 20  # bytes: beyond this a PNG is a photograph and better kept as one

# use: width and height of the picture, and of its thumbnail; both are cropped around the middle
CROPS = {"avatar": ((400, 400), (120, 120)), "header": ((1500, 500), (600, 200))}
LOGO = (800, 800)
EMOJI, STILL_EMOJI = (256, 256), (96, 96)  # beside words; the second stands still
BOUNDS = {"logo": LOGO, "emoji": EMOJI}  # fitted in, not cropped; what has clear parts keeps them
MOVING = ("post", "emoji")

SAVING: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True, "progressive": True},
    "PNG": {"optimize": False},
    "WEBP": {"quality": 85, "method": 4},
}
THUMB: dict[str, Any] = {"quality": 78, "method": 4}


class Refused(Exception):
    """The picture cannot be taken. The message continues "The file ..."."""


@dataclass(frozen=True)
class Drawn:
    """What was made of an upload. `facts` is the JSON of the protocol above."""

    facts: dict[str, Any] = field(default_factory=dict)
    picture: bytes = b""
    thumb: bytes = b""


def draw(data: bytes, use: str) -> Drawn:
    """The upload as a new picture and thumbnail. Raises Refused, and nothing else."""
    kind = kind_of(data[:16])
    if kind is None:
        raise Refused("is not a JPEG, PNG, GIF, WebP or AVIF picture")
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as image:
            _check_size(*image.size)
            return _draw(image, kind, use)
    except Refused:
        raise
    except (MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("needs too much memory to be read: save it smaller") from error
    except Exception as error:  # decoders raise what they like on broken files
        raise Refused("cannot be read as a picture: it is damaged or cut off") from error


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise Refused("has no pixels")
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise Refused(
            f"has {width} x {height} pixels: at most {MOST_PIXELS // 1_000_000} million, "
            f"and {LONGEST_SIDE} along a side, can be read; save it smaller"
        )


def _draw(image: Image.Image, kind: str, use: str) -> Drawn:
    if use in MOVING and kind in {"GIF", "WEBP"} and getattr(image, "is_animated", False):
        return _draw_moving(image, kind, use)
    whole = _upright(image, kind)
    if use in CROPS:
        size, small = CROPS[use]
        picture = _crop(whole, size)
        thumb = _crop(picture, small)
    else:
        picture = _bounded(whole, BOUNDS.get(use) or _within(whole.size, KEPT_PIXELS))
        thumb = _bounded(picture, _small(picture.size, use))
    mime, data = _save(picture, kind, use)
    return _drawn(mime, data, picture.size, thumb)


def _upright(image: Image.Image, kind: str) -> Image.Image:
    """The first frame, the right way up, as RGB or RGBA in sRGB, with nothing attached; already
    no larger than will be kept."""
    if kind == "JPEG":  # a JPEG can be decoded at 1/2, 1/4, 1/8 for a fraction of the memory
        image.draft(None, _within(image.size, KEPT_PIXELS))
    image.load()
    profile = image.info.get("icc_profile")
    turned = _turned(image)
    plain = _eight_bits(turned)
    return _colours(_bounded(plain, _within(plain.size, KEPT_PIXELS)), profile)


def _turned(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # noqa: BLE001 # broken EXIF is common, and no reason to refuse the picture
        return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """L, RGB, RGBA or CMYK of any mode there is. Grey of 16 or 32 bits is scaled, not clipped."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    if image.mode in {"L", "RGB", "RGBA", "CMYK"} and "transparency" not in image.info:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _colours(image: Image.Image, profile: bytes | None) -> Image.Image:
    """sRGB, as every screen takes it where no profile says otherwise. A phone's wide colours would
    look dull without this. A broken profile is ignored."""
    target = "RGBA" if image.mode == "RGBA" else "RGB"
    done: Image.Image | None = None
    if profile:
        try:
            done = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), _SRGB, outputMode=target
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            done = None
    plain = (done or image).convert(target)
    if target == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}  # Pillow would write comments and profiles of the original again
    return plain


_SRGB = ImageCms.createProfile("sRGB")


def _within(size: tuple[int, int], pixels: int) -> tuple[int, int]:
    """`size`, or the largest one of the same shape with at most so many pixels."""
    width, height = size
    if width * height <= pixels:
        return size
    factor = math.sqrt(pixels / (width * height))
    return max(1, int(width * factor)), max(1, int(height * factor))


def _bounded(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Fitted into `size`, never enlarged."""
    if image.width <= size[0] and image.height <= size[1]:
        return image
    factor = min(size[0] / image.width, size[1] / image.height)
    fitted = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(fitted, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _crop(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle in the shape of `size`, never enlarged."""
    factor = min(1.0, image.width / size[0], image.height / size[1])
    wanted = (max(1, round(size[0] * factor)), max(1, round(size[1] * factor)))
    return ImageOps.fit(image, wanted, Image.Resampling.LANCZOS)


def _save(picture: Image.Image, kind: str, use: str) -> tuple[str, bytes]:
    """Its own format where the web shows it everywhere; AVIF becomes JPEG, or WebP with transparency;
    GIF without movement becomes PNG. A face or a logo is JPEG, or PNG with transparency; emoji are PNG."""
    clear = picture.mode == "RGBA"
    if use == "post":
        target = {"GIF": "PNG", "AVIF": "WEBP" if clear else "JPEG"}.get(kind, kind)
    else:
        target = "PNG" if clear or use in BOUNDS else "JPEG"
    data = _encoded(picture, target)
    if target == "PNG" and len(data) > LARGE_PNG:
        target = "WEBP" if clear else "JPEG"
        data = _encoded(picture, target)
    return MIMES[target], data


def _encoded(picture: Image.Image, target: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, target, **SAVING[target])
    return out.getvalue()


def _small(size: tuple[int, int], use: str) -> tuple[int, int]:
    """How large the thumbnail may be."""
    return STILL_EMOJI if use == "emoji" else _within(size, THUMB_PIXELS)


def _draw_moving(image: Image.Image, kind: str, use: str) -> Drawn:
    """An animation stays one, in its format: that is why people send it. At most 200 frames and
    60 million pixels in all; frames beyond 1280 x 720 pixels are made smaller."""
    size = _within(image.size, EMOJI[0] * EMOJI[1] if use == "emoji" else ANIMATED_PIXELS)
    frames = list(_frames(image, kind, size))
    first = frames[0][0].convert("RGBA")
    out = io.BytesIO()
    options: dict[str, Any] = {"duration": [ms for _, ms in frames], "loop": image.info.get("loop", 0)}
    if kind == "WEBP":
        options |= {"quality": 80, "method": 1}
    elif "loop" not in image.info:
        del options["loop"]  # a GIF without the word plays once
    frames[0][0].save(out, kind, save_all=True, append_images=[f for f, _ in frames[1:]], **options)
    plain = _colours(first, None)
    return _drawn(MIMES[kind], out.getvalue(), size, _bounded(plain, _small(size, use)))


def _frames(image: Image.Image, kind: str, size: tuple[int, int]) -> Iterator[tuple[Image.Image, int]]:
    at = 0
    while True:
        try:
            image.seek(at)
        except EOFError:
            return
        at += 1
        if at > MOST_FRAMES or at * image.width * image.height > MOVING_PIXELS:
            raise Refused(
                f"is an animation of more than {MOST_FRAMES} frames or "
                f"{MOVING_PIXELS // 1_000_000} million pixels in all: make it shorter or smaller"
            )
        _check_size(*image.size)  # a later frame can be larger than the first
        image.load()  # sets the duration of a WebP frame
        yield _frame(image, kind, size), int(image.info.get("duration", 100)) or 100


def _frame(image: Image.Image, kind: str, size: tuple[int, int]) -> Image.Image:
    """One frame by itself. For GIF with its colours chosen: a byte for each pixel that must wait."""
    frame = image.copy() if image.size == size else _bounded(image.convert("RGBA"), size)
    if kind == "GIF" and frame.mode in {"RGB", "RGBA"}:
        frame = frame.convert("P", palette=Image.Palette.ADAPTIVE)
    frame.info = {key: value for key, value in frame.info.items() if key in {"transparency", "background"}}
    return frame


def _drawn(mime: str, data: bytes, size: tuple[int, int], small: Image.Image) -> Drawn:
    out = io.BytesIO()
    small.save(out, "WEBP", **THUMB)
    thumb = out.getvalue()
    if len(data) + len(thumb) > LARGEST_OUTPUT - (1 << 20):
        raise Refused("is too large even when it is made ready: make it shorter or smaller")
    facts = {
        "mime": mime,
        "width": size[0],
        "height": size[1],
        "bytes": len(data),
        "thumb_width": small.width,
        "thumb_height": small.height,
        "thumb_bytes": len(thumb),
        "blurhash": _blurhash(small),
    }
    return Drawn(facts, data, thumb)


def _blurhash(image: Image.Image) -> str:
    """As in Mastodon 4 x 4 waves; transparency on white."""
    tiny = _bounded(image.convert("RGBA"), (32, 32))
    ground = Image.new("RGBA", tiny.size, "white")
    ground.alpha_composite(tiny)
    return blurhash.encode(ground.convert("RGB").tobytes(), *tiny.size, 4, 4)


def _shut_in() -> None:
    """From here on this process can do little more than compute."""
    for name, limit in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, LARGEST_OUTPUT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (limit, limit))


def main() -> None:
    """Reads stdin, writes stdout, as written at the top."""
    _shut_in()
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1  # RLIMIT_NPROC forbids threads too
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        drawn = draw(sys.stdin.buffer.read(), sys.argv[1])
    except Refused as refused:
        drawn = Drawn({"problem": str(refused)})
    facts = json.dumps(drawn.facts).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(facts)) + facts + drawn.picture + drawn.thumb)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
