"""Sealed data opens only with its key, in its row and unchanged (R19)."""

import itertools

import pytest

from app.sealing import Cipher, Keyring, SealBroken

OLD, NEW, OTHER = ("an old key, thirty-two bytes long", "a new key, thirty-two bytes long!", "somebody else's key")
CIPHERS = pytest.mark.parametrize("cipher", list(Cipher))


@CIPHERS
@pytest.mark.parametrize("plain", ["", "赵小禾", "13000000001", "长" * 3000])
def test_what_is_sealed_opens_again_and_shows_nothing_meanwhile(cipher: Cipher, plain: str) -> None:
    keyring = Keyring(NEW, cipher=cipher)
    sealed = keyring.seal(plain, "identity:1")
    assert keyring.unseal_text(sealed, "identity:1") == plain
    assert not plain or plain.encode() not in sealed
    assert keyring.seal(plain, "identity:1") != sealed  # no two alike: equal names do not show


@CIPHERS
def test_security_15_moved_to_another_row_it_does_not_open(cipher: Cipher) -> None:
    keyring = Keyring(NEW, cipher=cipher)
    sealed = keyring.seal("赵小禾", "identity:1")
    for elsewhere in ("identity:2", "identity:11", "identity:", "", "Identity:1"):
        with pytest.raises(SealBroken):
            keyring.unseal(sealed, elsewhere)


@CIPHERS
def test_security_15_no_bit_of_it_can_be_changed_nor_cut(cipher: Cipher) -> None:
    keyring = Keyring(NEW, cipher=cipher)
    sealed = keyring.seal("赵小禾", "identity:1")
    for place, bit in itertools.product(range(len(sealed)), range(8)):
        changed = bytearray(sealed)
        changed[place] ^= 1 << bit
        with pytest.raises(SealBroken):
            keyring.unseal(bytes(changed), "identity:1")
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            keyring.unseal(sealed[:length], "identity:1")


def test_security_15_a_replaced_key_still_opens_and_a_foreign_one_does_not() -> None:
    before = Keyring(OLD).seal("赵小禾", "identity:1")
    keyring = Keyring(NEW, [OLD])
    assert keyring.unseal_text(before, "identity:1") == "赵小禾"
    assert not keyring.is_current(before)
    assert keyring.is_current(keyring.seal("赵小禾", "identity:1"))
    for stranger in (Keyring(NEW), Keyring(OTHER, [NEW])):
        with pytest.raises(SealBroken):
            stranger.unseal(before, "identity:1")


def test_a_site_that_changes_its_cipher_reads_what_it_had() -> None:
    before = Keyring(NEW, cipher=Cipher.AES).seal("赵小禾", "identity:1")
    keyring = Keyring(NEW, cipher=Cipher.SM4)
    assert keyring.unseal_text(before, "identity:1") == "赵小禾"
    assert not keyring.is_current(before)
