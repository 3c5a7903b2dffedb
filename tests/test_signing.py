"""Ed25519 (R38), against RFC 8032 (7.1, test 2)."""

from __future__ import annotations

from app.signing import SigningKey, verify

SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)


def test_a_seed_has_its_key_and_signatures() -> None:
    key = SigningKey(SEED)
    assert (key.public, key.sign(b"\x72"), key.seed) == (PUBLIC, SIGNATURE, SEED)
    assert verify(PUBLIC, b"\x72", SIGNATURE)
    assert SigningKey.generate().seed != SigningKey.generate().seed


def test_what_does_not_fit_is_no_signature() -> None:
    assert not verify(PUBLIC, b"\x73", SIGNATURE)
    assert not verify(PUBLIC, b"\x72", SIGNATURE[:-1])
    assert not verify(PUBLIC[:-1], b"\x72", SIGNATURE)
