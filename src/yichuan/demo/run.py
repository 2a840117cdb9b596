"""`yichuan demo`: database, processes and sample data up, and down again without a trace.

Order of starting: PostgreSQL, couriers, schema, web server (on later starts beside the schema),
data (first start only), mall, worker.
Order of stopping: the other way round, PostgreSQL last.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import httpx

from yichuan.core.context import Context, located, opened
from yichuan.core.database import Urls
from yichuan.core.embedded import EmbeddedError
from yichuan.core.errors import YichuanError
from yichuan.core.settings import Settings, settings
from yichuan.core.vault import Vault
from yichuan.demo import furnish, history, imported, ports, settle, voices
from yichuan.demo import state as states
from yichuan.demo.children import Child, ChildError, Family, until
from yichuan.demo.line import Line
from yichuan.demo.screen import Screen, Steps
from yichuan.demo.state import DemoError, State
from yichuan.simulator.mall_hub import Hub, HubError

ORDERS_PER_MINUTE = 15.0
MOST_ORDERS = 13_000
"""The mall stops after so many orders (about 17,000 boxes beside the 3,000 of the past)."""
STOPPED = 130


class Interrupted(BaseException):
    """SIGTERM or SIGINT came before the event loop could take it."""


def demo(
    port: int,
    data_dir: Path,
    merchants: int = 12,
    days: int = 14,
    live: bool = True,
    from_dir: Path | None = None,
) -> None:
    """Start everything, wait for Ctrl-C, stop everything.

    Args:
        port: of the web server.
        data_dir: where the demonstration lives; found again on the next start.
        merchants: sample merchants (first start).
        days: of the past (first start).
        live: whether the mall goes on ordering.
        from_dir: show imported files instead of the sample (first start).

    Raises:
        SystemExit: 1 when it cannot start.
    """
    screen = Screen()
    try:
        with _interruptible():
            _start(screen, port, data_dir.absolute(), merchants, days, live, from_dir)
    except (DemoError, ChildError, EmbeddedError, HubError, YichuanError, httpx.HTTPError) as error:
        screen.console.print(str(error) or repr(error), style="red", markup=False, highlight=False)
        sys.exit(1)
    except (Interrupted, KeyboardInterrupt):
        screen.say("stopped")
        sys.exit(STOPPED)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let SIGTERM and SIGINT unwind the stack, so that what is open gets closed."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise Interrupted

    before = {sign: signal.signal(sign, interrupt) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)


def _start(
    screen: Screen,
    port: int,
    data_dir: Path,
    merchants: int,
    days: int,
    live: bool,
    from_dir: Path | None,
) -> None:
    config = settings()
    if config.database_url is not None:
        raise DemoError("the demonstration brings its own database: unset YICHUAN_DATABASE_URL")
    with states.alone(data_dir):
        state = states.load(data_dir)
        if state is not None and state.stage == "filling":
            screen.say("the last start was interrupted; starting afresh")
            states.clear(data_dir)
            state = None
        elif state is not None:
            if from_dir is not None and str(from_dir.absolute()) != state.source:
                raise DemoError(f"{data_dir} is filled already; give another --data-dir")
            screen.say(f"found {state.shipments:,} shipments in {data_dir}; nothing to fill in")
        if state is None:
            source = "" if from_dir is None else str(imported.checked(from_dir))
            state = State(merchants=merchants, days=days, source=source)
            states.save(data_dir, state)
        config = config.model_copy(
            update={"data_dir": data_dir, "base_url": f"http://{ports.HOST}:{port}"}
        )
        run = Run(screen, config, state, port, data_dir, live)
        with located(config) as (urls, vault):
            try:
                asyncio.run(run.main(urls, vault))
            finally:
                _deaf()
        screen.say("stopped")


def _deaf() -> None:
    """PostgreSQL is stopping: a second Ctrl-C must not come between."""
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, signal.SIG_IGN)


@dataclass(slots=True)
class Run:
    """One start of the demonstration."""

    screen: Screen
    config: Settings
    state: State
    port: int
    data_dir: Path
    live: bool
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Of the web server."""
        return f"http://{ports.HOST}:{self.port}"

    @property
    def couriers_url(self) -> str:
        """Of the couriers' network."""
        return f"http://{ports.HOST}:{self.state.couriers_port}"

    async def main(self, urls: Urls, vault: Vault) -> None:
        """Everything that needs an event loop."""
        for sign in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(sign, self.stop.set)
        env = {
            "YICHUAN_DATA_DIR": str(self.data_dir),
            "YICHUAN_BASE_URL": self.url,
        }
        family = Family(env, self.data_dir / "logs", self.screen.say)
        try:
            if await until(self.stop, self._up(family, urls, vault)):
                await until(self.stop, self._live(family))
        finally:
            self.screen.say("stopping …")
            await family.stop()

    async def _up(self, family: Family, urls: Urls, vault: Vault) -> None:
        """From an empty list of processes to the panel with the log-ins."""
        from yichuan.bootstrap import prepare_installation

        state = self.state
        state.couriers_port = ports.free_port(state.couriers_port or self.port + 600)
        taken = frozenset({state.couriers_port})
        state.mall_port = ports.free_port(state.mall_port or self.port + 601, taken)
        network = furnish.network(self.data_dir, state.seed)
        with self.screen.steps() as steps:
            couriers = await self._couriers(family)
            # A later start finds the schema, or one that the server waits for: both load at once.
            serve = None if state.stage == "filling" else await self._serve(family)
            with steps.step("数据库 database"):
                await asyncio.to_thread(prepare_installation, urls, vault)
            with steps.step("进程 processes"):
                serve = serve or await self._serve(family)
                await family.ready(couriers, f"{self.couriers_url}/sim/stats")
                await family.ready(serve, f"{self.url}/readyz")
            async with opened(self.config, urls, vault) as context:
                if not state.key:
                    await furnish.first_people(context, state)
                await furnish.contracts(context, state, network, self.url, self.couriers_url)
                if state.stage == "filling":
                    await self._fill(context, steps)
            states.save(self.data_dir, state)
            with steps.step("后台 worker"):
                if self.live and not state.source:
                    await self._mall(family)
                await family.start("worker", "worker")
        logs = str(self.data_dir / "logs")
        self.screen.ready(state, self.url, live=self.live and not state.source, logs=logs)

    async def _live(self, family: Family) -> None:
        """Watch the processes; on a terminal, show how things stand."""
        pulse = asyncio.create_task(self.screen.pulse(self._figures))
        try:
            await family.watch()
        finally:
            pulse.cancel()
            await asyncio.wait({pulse})

    async def _figures(self) -> str:
        """One line of figures; empty when nobody answers."""
        try:
            async with ports.client(self.url, self.state.key) as http:
                counts = (await http.get("/api/v1/shipments/counts")).raise_for_status().json()
        except httpx.HTTPError:
            return ""
        words = {
            "to_ship": "待发货 to ship",
            "on_the_way": "在途 on the way",
            "problems": "异常 problems",
        }
        return " · ".join(f"{text} {counts[name]:,}" for name, text in words.items())

    async def _serve(self, family: Family) -> Child:
        return await family.start("serve", "serve", "--port", str(self.port))

    async def _couriers(self, family: Family) -> Child:
        return await family.start(
            "couriers",
            "simulate",
            "couriers",
            "--port",
            str(self.state.couriers_port),
            "--config",
            str(self.data_dir / "couriers.json"),
            "--ledger",
            str(self.data_dir / "couriers.jsonl"),
        )

    async def _mall(self, family: Family) -> None:
        child = await family.start(
            "mall",
            *("simulate", "mall", "--hub", self.url, "--couriers", self.couriers_url),
            *("--rate", f"{ORDERS_PER_MINUTE:g}", "--most", str(MOST_ORDERS)),
            *("--merchants", str(self.state.merchants), "--seed", str(self.state.seed)),
            *("--time-scale", f"{furnish.TIME_SCALE:g}"),
            *("--ledger", str(self.data_dir / "mall.jsonl")),
            *("--webhook-port", str(self.state.mall_port)),
            YICHUAN_API_KEY=self.state.key,
        )
        await family.ready(child, f"http://{ports.HOST}:{self.state.mall_port}/stats")

    # -- the first start -----------------------------------------------------------------------

    async def _fill(self, context: Context, steps: Steps) -> None:
        """Sample or files, then everything the log's consumers make of it."""
        state = self.state
        if state.source:
            reports = await imported.fill(context, Path(state.source), steps)
            self.screen.say(imported.summary(reports))
            with steps.step("统计 figures") as done:
                done(await settle.conclude(context))
        else:
            await furnish.prices(context)
            await furnish.rules(context)
            await self._sample(context, steps)
        await furnish.merchants_people(context, state)
        state.shipments = await history.count(context)
        state.stage = "ready"

    async def _sample(self, context: Context, steps: Steps) -> None:
        """Orders, shipping and tracks side by side, part by part; figures when all is there."""
        past = history.sample_past(self.state, datetime.now(UTC))
        total = sum(len(one.shares) for one in past)
        async with (
            ports.client(self.url, self.state.key) as hub,
            ports.client(self.couriers_url) as couriers,
        ):
            with (
                steps.step("订单 orders", total) as placed,
                steps.step("发货 shipping", total) as shipped,
                steps.step("轨迹 tracks", total) as told,
            ):
                line = Line(context, self.state, Hub(hub), couriers, placed, shipped, told)
                await line.run(past)
            for reason, count in line.refused.items():
                self.screen.say(f"  {count} 个包裹未发货 not shipped: {reason}")
            with steps.step("异常 统计 problems, figures") as done:
                done(await settle.conclude(context))
            with steps.step("评价 凭证 ratings, proofs") as done:
                done(await voices.add(context, self.state, self.couriers_url))
