"""Backups of a running installation: one folder with the database, the blobs and the master key.

The database is dumped at one snapshot (pg_dump); blobs are copied after it, and since a blob is
durable before a row names it, every blob that a row of the dump names is there. Nothing stops
meanwhile. The folder gets its name when it is whole, and its manifest knows the SHA-256 of every
file. Without the master key a backup cannot be read: people's data, credentials and pushes are
encrypted under it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from sqlalchemy.engine import make_url

from yichuan import __version__
from yichuan.core import migrate
from yichuan.core.clock import now
from yichuan.core.database import DATABASE, OWNER, SYSTEM, Urls
from yichuan.core.embedded import SUPERUSER, EmbeddedError, binaries
from yichuan.core.settings import Settings
from yichuan.core.vault import Vault

FORMAT: Final = 1
MANIFEST, DUMP, BLOBS, KEY = "manifest.json", "database", "blobs", "master.key"
JOBS: Final = 2
_READ: Final = 1 << 20


class BackupError(ValueError):
    """A backup cannot be made or read; what is there was left as it was."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made: bytes of the database's dump and of the blobs, number of blobs."""

    path: Path
    revision: str
    database_bytes: int
    blobs: int
    blob_bytes: int
    with_key: bool

    def shown(self) -> dict[str, Any]:
        """For people and scripts."""
        return {
            "path": str(self.path),
            "revision": self.revision,
            "database_bytes": self.database_bytes,
            "blobs": self.blobs,
            "blob_bytes": self.blob_bytes,
            "key": "in the backup" if self.with_key else "NOT in the backup: keep it elsewhere",
        }


def fingerprint(vault: Vault) -> str:
    """Says whether a key is the one a backup was made under, and nothing about the key."""
    return vault.blind("backup", "master key").hex()


def tool(name: str) -> str:
    """A program of PostgreSQL's: the packaged one, else the machine's.

    Raises:
        BackupError: there is none.
    """
    try:
        packaged = binaries() / name
        if packaged.exists():
            return str(packaged)
    except EmbeddedError:
        pass
    found = shutil.which(name)
    if found is None:
        raise BackupError(f"{name} is missing: install PostgreSQL's client programs")
    return found


def run(program: str, url: str | None, *arguments: str) -> str:
    """Run one of PostgreSQL's programs, on a database or none; the password is not in its command
    line.

    Raises:
        BackupError: it failed; its last words are in the message.
    """
    environment = dict(os.environ)
    on: tuple[str, ...] = ()
    if url is not None:
        at = make_url(url)
        if at.password is not None:
            environment["PGPASSWORD"] = str(at.password)
        on = (f"--dbname={at.set(password=None).render_as_string(hide_password=False)}",)
    done = subprocess.run(
        [tool(program), *on, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    if done.returncode != 0:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-2000:]}")
    return done.stdout


def reader(urls: Urls) -> tuple[str, tuple[str, ...]]:
    """Who can read every row, and what pg_dump must be told for it.

    Row-level security binds even the owner: a superuser steps over it, the system role's policies
    let it see everything.
    """
    if urls.config.database_url is None:
        return urls.of(SUPERUSER, database_of(urls)), ()
    with psycopg.connect(urls.of(OWNER)) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    if row == (True,):
        return urls.of(OWNER), ()
    return urls.of(SYSTEM), ("--enable-row-security",)


def database_of(urls: Urls) -> str:
    """The installation's database."""
    return make_url(urls.of(OWNER)).database or DATABASE


def backup(
    urls: Urls, vault: Vault, target: Path, *, with_key: bool = True, jobs: int = JOBS
) -> Backup:
    """Make a backup in a folder that is not there yet. The installation may be running.

    Raises:
        BackupError: the folder is there, or something cannot be read or written.
    """
    config = urls.config
    if target.exists():
        raise BackupError(f"{target} is there already")
    revision = migrate.current(urls)
    if revision is None:
        raise BackupError("there is nothing to back up: the database is empty")
    folder = target.with_name(target.name + ".partial")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    with ExitStack() as undo:
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        made = _into(folder, target, urls, vault, revision, _key(config, with_key), jobs)
        undo.pop_all()
    return made


def _key(config: Settings, wanted: bool) -> bytes | None:
    """The key's file. A key that comes from the environment stays out of files."""
    path = config.data_dir / KEY
    return path.read_bytes() if wanted and config.master_key is None and path.exists() else None


def _into(
    folder: Path,
    target: Path,
    urls: Urls,
    vault: Vault,
    revision: str,
    key: bytes | None,
    jobs: int,
) -> Backup:
    url, options = reader(urls)
    more = ("--format=directory", f"--jobs={jobs}", "--compress=gzip:1", "--no-password")
    run("pg_dump", url, *options, *more, f"--file={folder / DUMP}")
    if key is not None:
        (folder / KEY).write_bytes(key)
        (folder / KEY).chmod(0o600)
    _copy_blobs(urls.config.blob_dir, folder / BLOBS)
    files = {name: _digest(folder / name) for name in names_in(folder)}
    manifest = {
        "format": FORMAT,
        "version": __version__,
        "revision": revision,
        "made_at": now().isoformat(),
        "key_fingerprint": fingerprint(vault),
        "files": files,
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1), "utf-8")
    os.sync()
    folder.rename(target)
    sizes = {name: (target / name).stat().st_size for name in files}
    blobs = [size for name, size in sizes.items() if name.startswith(f"{BLOBS}/")]
    dumped = sum(size for name, size in sizes.items() if name.startswith(f"{DUMP}/"))
    return Backup(target, revision, dumped, len(blobs), sum(blobs), key is not None)


def _copy_blobs(source: Path, target: Path) -> None:
    """Copy what is there; files that are being written are not named by any row yet."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            to = target / path.relative_to(source)
            to.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(path, to)
            except FileNotFoundError:  # a month of the archive was restored meanwhile
                to.unlink(missing_ok=True)


def names_in(folder: Path) -> list[str]:
    """Every file of a backup but its manifest."""
    found = (p.relative_to(folder).as_posix() for p in sorted(folder.rglob("*")) if p.is_file())
    return [name for name in found if name != MANIFEST]


def _digest(path: Path) -> str:
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(_READ):
            whole.update(part)
    return whole.hexdigest()


def proved(source: Path) -> dict[str, Any]:
    """The manifest of a backup, every file of which is what it was.

    Raises:
        BackupError: it is none, incomplete, damaged, or of a newer program.
    """
    try:
        manifest: dict[str, Any] = json.loads((source / MANIFEST).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BackupError(f"{source} is no backup: it has no {MANIFEST}") from error
    except ValueError as error:
        raise BackupError(f"{source / MANIFEST} cannot be read: {error}") from error
    if manifest.get("format") != FORMAT or manifest["revision"] > migrate.head():
        raise BackupError("the backup is of a newer program: install that one first")
    bad = list(_damaged(source, manifest["files"]))
    if bad:
        raise BackupError(f"damaged or missing: {', '.join(bad[:5])}")
    return manifest


def _damaged(source: Path, files: dict[str, str]) -> Iterator[str]:
    for name, digest in files.items():
        path = source / name
        if not path.is_file() or _digest(path) != digest:
            yield name


def contents(source: Path) -> str:
    """pg_restore's list of what to bring back: all but the rights that name the old owner.

    Raises:
        BackupError: the dump cannot be read.
    """
    listing = run("pg_restore", None, "--list", str(source / DUMP))
    return "".join(
        line for line in listing.splitlines(keepends=True) if " DEFAULT ACL " not in line
    )
