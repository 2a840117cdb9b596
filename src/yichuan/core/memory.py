"""Keep a process small: glibc gives every thread an arena of its own unless it is told not to."""

from __future__ import annotations

import ctypes
import gc

_M_ARENA_MAX = -8
"""From glibc's malloc.h."""


def frugal() -> None:
    """Let all threads share two arenas, and keep the garbage collector off what never dies."""
    gc.collect()
    gc.freeze()
    try:
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.malloc_trim(0)
    except AttributeError:  # not glibc: nothing to tell
        return
