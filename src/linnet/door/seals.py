"""Signing what a firm says in public, by the key of its account. Federation does it; a server that speaks to
no other has no keys, and signs nothing."""

from typing import Protocol


class Seals(Protocol):
    """Who signs."""

    async def actor(self, account_id: int) -> str:
        """The address of an account of ours, as other servers know it."""
        ...

    async def seal(self, account_id: int, data: bytes) -> tuple[str, str]:
        """The id of its key, and its signature (RSASSA-PKCS1-v1_5, SHA-256) in base64."""
        ...
