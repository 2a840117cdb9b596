"""Start-up and memory: a fresh installation, a web process until it is ready, a worker at rest.

Figures in seconds and MB (resident). The database is embedded and starts with the first process.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.harness import Installation, free_port, memory_mb, process
from yichuan.bootstrap import prepare_installation
from yichuan.core.context import located
from yichuan.core.settings import Settings

PAGES = ("/healthz", "/readyz", "/api/openapi.json", "/", "/metrics")
REST_SECONDS = 8.0


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="yichuan-bench-") as folder:
        settings = Settings(data_dir=Path(folder))
        started = time.perf_counter()
        with located(settings) as (urls, vault):
            prepare_installation(urls, vault)
        fresh = time.perf_counter() - started
        inst = Installation(settings, urls, vault)
        port = free_port()
        base = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "yichuan.cli"]
        started = time.perf_counter()
        with process([*command, "serve", "--port", str(port)], inst.environment,
                     f"{base}/readyz") as web:  # fmt: skip
            ready = time.perf_counter() - started
            idle = memory_mb(web)
            for page in PAGES:
                httpx.get(base + page)
            after = memory_mb(web)
            with process([*command, "worker"], inst.environment, None) as worker:
                time.sleep(REST_SECONDS)
                resting = memory_mb(worker)
    print(
        json.dumps(
            {
                "bench": "startup",
                "fresh_installation_s": round(fresh, 2),
                "web_ready_with_database_start_s": round(ready, 2),
                "web_idle_mb": idle,
                "web_after_first_pages_mb": after,
                "worker_resting_mb": resting,
                "aim_web_mb": 150,
                "ratio": round(after / 150, 2),
                "peer": {"karrio 2026.1.32 web process MB (published, not run here)": "435-482"},
            }
        )
    )


if __name__ == "__main__":
    main()
