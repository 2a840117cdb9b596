"""How fast and how well other address parsers do: run by `bench.addresses` in their own Python.

Reads JSON lines `{"raw"}` from stdin, prints one JSON object: per peer its version, addresses per
CPU second of one core (`cpca` called with one address at a time and with the whole list), and
`[province, city, district]` as it gives them. A peer that is not installed is named in `missing`.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

SAMPLE = 1500
"""Addresses timed one at a time; the slow peers need seconds for them."""


def per_second(parse: Callable[[list[str]], object], raw: list[str]) -> int:
    """Addresses per CPU second."""
    start = time.process_time()
    parse(raw)
    return round(len(raw) / (time.process_time() - start))


def cpca_peer(module: Any, raw: list[str], timed: list[str]) -> dict[str, object]:
    """cpca: a table for a list of addresses."""
    module.transform(["北京市朝阳区望京街道"])
    rows = module.transform(raw)[["省", "市", "区"]].values.tolist()
    return {
        "per_second": per_second(lambda texts: [module.transform([t]) for t in texts], timed),
        "per_second_as_one_list": per_second(module.transform, timed),
        "parsed": [[v if isinstance(v, str) else "" for v in row] for row in rows],
    }


def jionlp_peer(module: Any, raw: list[str], timed: list[str]) -> dict[str, object]:
    """jionlp: a dictionary for an address."""

    def one(text: str) -> list[str]:
        found = module.parse_location(text)
        return [found[key] or "" for key in ("province", "city", "county")]

    one("北京市朝阳区望京街道")
    return {
        "per_second": per_second(lambda texts: [one(t) for t in texts], timed),
        "parsed": [one(text) for text in raw],
    }


def main() -> None:
    """Run those that are installed."""
    raw = [json.loads(line)["raw"] for line in sys.stdin]
    timed = (raw * (SAMPLE // max(len(raw), 1) + 1))[:SAMPLE]
    out: dict[str, object] = {}
    missing = []
    for name, run in (("cpca", cpca_peer), ("jionlp", jionlp_peer)):
        stdout, sys.stdout = sys.stdout, sys.stderr
        try:
            module = importlib.import_module(name)
            out[name] = {"version": version(name), **run(module, raw, timed)}
        except ImportError:
            missing.append(name)
        finally:
            sys.stdout = stdout
    print(json.dumps({"peers": out, "missing": missing}, ensure_ascii=False))


if __name__ == "__main__":
    main()
