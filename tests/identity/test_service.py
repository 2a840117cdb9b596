"""Passwords. A user would notice: an attacker who can tell from the clock which names exist."""

from __future__ import annotations

from argon2 import PasswordHasher

from yichuan.identity.service import NOBODYS_HASH


def test_an_unknown_name_takes_as_long_as_a_wrong_password() -> None:
    """The hash it is checked against was made with the parameters of everybody else's."""
    assert not PasswordHasher().check_needs_rehash(NOBODYS_HASH)
