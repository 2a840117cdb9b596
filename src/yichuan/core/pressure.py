"""Whether this process is behind with work that cannot wait, so that work that can steps aside."""

from __future__ import annotations

import time
from typing import Final

LASTS: Final = 1.0
"""Seconds for which a sign of being behind counts."""

_until = 0.0


def note() -> None:
    """A batch was full: more of it is waiting."""
    global _until  # noqa: PLW0603 - one per process, like the work it speaks of
    _until = time.monotonic() + LASTS


def is_high() -> bool:
    """Whether a batch was full a moment ago."""
    return time.monotonic() < _until
