"""The project's own files, read once for the structural tests."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "yichuan"
NOT_OURS = {".git", ".venv", "node_modules", "dist", "build", "var", "__pycache__"}
GENERATED = {
    Path("src/yichuan/web/console/src/api/schema.d.ts"),
    Path("docs/openapi.json"),
}


@dataclass(frozen=True, slots=True)
class Module:
    """One Python file: `name` is dotted (`yichuan.orders.service`), `path` is below the root."""

    path: Path
    name: str
    text: str
    tree: ast.Module

    @property
    def unit(self) -> str:
        """The room or top-level module a file of the package belongs to; "" for the package."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""


@lru_cache(maxsize=1)
def project_files() -> tuple[Path, ...]:
    """Every file of the project that git knows or would add, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else list(_walk())
    return tuple(sorted(Path(name) for name in set(names) if name and (ROOT / name).is_file()))


def _walk() -> Iterator[str]:
    """The files of an unpacked release, where there is no git."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [f for f in folders if f not in NOT_OURS and not f.endswith(".egg-info")]
        yield from (str((Path(folder) / name).relative_to(ROOT)) for name in names)


@lru_cache(maxsize=1)
def python_files() -> tuple[Module, ...]:
    """Every Python file of the project, parsed."""
    return tuple(_parse(path) for path in project_files() if path.suffix == ".py")


@lru_cache(maxsize=1)
def package_modules() -> tuple[Module, ...]:
    """The modules of the installed package."""
    return tuple(m for m in python_files() if m.name.split(".")[0] == "yichuan")


@lru_cache(maxsize=1)
def rooms() -> frozenset[str]:
    """Names of the rooms: every folder of the package with Python in it."""
    return frozenset(m.name.split(".")[1] for m in package_modules() if len(m.path.parts) > 3)


def _parse(path: Path) -> Module:
    text = (ROOT / path).read_text("utf-8")
    parts = path.with_suffix("").parts
    parts = parts[1:] if parts[0] == "src" else parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    return Module(path, ".".join(parts), text, ast.parse(text, str(path)))


@cache
def nodes(module: Module) -> tuple[ast.AST, ...]:
    """Every node of a file's syntax tree; walked once for all tests."""
    return tuple(ast.walk(module.tree))


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a file, nested ones too."""
    for node in nodes(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports(module: Module, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Line and full dotted name of everything a file imports, wherever in the file.

    `from a import b` gives `a.b` when that is a module of the project (`known`), else `a`.
    """
    for node in nodes(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _base(module, node)
            full = (f"{base}.{alias.name}" for alias in node.names)
            names = dict.fromkeys(name if name in known else base for name in full)
            yield from ((node.lineno, name) for name in names)


def _base(module: Module, node: ast.ImportFrom) -> str:
    """The absolute module an import statement starts from."""
    if node.level == 0:
        return node.module or ""
    parts = module.name.split(".")
    depth = node.level - (1 if module.path.name == "__init__.py" else 0)
    parent = parts[: len(parts) - depth]
    return ".".join([*parent, node.module] if node.module else parent)


@lru_cache(maxsize=1)
def module_names() -> frozenset[str]:
    """Dotted names of all modules of the package."""
    return frozenset(m.name for m in package_modules())
