"""Sealing (authenticated encryption): a keyring, and texts bound to their row (R19).

The only place that encrypts. A sealed text names the key and the cipher it was made with, so that a key can be
replaced while the old rows are still read. Moved to another row, or changed in any bit, it does not open.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES256, SM4
from cryptography.hazmat.primitives.ciphers.base import Cipher as BlockCipher
from cryptography.hazmat.primitives.ciphers.modes import CTR, GCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config import BadSettings, Settings

_NONCE = 12
_TAG = 16
_KEY_ID = 4
_HEADER = 1 + _KEY_ID
_BLOCK = 16
_SEED_LENGTH = 32


class Cipher(StrEnum):
    """The ciphers. SM4 (GB/T 32907) is for sites that must use national algorithms."""

    AES = "aes-256-gcm"
    SM4 = "sm4-gcm"


_KEY_LENGTH = {Cipher.AES: 32, Cipher.SM4: 16}
_MARKS = {Cipher.AES: b"A", Cipher.SM4: b"S"}
_CIPHERS = {mark: cipher for cipher, mark in _MARKS.items()}


class SealBroken(Exception):
    """A sealed text was changed, moved, or sealed with a key that is not on the keyring."""


def encrypt(cipher: Cipher, key: bytes, nonce: bytes, plain: bytes, bound_to: bytes) -> bytes:
    """Encrypt with authentication. A nonce is used once with a key; `bound_to` must be named again to decrypt."""
    if cipher is Cipher.AES:
        return AESGCM(key).encrypt(nonce, plain, bound_to)
    encryptor = BlockCipher(SM4(key), GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(bound_to)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def decrypt(cipher: Cipher, key: bytes, nonce: bytes, sealed: bytes, bound_to: bytes) -> bytes:
    """Invert `encrypt`. Raises SealBroken."""
    try:
        if cipher is Cipher.AES:
            return AESGCM(key).decrypt(nonce, sealed, bound_to)
        decryptor = BlockCipher(SM4(key), GCM(nonce, sealed[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(bound_to)
        return decryptor.update(sealed[:-_TAG]) + decryptor.finalize()
    except (InvalidTag, ValueError):
        raise SealBroken from None


def new_key(cipher: Cipher) -> bytes:
    """Return a key for one thing alone, from the system's generator."""
    return secrets.token_bytes(_KEY_LENGTH[cipher])


class Keystream:
    """AES in counter mode under a key that goes with this object: hides at any position, and proves nothing.

    For what one process writes and reads back itself. A position is written once.
    """

    def __init__(self) -> None:
        self._key = AES256(new_key(Cipher.AES))

    def applied(self, position: int, content: bytes | memoryview) -> bytes:
        """Return the content hidden, or the hidden content plain, as it stands at `position` of the stream."""
        block, offset = divmod(position, _BLOCK)
        stream = BlockCipher(self._key, CTR(block.to_bytes(_BLOCK))).encryptor()
        stream.update(bytes(offset))
        return stream.update(content)


class Keyring:
    """The installation's keys: one that seals, and those it replaced, which still open.

    A sealed text is: cipher (1 byte), key id (4), nonce (12), ciphertext with its tag.
    """

    def __init__(self, current: str, retired: Sequence[str] = (), cipher: Cipher = Cipher.AES) -> None:
        self.cipher = cipher
        # Receipts and form tokens are hashed with the secret itself: newest first, all of them are looked up.
        self.hash_keys = tuple(secret.encode() for secret in (current, *retired))
        self._current_id = _key_id(current)
        self._secrets = {_key_id(secret): secret for secret in (current, *retired)}
        self._keys: dict[tuple[bytes, Cipher], bytes] = {}

    @property
    def hash_key(self) -> bytes:
        """Return the key that new receipts are derived from and hashed with."""
        return self.hash_keys[0]

    def seal(self, plain: str | bytes, bound_to: str) -> bytes:
        """Seal for one place, named by `bound_to`: "identity:17"."""
        header = _MARKS[self.cipher] + self._current_id
        nonce = secrets.token_bytes(_NONCE)
        content = plain.encode() if isinstance(plain, str) else plain
        key = self._key(self._current_id, self.cipher)
        return header + nonce + encrypt(self.cipher, key, nonce, content, header + bound_to.encode())

    def unseal(self, sealed: bytes, bound_to: str) -> bytes:
        """Return what was sealed for this place. Raises SealBroken."""
        header, nonce, content = sealed[:_HEADER], sealed[_HEADER : _HEADER + _NONCE], sealed[_HEADER + _NONCE :]
        cipher = _CIPHERS.get(header[:1])
        if cipher is None or header[1:] not in self._secrets:
            raise SealBroken
        return decrypt(cipher, self._key(header[1:], cipher), nonce, content, header + bound_to.encode())

    def unseal_text(self, sealed: bytes, bound_to: str) -> str:
        return self.unseal(sealed, bound_to).decode()

    def vouch(self, content: bytes, bound_to: str) -> str:
        """Return a mark in hex that only a holder of the key can make of this content for this place."""
        return self._mark(self._current_id, content, bound_to)

    def vouches(self, mark: str, content: bytes, bound_to: str) -> bool:
        """Tell whether the mark was made of this content for this place, with the key in use or one it replaced."""
        return any(
            hmac.compare_digest(mark.encode(), self._mark(key_id, content, bound_to).encode())
            for key_id in self._secrets
        )

    def _mark(self, key_id: bytes, content: bytes, bound_to: str) -> str:
        key = HKDF(SHA256(), 32, salt=None, info=f"gongshi vouch {bound_to}".encode())
        return hmac.new(key.derive(self._secrets[key_id].encode()), content, hashlib.sha256).hexdigest()

    def is_current(self, sealed: bytes) -> bool:
        """Tell whether it was sealed with the key and cipher in use. If not, a rotation seals it anew."""
        return sealed[:_HEADER] == _MARKS[self.cipher] + self._current_id

    def signing_seeds(self) -> list[bytes]:
        """Return 32 bytes for each secret, the newest first, for the keys that sign the checkpoints (R38)."""
        derivations = (HKDF(SHA256(), _SEED_LENGTH, salt=None, info=b"gongshi checkpoints") for _ in self.hash_keys)
        return [derivation.derive(secret) for derivation, secret in zip(derivations, self.hash_keys, strict=True)]

    def _key(self, key_id: bytes, cipher: Cipher) -> bytes:
        if (key_id, cipher) not in self._keys:
            derivation = HKDF(SHA256(), _KEY_LENGTH[cipher], salt=None, info=f"gongshi seal {cipher}".encode())
            self._keys[key_id, cipher] = derivation.derive(self._secrets[key_id].encode())
        return self._keys[key_id, cipher]


def keyring_of(settings: Settings) -> Keyring:
    """Return the ring that the settings name. Raises BadSettings for a cipher that is none."""
    if settings.cipher not in set(Cipher):
        raise BadSettings(f"GONGSHI_CIPHER 应为 {'、'.join(Cipher)} 之一，现在是 {settings.cipher!r}。")
    return Keyring(settings.identity_key, settings.retired_keys, Cipher(settings.cipher))


def _key_id(secret: str) -> bytes:
    """Return an id of a key that reveals nothing of it."""
    return hmac.new(secret.encode(), b"gongshi key id", hashlib.sha256).digest()[:_KEY_ID]
