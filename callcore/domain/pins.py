"""Agents' PINs, kept as hashes: nobody reads them off a screen or out of a backup.

That is no more than a delay for whoever has the file: four digits are tried in minutes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Final, NewType

PinHash = NewType("PinHash", str)
"""``scrypt:SALT:KEY``, both in base64."""

SHORTEST_PIN: Final = 4
LONGEST_PIN: Final = 12

_COST: Final = {"n": 2**14, "r": 8, "p": 1}
"""RFC 7914's parameters, as OWASP advises for little memory: 16 MiB and about 50 ms each."""
_SALT_BYTES: Final = 16
_KEY_BYTES: Final = 32


class PinError(ValueError):
    """The text is no PIN, or no hash of one."""


def hashed(pin: str, salt: bytes) -> PinHash:
    """The hash of a PIN with 16 random bytes. Raises ``PinError``."""
    if not (pin.isascii() and pin.isdigit() and SHORTEST_PIN <= len(pin) <= LONGEST_PIN):
        message = f"a PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits"
        raise PinError(message)
    return PinHash(f"scrypt:{_text(salt)}:{_text(_key(pin, salt))}")


def parse(text: str) -> PinHash:
    """The hash, if it is one. Raises ``PinError``."""
    _parts(text)
    return PinHash(text)


def is_right(pin: str, pin_hash: PinHash) -> bool:
    """True for the PIN that was hashed. Takes about 50 ms of a processor: not for an event loop."""
    salt, key = _parts(pin_hash)
    return hmac.compare_digest(_key(pin, salt), key)


def _key(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, dklen=_KEY_BYTES, **_COST)


def _parts(text: str) -> tuple[bytes, bytes]:
    kind, _, rest = text.partition(":")
    salt, _, key = rest.partition(":")
    try:
        found = base64.b64decode(salt, validate=True), base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PinError("not a hash of a PIN") from error
    if kind != "scrypt" or tuple(map(len, found)) != (_SALT_BYTES, _KEY_BYTES):
        raise PinError("not a hash of a PIN")
    return found


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
