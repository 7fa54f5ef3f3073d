"""What an upload is, by its first bytes. Apart from `decode`, so that the server need not load Pillow for it."""

PROGRAM = "linnet.social.media.decode"
# What comes out of it.
MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


def kind_of(head: bytes) -> str | None:
    """Pillow's name of the format, by the first bytes alone (what it calls itself does not count)."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:12] in {b"ftypavif", b"ftypavis"}:
        return "AVIF"
    return None
