"""`make chaos`: every fault, one JSON line each, and a summary; exit code 1 if one went wrong.

CHAOS_KILLS=10 CHAOS_SEED=7 CHAOS_ONLY=kills,disks make chaos
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import AsyncIterator, Callable

from chaos import disks, kills, numbers
from chaos.stage import Checks

KILLS = int(os.environ.get("CHAOS_KILLS", "100"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))
ONLY = [name for name in os.environ.get("CHAOS_ONLY", "").split(",") if name]

Found = AsyncIterator[tuple[str, Checks]]
"""A scenario's parts by name, as they end."""

SCENARIOS: dict[str, Callable[[], Found]] = {
    "kills": lambda: kills.kills(KILLS, SEED),
    "disks": lambda: disks.faults(SEED),
    "numbers": numbers.numbers,
}


async def run(name: str) -> list[str]:
    """One scenario, each of its parts said as it ends. Returns those that went wrong."""
    bad: list[str] = []
    begun = time.monotonic()

    def say(part: str, checks: Checks) -> None:
        nonlocal begun
        said = {
            "scenario": part,
            "good": not checks.wrong,
            "seconds": round(time.monotonic() - begun, 1),
            **checks.facts,
            "wrong": checks.wrong,
        }
        print(json.dumps(said, ensure_ascii=False), flush=True)
        begun = time.monotonic()
        if checks.wrong:
            bad.append(part)

    async def parts() -> None:
        async for part, checks in SCENARIOS[name]():
            say(part, checks)

    task = asyncio.ensure_future(parts())
    try:
        await asyncio.wait([task])
    finally:  # interrupted: processes end, the disk is unmounted
        if not task.done():
            task.cancel()
            await asyncio.wait([task])
    error = task.exception()
    if error is not None:
        traceback.print_exception(error)
        say(name, Checks(wrong=[f"{type(error).__name__}: {error}"]))
    return bad


async def main() -> int:
    """All of them, one after the other."""
    me = asyncio.current_task()
    assert me is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, me.cancel)
    begun = time.monotonic()
    names = [name for name in SCENARIOS if not ONLY or name in ONLY]
    bad = [part for name in names for part in await run(name)]
    said = {
        "summary": names,
        "bad": bad,
        "kills": KILLS,
        "seed": SEED,
        "seconds": round(time.monotonic() - begun, 1),
    }
    print(json.dumps(said), flush=True)
    return 1 if bad or not names else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
