"""Whose domain a host belongs to (docs/decisions/0010-whose-domain.md). Pure: the list comes with the
library and is never fetched."""

from functools import cache, lru_cache

import idna
from publicsuffixlist import PublicSuffixList


@cache
def _list() -> PublicSuffixList:
    return PublicSuffixList()


@lru_cache(maxsize=4096)
def registrable(host: str) -> str:
    """The domain that somebody registered: bakery.co.uk of shop.bakery.co.uk, paper.myshopify.com of
    itself. A host that has none (localhost, an address in numbers, a bare suffix) is its own."""
    name = host.lower().strip(".")
    if not name.isascii():
        try:
            name = idna.encode(name, uts46=True).decode()
        except idna.IDNAError:
            return name
    last = name.rsplit(".", 1)[-1]
    if last.isdigit() or ":" in name:
        return name
    found = _list().privatesuffix(name)
    return str(found) if found else name
