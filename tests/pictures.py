"""Pictures made for tests."""

import io

from PIL import Image

GPS = 0x8825
ORIENTATION = 0x0112


def encoded(image: Image.Image, format: str, **options) -> bytes:
    """The image as a file."""
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def picture(format: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **options) -> bytes:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    return encoded(image.convert(mode), format, **options)


def with_place(format: str = "JPEG", orientation: int = 1) -> bytes:
    """A photograph that says where it was taken, by what, and how it was held."""
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010F] = "Spy Camera Works"
    exif.get_ifd(GPS)[2] = (52.0, 31.0, 12.0)
    return picture(format, exif=exif)


def moving(format: str = "GIF", frames: int = 5, size: tuple[int, int] = (32, 24), **options) -> bytes:
    """An animation: every frame another colour."""
    images = [Image.new("RGB", size, (40 * n % 256, 0, 255 - n % 256)) for n in range(frames)]
    return encoded(images[0], format, save_all=True, append_images=images[1:], duration=70, loop=0, **options)


def opened(data: bytes) -> Image.Image:
    """A file as an image, loaded."""
    image = Image.open(io.BytesIO(data))
    image.load()
    return image
