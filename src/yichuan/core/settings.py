"""Settings, read once from the environment and `yichuan.toml`, typed."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

PREFIX = "YICHUAN_"


class Settings(BaseModel):
    """All settings: field `x` comes from `YICHUAN_X`, else from key `x` of `yichuan.toml`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("var/data"))
    """Embedded database, master key and blobs."""
    database_url: str | None = None
    """External PostgreSQL (owner's URL). None: the embedded one under `data_dir`."""
    data: Path = Field(default=Path("../shared/data"))
    """Datasets for tests and benchmarks."""
    master_key: SecretStr | None = None
    """Root of all derived keys, 32 bytes hex. None: kept in `data_dir/master.key`."""
    base_url: str = "http://127.0.0.1:8000"
    """Address under which buyers and couriers reach us; used in links and QR codes."""
    platform_name: str = "驿传"
    pool_size: int = Field(default=8, ge=1)
    """Database connections per process and role."""
    auth_cache_seconds: float = Field(default=5.0, ge=0)
    """How long a verified credential is trusted without asking the database again."""
    cookie_secure: bool = False
    """Set when the console is served over HTTPS."""
    inbox_high_water: int = Field(default=50_000, ge=1)
    """Unmerged pushes above which new pushes are answered 503."""
    balance_hour: int = Field(default=6, ge=0, le=23)
    """Hour of the day (Asia/Shanghai) from which branches are asked how many numbers are left."""
    archive_months: int = Field(default=0, ge=0)
    """Events of tracks that began this many whole months ago are moved into Parquet files once a
    day (see docs/operations.md). 0: only by `yichuan tracking archive`."""
    polling: bool = True
    """Whether couriers are asked for numbers whose pushes do not come."""
    polls_per_day: int = Field(default=10_000, ge=0)
    """Numbers a connection is asked for a day where neither its operator nor its courier says."""
    log_level: str = "INFO"
    fsync: bool = True
    """Embedded PostgreSQL only. Tests switch it off; never off where a figure is measured."""

    @property
    def pg_dir(self) -> Path:
        """Directory of the embedded cluster."""
        return self.data_dir / "pg"

    @property
    def blob_dir(self) -> Path:
        """Directory of the local blob store."""
        return self.data_dir / "blobs"


def load(environ: Mapping[str, str], toml_path: Path) -> Settings:
    """Merge file and environment; the environment wins.

    Raises:
        pydantic.ValidationError: a value does not fit its type.
        tomllib.TOMLDecodeError: the file is not TOML.
    """
    values: dict[str, object] = {}
    if toml_path.is_file():
        values.update(tomllib.loads(toml_path.read_text("utf-8")))
    for name in Settings.model_fields:
        raw = environ.get(PREFIX + name.upper())
        if raw is not None and raw != "":
            values[name] = raw
    return Settings.model_validate(values)


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The process's settings, read on first use."""
    return load(os.environ, Path("yichuan.toml"))
