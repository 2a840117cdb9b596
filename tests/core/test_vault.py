"""Sealing personal data. If this breaks, people are readable in a stolen backup, or lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yichuan.core.settings import Settings
from yichuan.core.vault import Vault, VaultError, master_key

VAULT = Vault(bytes(32))
OTHER = Vault(b"\x01" * 32)


@given(st.dictionaries(st.sampled_from(["name", "phone", "address"]), st.text(max_size=80)))
def test_a_record_opens_again_and_only_with_its_keys(record: dict[str, str]) -> None:
    sealed = VAULT.seal_record(record)
    assert VAULT.open_record(sealed.wrapped_key, sealed.ciphertext) == record
    with pytest.raises(VaultError):
        OTHER.open_record(sealed.wrapped_key, sealed.ciphertext)
    with pytest.raises(VaultError):
        VAULT.open_record(None, sealed.ciphertext)
    damaged = bytes([sealed.ciphertext[0] ^ 1]) + sealed.ciphertext[1:]
    with pytest.raises(VaultError):
        VAULT.open_record(sealed.wrapped_key, damaged)


def test_the_same_person_twice_does_not_look_the_same() -> None:
    one, two = VAULT.seal_record({"name": "张伟"}), VAULT.seal_record({"name": "张伟"})
    assert one.ciphertext != two.ciphertext
    assert one.wrapped_key != two.wrapped_key


def test_blind_indexes_meet_only_under_one_key_and_purpose() -> None:
    assert VAULT.blind("phone", "13800001234") == VAULT.blind("phone", "13800001234")
    assert VAULT.blind("phone", "1234") != VAULT.blind("phone_last4", "1234")
    assert VAULT.blind("phone", "1234") != OTHER.blind("phone", "1234")


def test_the_master_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    config = Settings(data_dir=tmp_path)
    key = master_key(config)
    assert len(key) == 32
    assert master_key(config) == key
    assert (tmp_path / "master.key").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize("left", ["", "00" * 31, "no key"])
def test_a_damaged_master_key_is_not_taken_for_one(tmp_path: Path, left: str) -> None:
    """With another key in its place everybody's data would seem lost, and new data sealed badly."""
    (tmp_path / "master.key").write_text(left)
    with pytest.raises(VaultError, match="damaged"):
        master_key(Settings(data_dir=tmp_path))
    assert (tmp_path / "master.key").read_text() == left
