"""Importing a real warehouse year: shipments, order lines, rate tables, couriers' bills with
reconciliation; each file through the same code as `yichuan import`.

    python -m bench.imports

Prints one JSON object. Peer: the same rows COPYed by bare psycopg into plain tables without any
index. Needs the datasets (`YICHUAN_DATA`); PostgreSQL runs on the same machine, fsync on.
"""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.harness import ROOT, Installation, installation
from yichuan.consumers import CONSUMERS
from yichuan.core.consumers import drain
from yichuan.core.context import Context, opened
from yichuan.core.mapping import load_mapping
from yichuan.imports import service
from yichuan.imports.service import Source
from yichuan.imports.values import Kind, Report

DATA = Path(os.environ.get("YICHUAN_DATA", "../shared/data"))
MAPS = ROOT / "bench" / "maps"


@dataclass(frozen=True)
class File:
    """A file of the year and its mapping."""

    kind: Kind
    path: Path
    mapping: str


FILES = (
    File("rates", DATA / "rates/cn_yunda_vip_2020_sichuan.csv", "cn_yunda_vip_2020_sichuan"),
    File(
        "rates",
        DATA / "rates/cn_cloudwarehouse_merchant_rates.csv",
        "cn_cloudwarehouse_merchant_rates",
    ),
    File("rates", DATA / "rates/cn_sf_sto_wuxi_2025.csv", "cn_sf_sto_wuxi"),
    File("rates", DATA / "rates/cn_ltl_anneng_2025.csv", "cn_ltl_anneng"),
    File("rates", DATA / "rates/cn_ltl_xinliang_2025.csv", "cn_ltl_xinliang"),
    File("shipments", DATA / "other/cw_shipments.csv.gz", "cw_shipments"),
    File("orders", DATA / "other/cw_lines.csv.gz", "cw_lines"),
    File("bills", DATA / "other/cw_carrier_bills.csv.gz", "cw_carrier_bills"),
)


def cells(path: Path) -> list[list[str]]:
    """All rows of a CSV, header first."""
    content = path.read_bytes()
    content = gzip.decompress(content) if path.suffix == ".gz" else content
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def bare(inst: Installation) -> float:
    """Seconds to read the same files and COPY them as text into unindexed tables."""
    began = time.perf_counter()
    with inst.superuser() as connection:
        for number, file in enumerate(FILES):
            header, *rows = cells(file.path)
            names = [f"c{i}" for i in range(len(header))]
            columns = ", ".join(f"{name} text" for name in names)
            connection.execute(f"CREATE TABLE bare_{number} ({columns})")
            with connection.transaction(), connection.cursor() as cursor:
                with cursor.copy(f"COPY bare_{number} FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
    return time.perf_counter() - began


def opened_file(file: File) -> Source:
    """A file with its mapping."""
    mapping = load_mapping(MAPS / f"{file.mapping}.toml")
    return service.open_source(file.path, file.kind, mapping, "system:bench")


def figures(report: Report) -> dict[str, Any]:
    """What an import of a file came to."""
    return {
        "file": report.file_name,
        "rows": report.rows,
        "accepted": report.accepted,
        "rejected": report.rejected,
        "seconds": round(report.seconds, 3),
        "rows_per_s": round(report.rows / report.seconds),
        "result": {k: v for k, v in report.result.items() if isinstance(v, int)},
    }


async def take(context: Context) -> list[Report]:
    """Import all files as the demonstration does: what only hangs on parcels side by side."""
    *first, lines, bills = FILES
    reports = [await service.run(context, opened_file(file)) for file in first]
    return reports + await service.run_beside(
        context, [opened_file(lines)], [opened_file(bills)], lambda _: None
    )


async def imported(inst: Installation) -> tuple[list[dict[str, Any]], Spent, Spent]:
    """Every file; what the import took, and the log's consumers behind it."""
    async with opened(inst.settings, inst.urls, inst.vault) as context:
        with Spent(inst) as importing:
            files = [figures(report) for report in await take(context)]
        with Spent(inst) as behind:
            await drain(context.database, CONSUMERS)
        return files, importing, behind


class Spent:
    """Seconds that a block took, and those that a processor worked for it: here and in PostgreSQL.

    The latter tell what the work costs also on a machine that others use.
    """

    def __init__(self, inst: Installation) -> None:
        with inst.superuser() as connection:
            row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
        assert row is not None
        self._postmaster = psutil.Process(int(str(row[0]).split()[0]))
        self.seconds = self.python = self.postgres = 0.0

    def __enter__(self) -> Spent:
        """Begin."""
        self._began = time.perf_counter(), time.process_time(), self._database()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        wall, python, postgres = self._began
        self.seconds = time.perf_counter() - wall
        self.python = time.process_time() - python
        self.postgres = self._database() - postgres

    def _database(self) -> float:
        spent = 0.0
        for process in [self._postmaster, *self._postmaster.children()]:
            with suppress(psutil.NoSuchProcess):
                spent += sum(process.cpu_times()[: 4 if process is self._postmaster else 2])
        return spent

    @property
    def figures(self) -> dict[str, float]:
        """For the report."""
        return {
            "seconds": round(self.seconds, 2),
            "cpu_python_s": round(self.python, 2),
            "cpu_postgres_s": round(self.postgres, 2),
        }


def measure() -> dict[str, Any]:
    """All figures."""
    with installation() as inst:
        plain = bare(inst)
        files, importing, behind = asyncio.run(imported(inst))
    seconds = importing.seconds
    rows = sum(file["rows"] for file in files)
    return {
        "bench": "imports",
        "rows": rows,
        "seconds": round(seconds, 2),
        "rows_per_s": round(rows / seconds),
        "rejected": sum(file["rejected"] for file in files),
        "files": files,
        "import": importing.figures,
        "consumers": behind.figures,
        "until_counted_s": round(seconds + behind.seconds, 2),
        "peer": {"what": "bare psycopg COPY, no index", "seconds": round(plain, 2)},
        "ratio": round(plain / seconds, 3),
        "cores": os.cpu_count(),
    }


def main() -> None:
    """Print the figures."""
    if not (DATA / "other/cw_shipments.csv.gz").is_file():
        sys.exit(f"no datasets in {DATA}: set YICHUAN_DATA")
    print(json.dumps(measure(), ensure_ascii=False))


if __name__ == "__main__":
    main()
