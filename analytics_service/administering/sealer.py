"""Secrets that are stored sealed: who has a copy of the database cannot read them without the key."""

from collections.abc import Callable
from functools import cached_property

from analytics_service.errors import Unavailable

NONCE_BYTES = 12


class Sealer:
    """Seals and opens with AES-256-GCM; the key is read, or made, when it is first needed."""

    def __init__(self, read_key: Callable[[], bytes]) -> None:
        self._read_key = read_key

    @cached_property
    def _key(self) -> bytes:
        return self._read_key()

    def seal(self, secret: bytes, context: str, random: Callable[[int], bytes]) -> bytes:
        """Returns a secret that opens under the same context only. Raises Unavailable without a key."""
        # Imported where somebody has such a secret: most starts need it never.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = random(NONCE_BYTES)
        return nonce + AESGCM(self._key).encrypt(nonce, secret, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Returns the secret. Raises Unavailable where it was sealed with another key or context."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return AESGCM(self._key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], context.encode())
        except (InvalidTag, ValueError):
            raise Unavailable("a stored secret does not fit secret.key") from None
