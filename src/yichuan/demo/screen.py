"""What the person at the terminal sees."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from yichuan.demo.state import State

PULSE_SECONDS = 3.0


@dataclass(slots=True)
class Screen:
    """Steps with progress, and the panel at the end."""

    console: Console = field(default_factory=Console)
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Since the command was given."""
        return time.monotonic() - self.started

    @contextmanager
    def steps(self) -> Iterator[Steps]:
        """Show steps while they are done."""
        progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/green]"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        with progress:
            yield Steps(progress, self.console)

    def say(self, text: str) -> None:
        """One line."""
        self.console.print(text, highlight=False)

    def ready(self, state: State, url: str, *, live: bool, logs: str) -> None:
        """The address and the log-ins."""
        table = Table.grid(padding=(0, 2))
        table.add_row("控制台 Console", f"[bold cyan]{url}[/bold cyan]")
        table.add_row("接口文档 API", f"{url}/api/docs")
        table.add_row("", "")
        for what, user, password in state.log_ins:
            table.add_row(what, f"[bold]{user}[/bold]  /  {password}")
        table.add_row("", "")
        doing = "订单与包裹实时进行 live" if live else "不再有新订单 no new orders"
        table.add_row("数据 Data", f"{state.shipments:,} 个包裹 shipments · {doing}")
        table.add_row("日志 Logs", logs)
        table.add_row("停止 Stop", "Ctrl-C")
        title = f"驿传 Yichuan · {self.seconds:.1f} s"
        self.console.print(Panel(table, title=title, border_style="cyan", expand=False))
        sys.stdout.flush()

    async def pulse(self, figures: Callable[[], Awaitable[str]]) -> None:
        """Keep a line of figures at the bottom of a terminal, for ever."""
        if not self.console.is_terminal:
            return
        with self.console.status("运行中 running") as status:
            while True:
                status.update(await figures() or "运行中 running")
                await asyncio.sleep(PULSE_SECONDS)


@dataclass(slots=True)
class Steps:
    """The steps of one start."""

    progress: Progress
    console: Console

    @contextmanager
    def step(self, text: str, total: int = 1) -> Iterator[Step]:
        """One step; plain lines where there is no terminal."""
        begun = time.monotonic()
        task = self.progress.add_task(text, total=total)
        one = Step(self.progress, task)
        yield one
        self.progress.update(task, total=max(one.done, 1), completed=max(one.done, 1))
        note = one.note or (f"{one.done:,}" if one.done else "")
        if self.console.is_terminal:
            self.progress.update(task, description=f"{text} {one.note}".rstrip())
            return
        text = f"{text} ({note})" if note else text
        self.console.print(f"{text}: {time.monotonic() - begun:.1f} s", highlight=False)


@dataclass(slots=True)
class Step:
    """A step going on."""

    progress: Progress
    task: TaskID
    done: int = 0
    note: str = ""

    def __call__(self, count: int) -> None:
        """So many more are done."""
        self.done += count
        self.progress.advance(self.task, count)

    def say(self, note: str) -> None:
        """What came of it, in a few words."""
        self.note = note
