"""`make bench`: run every benchmark (or those named) and print one JSON object each."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import bench

HELPERS = {"__main__", "harness", "bare_app", "load", "tracks", "polling_journeys", "polling_rates"}


def names() -> list[str]:
    """Every benchmark in this folder."""
    found = [module.name for module in pkgutil.iter_modules(bench.__path__)]
    return sorted(set(found) - HELPERS)


def main() -> int:
    """Each in a process of its own, so that one's memory is not another's."""
    wanted = sys.argv[1:] or names()
    failed = 0
    for name in wanted:
        done = subprocess.run(
            [sys.executable, "-m", f"bench.{name}"], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            failed += 1
            print(json.dumps({"bench": name, "error": done.stderr.strip()[-2000:]}))
        else:
            print(done.stdout.strip().splitlines()[-1])
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
