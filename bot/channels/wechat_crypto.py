"""What WeChat Official Accounts and WeCom share: the signature by SHA-1 and messages under AES.

By Tencent's "message encryption" pages: AES-256-CBC, the key from EncodingAESKey, the IV its first 16 bytes,
padded to blocks of 32; inside are 16 random bytes, the length, the message and the receiver's id.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.channels.base import BadMessage
from bot.channels.signing import same

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32
_RANDOM = 16


def sign(*pieces: str) -> str:
    """Hex SHA-1 of the pieces in the order of their characters."""
    joined = "".join(sorted(pieces)).encode("utf-8", "surrogatepass")
    return hashlib.sha1(joined, usedforsecurity=False).hexdigest()  # the platform knows no other


def verify(tokens: Sequence[str], signature: str | None, *pieces: str | None) -> bool:
    """Whether one of the tokens signed the pieces. Never raises; without a token nothing is right."""
    known = [piece for piece in pieces if piece is not None]
    if not signature or len(known) < len(pieces):
        return False
    matches = [same(sign(token, *known), signature.lower()) for token in tokens if token]
    return any(matches)


def encrypt(aes_key: str, receiver: str, message: bytes, *, random: bytes | None = None) -> str:
    """The message for `receiver` (app id or corporation id) as base64."""
    start = os.urandom(_RANDOM) if random is None else random
    plain = start + struct.pack(">I", len(message)) + message + receiver.encode()
    missing = _BLOCK - len(plain) % _BLOCK
    encryptor = _cipher(aes_key).encryptor()
    return base64.b64encode(
        encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()
    ).decode()


def decrypt(aes_key: str, receiver: str, encrypted: str) -> bytes:
    """The message in `encrypted`.

    Raises:
        BadMessage: when it was encrypted under another key, for another receiver, or is damaged.
    """
    try:
        raw = base64.b64decode(encrypted, validate=True)
        decryptor = _cipher(aes_key).decryptor()
        plain = decryptor.update(raw) + decryptor.finalize()
    except (binascii.Error, ValueError):
        raise BadMessage("The message cannot be decrypted.") from None
    missing = plain[-1] if plain else 0
    if not 1 <= missing <= _BLOCK or plain[-missing:] != bytes([missing]) * missing:
        raise BadMessage("The message cannot be decrypted.")
    body = plain[_RANDOM:-missing]
    if len(body) < 4:
        raise BadMessage("The message cannot be decrypted.")
    (length,) = struct.unpack(">I", body[:4])
    message, tail = body[4 : 4 + length], body[4 + length :]
    if len(message) != length or tail != receiver.encode():
        raise BadMessage("The message is not for this account.")
    return message


def _cipher(aes_key: str) -> Cipher[CBC]:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    key = base64.b64decode(aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))
