"""Tables in files: CSV (any Chinese encoding, .gz) and spreadsheets, read as batches of text.

Rows keep the line they stand on. A row that cannot be read becomes a reject, never an error;
rejects go to `FILE.rejects.csv`, which can be corrected and imported as it is.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from yichuan.core.cells import REASONS, cell_text
from yichuan.core.errors import Invalid

SPREADSHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
ENCODINGS = ("utf-8", "gb18030")
"""Tried in this order; a byte order mark comes before both. GB18030 holds GBK and GB2312."""
DELIMITERS = (",", "\t", ";", "|")
BATCH = 2000
REJECT_COLUMNS = ("reject_line", "reject_code", "reject_column", "reject_zh", "reject_en")
DAMAGED = "\ufffd"
_BLOCK = 1 << 20
_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class BadFile(Invalid):
    """The file as a whole cannot be read as a table."""

    code = "bad_file"
    title, title_zh = "The file cannot be read", "文件无法读取"


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken: its line, the first reason and texts with all of them."""

    line: int
    code: str
    column: str
    zh: str
    en: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a table; `cells[i]` stands on line `lines[i]` and is as long as the header."""

    lines: list[int]
    cells: list[list[str]]
    rejects: list[Reject]
    done: int
    """Data rows read so far, this batch and rejects included: the offset to resume from."""
    fraction: float
    """Part of the file read so far, 0 to 1, for a progress bar."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out; empty values are found out by looking."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    """Line of the header; lines above it are titles and are passed over."""


@dataclass(slots=True)
class _Source:
    """Rows of text with their lines, and how far into the file they are."""

    rows: Iterator[tuple[int, list[str] | None]]
    """(line, cells), cells None where the line cannot be parsed."""
    size: int
    stream: BinaryIO | None = None
    damaged: bool = False
    close: list[io.IOBase] = field(default_factory=list)

    def fraction(self, line: int) -> float:
        if self.size <= 0:
            return 1.0
        return min(1.0, (line if self.stream is None else self.stream.tell()) / self.size)


def reason_texts(code: str, column: str = "", value: str = "") -> tuple[str, str]:
    """Chinese and English text of a reason code of `REASONS`."""
    zh, en = REASONS[code]
    short = value if len(value) <= 60 else value[:57] + "…"
    return zh.format(column=column, value=short), en.format(column=column, value=short)


def reject(line: int, code: str, cells: Sequence[str], column: str = "", value: str = "") -> Reject:
    """A reject with the texts of its reason code."""
    zh, en = reason_texts(code, column, value)
    return Reject(line, code, column, zh, en, tuple(cells))


def _open_bytes(path: Path) -> tuple[BinaryIO, BinaryIO]:
    """The content's stream and the stream whose position tells how far we are."""
    raw = path.open("rb")
    if path.suffix.lower() == ".gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=raw, mode="rb")), raw
    return raw, raw


def _errors(stream: BinaryIO, encoding: str, stop_early: bool) -> int:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    found = 0
    while block := stream.read(_BLOCK):
        found += decoder.decode(block).count(DAMAGED)
        if found and stop_early:
            return found
    return found + decoder.decode(b"", final=True).count(DAMAGED)


def detect_encoding(path: Path) -> tuple[str, bool]:
    """Encoding of a text file and whether some bytes fit no encoding.

    The whole file is tried, because Chinese text may begin late. Of two encodings that both fail
    the one with fewer undecodable places is taken.

    Raises:
        BadFile: the file cannot be read or is a broken archive.
    """
    try:
        return _detect(path)
    except (OSError, EOFError) as error:
        raise BadFile(f"{path.name}: {error}") from error


def _detect(path: Path) -> tuple[str, bool]:
    content, raw = _open_bytes(path)
    with raw, content:
        head = content.read(4)
        for bom, name in _BOMS.items():
            if head.startswith(bom):
                return name, False
        counts = {}
        for encoding in ENCODINGS:
            content.seek(0)
            if not _errors(content, encoding, stop_early=True):
                return encoding, False
        for encoding in ENCODINGS:
            content.seek(0)
            counts[encoding] = _errors(content, encoding, stop_early=False)
    return min(counts, key=counts.__getitem__), True


def _csv_rows(stream: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    reader = csv.reader(stream, delimiter=delimiter)
    line = 1
    while True:
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error:
            yield line, None
            line = reader.line_num + 1
        else:
            return


def _open_csv(path: Path, layout: Layout) -> _Source:
    encoding, damaged = layout.encoding, True
    if not encoding:
        encoding, damaged = detect_encoding(path)
    content, raw = _open_bytes(path)
    try:
        text = io.TextIOWrapper(content, encoding=encoding, errors="replace", newline="")
        delimiter = layout.delimiter or _delimiter(text, layout.header_row)
    except (LookupError, UnicodeError, OSError, EOFError) as error:
        raw.close()
        raise BadFile(f"{path.name}: {error}") from error
    text.seek(0)
    return _Source(
        _csv_rows(text, delimiter),
        path.stat().st_size,
        raw,
        damaged,
        [text, cast("io.IOBase", raw)],
    )


def _delimiter(text: TextIO, header_row: int) -> str:
    for _ in range(header_row - 1):
        text.readline()
    head = text.readline()
    return max(DELIMITERS, key=head.count)


def _open_sheet(path: Path, layout: Layout) -> _Source:
    try:
        book = CalamineWorkbook.from_path(path)
        sheet = book.get_sheet_by_name(layout.sheet) if layout.sheet else book.get_sheet_by_index(0)
    except (CalamineError, WorksheetNotFound, OSError) as error:
        raise BadFile(f"{path.name}: {error}") from error

    def rows() -> Iterator[tuple[int, list[str] | None]]:
        for line, cells in enumerate(sheet.iter_rows(), start=1):
            yield line, [cell_text(cell) for cell in cells]

    return _Source(rows(), sheet.total_height)


class TableFile:
    """A table in a file: its header and, once, its rows in batches.

    Raises:
        BadFile: not a file, an unknown encoding, no such sheet, no header, a header name twice.
    """

    def __init__(self, path: Path, layout: Layout | None = None) -> None:
        self.path = path
        self.layout = layout or Layout()
        if not path.is_file():
            raise BadFile(f"{path}: no such file")
        is_sheet = path.suffix.lower() in SPREADSHEETS
        self._source = (_open_sheet if is_sheet else _open_csv)(path, self.layout)
        self._begin = 0
        self.header = self._read_header()

    def _read_header(self) -> tuple[str, ...]:
        cells: list[str] | None = None
        for line, found in self._source.rows:
            if line >= self.layout.header_row and found and any(found):
                cells = found
                break
        if cells is None:
            raise BadFile(f"{self.path.name}: no header")
        names = [cell.strip() for cell in cells]
        while names and not names[-1]:
            names.pop()
        twice = sorted({name for name in names if name and names.count(name) > 1})
        if twice:
            raise BadFile(f"{self.path.name}: column names stand twice: {', '.join(twice)}")
        if tuple(names[: len(REJECT_COLUMNS)]) == REJECT_COLUMNS:
            self._begin = len(REJECT_COLUMNS)
        return tuple(names[self._begin :])

    def batches(self, size: int = BATCH) -> Iterator[Batch]:
        """The rows below the header; blank rows are passed over and not counted."""
        lines: list[int] = []
        rows: list[list[str]] = []
        rejects: list[Reject] = []
        done = 0
        line = 0
        for line, cells in self._source.rows:
            if cells is None:
                rejects.append(reject(line, "unreadable", ()))
            elif not any(cells):
                continue
            else:
                lines.append(line)
                rows.append(cells[self._begin :] if self._begin else cells)
            done += 1
            if len(rows) + len(rejects) >= size:
                yield self._batch(lines, rows, rejects, done, line)
                lines, rows, rejects = [], [], []
        if rows or rejects:
            yield self._batch(lines, rows, rejects, done, line)
        self.close()

    def _batch(
        self,
        lines: list[int],
        rows: list[list[str]],
        rejects: list[Reject],
        done: int,
        line: int,
    ) -> Batch:
        width = len(self.header)
        if any(len(row) != width for row in rows):
            lines, rows = self._even(lines, rows, rejects)
        if self._source.damaged:
            lines, rows = self._undamaged(lines, rows, rejects)
        return Batch(lines, rows, rejects, done, self._source.fraction(line))

    def _even(
        self, lines: list[int], rows: list[list[str]], rejects: list[Reject]
    ) -> tuple[list[int], list[list[str]]]:
        """Rows of the header's width: short ones filled up, longer ones cut or refused."""
        width = len(self.header)
        kept_lines: list[int] = []
        kept: list[list[str]] = []
        for line, row in zip(lines, rows, strict=True):
            if any(row[width:]):
                rejects.append(reject(line, "too_many_cells", row))
                continue
            kept_lines.append(line)
            kept.append(row[:width] + [""] * (width - len(row)))
        return kept_lines, kept

    def _undamaged(
        self, lines: list[int], rows: list[list[str]], rejects: list[Reject]
    ) -> tuple[list[int], list[list[str]]]:
        kept_lines: list[int] = []
        kept: list[list[str]] = []
        for line, row in zip(lines, rows, strict=True):
            spoilt = next((i for i, cell in enumerate(row) if DAMAGED in cell), None)
            if spoilt is None:
                kept_lines.append(line)
                kept.append(row)
            else:
                name = self.header[spoilt]
                rejects.append(reject(line, "bad_encoding", row, name, row[spoilt]))
        return kept_lines, kept

    def close(self) -> None:
        """Release the file; reading it to the end does this too."""
        for stream in self._source.close:
            stream.close()


def digest(path: Path, *extra: bytes) -> str:
    """SHA-256, hex, of a file's bytes and of what decides how they are read (the mapping)."""
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256")
    for part in extra:
        found.update(len(part).to_bytes(8, "big"))
        found.update(part)
    return found.hexdigest()


def rejects_path(path: Path) -> Path:
    """`FILE.rejects.csv` beside the file."""
    return path.with_name(path.name + ".rejects.csv")


class RejectFile:
    """Writes rejected rows; the file exists only if there is one.

    `resume_after` is the last line already taken by an earlier, broken run: its rejects up to
    that line are kept, what it wrote beyond is dropped and comes again.
    """

    def __init__(self, path: Path, header: Sequence[str], resume_after: int = 0) -> None:
        self.path = path
        self.count = 0
        self._header = [*REJECT_COLUMNS, *header]
        self._stream: TextIO | None = None
        kept = _rejects_up_to(path, resume_after) if resume_after else []
        path.unlink(missing_ok=True)
        if kept:
            self._write(kept)

    def add(self, rejects: Iterable[Reject]) -> None:
        """Write rejects and hand them to the operating system."""
        self._write([[str(r.line), r.code, r.column, r.zh, r.en, *r.cells] for r in rejects])

    def _write(self, rows: list[list[str]]) -> None:
        if not rows:
            return
        if self._stream is None:
            self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
            csv.writer(self._stream).writerow(self._header)
        csv.writer(self._stream).writerows(rows)
        self._stream.flush()
        self.count += len(rows)

    def close(self) -> None:
        """Close the file if there is one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def __enter__(self) -> RejectFile:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _rejects_up_to(path: Path, line: int) -> list[list[str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    return [row for row in rows if row and row[0].isdigit() and int(row[0]) <= line]
