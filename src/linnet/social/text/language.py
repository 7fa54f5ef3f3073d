"""Language codes (BCP 47): de, pt-BR, zh-Hant-TW."""

import re

from linnet.kernel.errors import Invalid

# ISO 639-1, the two-letter codes. The three-letter ones (7,900) are checked by shape alone.
_CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de
    dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia
    id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo
    lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl
    ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti
    tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_TWO_LETTERS = frozenset(_CODES.split())
_CODE = re.compile(
    r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?(?:-((?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3})))?"
)


def check_language(text: str) -> str:
    """The code in its usual case (zh-Hant-TW), or '' for ''. Language, script, region and one
    variant are understood; extensions are not. Raises Invalid("language", ...). RFC 5646 §2.1."""
    if not text:
        return ""
    found = _CODE.fullmatch(text.replace("_", "-"))
    if not found or (len(found.group(1)) == 2 and found.group(1).lower() not in _TWO_LETTERS):
        raise Invalid("language", "is not a language code like de or pt-BR")
    language, script, region, variant = found.groups(default="")
    parts = (language.lower(), script.title(), region.upper(), variant.lower())
    return "-".join(part for part in parts if part)


def primary(code: str) -> str:
    """The language alone: pt of pt-BR."""
    return code.split("-", 1)[0].lower()
