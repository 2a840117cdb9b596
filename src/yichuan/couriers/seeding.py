"""Bringing the packaged catalogue and services into the database."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

from sqlalchemy import text

from yichuan.core.database import SystemSession
from yichuan.couriers import catalogue, queries

_COURIER = ("code", "name_zh", "name_en", "kind", "phone")
_UPSERT_COURIERS = text(
    f"INSERT INTO couriers AS c ({', '.join(_COURIER)}) SELECT * FROM unnest("
    + ", ".join(f"CAST(:{name} AS text[])" for name in _COURIER)
    + ") ON CONFLICT (code) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COURIER[1:])
    + f" WHERE ({', '.join(f'c.{name}' for name in _COURIER[1:])}) IS DISTINCT FROM"
    f" ({', '.join(f'excluded.{name}' for name in _COURIER[1:])})"
)
_DROP_UNKNOWN = text(
    "DELETE FROM couriers c WHERE c.code <> ALL (CAST(:known AS text[]))"
    " AND NOT EXISTS (SELECT FROM courier_accounts a WHERE a.courier = c.code)"
    " AND NOT EXISTS (SELECT FROM courier_services s WHERE s.courier = c.code)"
)
_UPSERT_SERVICE = text(
    "INSERT INTO courier_services (courier, code, name_zh, name_en, kind, min_weight_g,"
    " max_weight_g, typical_days, is_default) VALUES (:courier, :code, :name_zh, :name_en, :kind,"
    " :min_weight_g, :max_weight_g, :typical_days, :is_default) ON CONFLICT DO NOTHING"
)


def _table(name: str) -> list[dict[str, str]]:
    text_of = (files("yichuan.couriers") / name).read_text("utf-8")
    return list(csv.DictReader(text_of.splitlines()))


async def seed(session: SystemSession) -> int:
    """Bring the packaged catalogue into the database; returns the number of couriers."""
    known = catalogue.entries().values()
    columns = {name: [getattr(entry, name) for entry in known] for name in _COURIER}
    await session.execute(_UPSERT_COURIERS, columns)
    await session.execute(_DROP_UNKNOWN, {"known": columns["code"]})
    services: list[dict[str, Any]] = [
        {
            **row,
            "min_weight_g": int(row["min_weight_g"]),
            "max_weight_g": int(row["max_weight_g"]) if row["max_weight_g"] else None,
            "typical_days": int(row["typical_days"]),
            "is_default": row["is_default"] == "1",
        }
        for row in _table("services.csv")
    ]
    await session.execute(_UPSERT_SERVICE, services)
    queries.forget_reference()
    return len(known)
