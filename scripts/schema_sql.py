"""Write the first migration's SQL (migrations/sql/0001_<room>.sql) from the models.

Only for the time before the first release; from then on every change is a migration of its own.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from yichuan.core.models import Base
from yichuan.tables import metadata

TARGET = Path(__file__).parent.parent / "src/yichuan/migrations/sql"


def main() -> None:
    """Group tables by room, in dependency order."""
    dialect = postgresql.dialect()
    tables = [mapper.class_ for mapper in Base.registry.mappers]
    rooms = {table.__tablename__: table.__module__.split(".")[1] for table in tables}
    texts: dict[str, list[str]] = {}
    for table in metadata.sorted_tables:
        parts = [str(CreateTable(table).compile(dialect=dialect)).strip()]
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        parts += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
        lines = ";\n".join(parts).replace("\t", "    ").splitlines()
        texts.setdefault(rooms[table.name], []).append("\n".join(x.rstrip() for x in lines) + ";\n")
    for room, tables in texts.items():
        (TARGET / f"0001_{room}.sql").write_text("\n".join(tables), "utf-8")


if __name__ == "__main__":
    main()
