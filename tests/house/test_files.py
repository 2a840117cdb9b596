"""What lies in the repository: nothing of one machine, no broken link, no empty document.

A user would notice at once: `make setup` that asks a package index they cannot reach, a README
with holes where its pictures should be.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from house.source import ROOT, project_files

MACHINE = {
    "a path of one machine": re.compile(r"(?<![\w.:/])/(?:work|root|home|Users)/\w"),
    "a local package folder": re.compile(r"/opt/(?:wheels|pypi|npm)"),
    "a package index": re.compile(
        r"(?:pypi|pythonhosted|npmjs|npmmirror|yarnpkg)\.(?:org|com)|index-url\s*="
        r"|mirrors?\.(?:aliyun|tuna|ustc|cloud\.tencent|huaweicloud|163)\.",
    ),
}
TEXT_LIMIT = 20_000_000
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
HTML_SOURCE = re.compile(r"<(?:img|source)[^>]+src(?:set)?=\"([^\"]+)\"")


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project."""
    for path in project_files():
        raw = (ROOT / path).read_bytes()
        if len(raw) < TEXT_LIMIT and b"\0" not in raw[:8000]:
            yield path, raw.decode("utf-8", "replace")


def test_no_file_names_a_machine_or_a_package_index() -> None:
    """The project installs anywhere, from whatever index the machine is set up with."""
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1} {what}: {match.group()}"
        for path, text in texts()
        for what, pattern in MACHINE.items()
        for match in pattern.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("sample", "what"),
    [
        ("cd /" + "home/ada/yichuan", "a path of one machine"),
        ('"/' + 'root/x"', "a path of one machine"),
        ("--index-url" + "=x", "a package index"),
        ("https://registry.npm" + "js.org/react", "a package index"),
    ],
)
def test_the_patterns_find_what_they_should(sample: str, what: str) -> None:
    """And an address like https://example.com/work/1 is left alone."""
    assert MACHINE[what].search(sample)
    assert not MACHINE[what].search("https://example.com/work/1 ./home/x /homes")


def test_lock_files_name_no_host() -> None:
    """npm's lock keeps hashes only, pip's lock exact versions only."""
    for path in project_files():
        if path.name == "package-lock.json":
            packages = json.loads((ROOT / path).read_text("utf-8"))["packages"]
            assert not [n for n, p in packages.items() if "resolved" in p and not p.get("link")]
    for name in ("requirements.lock", "requirements-dev.lock"):
        for line in (ROOT / name).read_text("utf-8").splitlines():
            assert line.startswith("#") or re.match(r"[a-z0-9.-]+==[\w.!+]+(?: |$)", line), line


def test_both_locks_pin_the_same_versions() -> None:
    """What is tested is what runs."""
    runs, checks = (
        {
            line.split(" ")[0]
            for line in (ROOT / name).read_text("utf-8").splitlines()
            if "==" in line
        }
        for name in ("requirements.lock", "requirements-dev.lock")
    )
    assert runs <= checks


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "README.zh-CN.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "LICENSE",
        "NOTICE",
        "docs/architecture.md",
        "docs/dependencies.md",
    ],
)
def test_documents_are_there(name: str) -> None:
    """A newcomer finds the documents a project owes them."""
    assert len((ROOT / name).read_text("utf-8")) > 300


def test_changelog_says_what_changed() -> None:
    """The changelog has at least one section with at least one entry."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[.+?\]", text, re.MULTILINE)
    assert re.search(r"^- \S", text, re.MULTILINE)


def test_links_inside_the_documents_lead_somewhere() -> None:
    """Every relative link and picture of a Markdown file exists."""
    broken = []
    for path, text in texts():
        if path.suffix == ".md":
            for target in LINK.findall(text) + HTML_SOURCE.findall(text):
                local = unquote(target.split("#")[0])
                outside = not local or "://" in local or local.startswith("mailto:")
                if not outside and not (ROOT / path.parent / local).exists():
                    broken.append(f"{path}: {target}")
    assert not broken, "\n".join(broken)


def test_every_library_asked_for_is_pinned_and_explained() -> None:
    """The lock has it (`make lock`), and docs/dependencies.md has a row for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[;<>=!~ ]", requirement)[0] for requirement in asked}
    table = (ROOT / "docs/dependencies.md").read_text("utf-8")
    pinned = (ROOT / "requirements-dev.lock").read_text("utf-8")
    assert not sorted(name for name in names if f"\n{name}==" not in pinned)
    assert not sorted(name for name in names if f"| {name} |" not in table)
