"""The kinds of terms by name: the name of their routes, imports and files."""

from __future__ import annotations

from typing import Literal

TermKind = Literal[
    "areas", "suspensions", "goods", "traits", "real_names", "cutoffs", "compensation"
]
KINDS: tuple[TermKind, ...] = (
    "areas",
    "suspensions",
    "goods",
    "traits",
    "real_names",
    "cutoffs",
    "compensation",
)
PLATFORM_KINDS: frozenset[TermKind] = frozenset({"traits"})
"""What only the platform says."""
