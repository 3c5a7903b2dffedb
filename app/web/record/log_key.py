"""The keys of this installation as a log and as a witness (R38)."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlsplit

from app.domain.record.notes import COSIGNATURE, KnownKey
from app.services.record.checkpoints import log_keys_of
from app.services.upkeep.witnessing import CosigningKey
from app.signing import SigningKey
from app.web.shared.portal import portal

_WITNESS = b"gongshi witness"


def log_key() -> KnownKey:
    """Return the newest public key of this log."""
    return log_keys_of(portal().keyring, portal().settings.public_url).known[0]


def witness_key() -> CosigningKey:
    """Return the key by which this installation cosigns: another one than that of its log (tlog-cosignature)."""
    seed = hmac.new(portal().keyring.signing_seeds()[0], _WITNESS, hashlib.sha256).digest()
    key = SigningKey(seed)
    name = f"{urlsplit(portal().settings.public_url).netloc}/witness"
    return CosigningKey(KnownKey(name, key.public, COSIGNATURE), key.sign)
