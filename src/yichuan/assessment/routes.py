"""Admission over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from yichuan.admission import queries, service
from yichuan.admission.queries import AdmissionStandard, CourierAdmission
from yichuan.admission.standard import METRICS, Unit
from yichuan.assessment import notices
from yichuan.assessment import service as judging
from yichuan.assessment.queries import used_by
from yichuan.assessment.schemas import (
    AdmissionFigure,
    AdmissionRow,
    DecideRequest,
    DecisionRow,
    Evaluated,
    LiftRequest,
    OverrideRequest,
    StandardRequest,
    StandardVersion,
    StandardView,
)
from yichuan.core.database import ReadSession, WriteSession
from yichuan.core.export import download
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.couriers import queries as couriers
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep

router = APIRouter(prefix="/admission", tags=["admission"])
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


@router.get("")
async def list_admissions(caller: CallerDep, session: ReadDep) -> Page[AdmissionRow]:
    """Where couriers stand; for merchants those they ship with, without counts."""
    return Page(items=await _rows(session, counted=caller.is_platform))


async def _rows(session: ReadSession, *, counted: bool) -> list[AdmissionRow]:
    rows = await queries.all_rows(session)
    if not counted:
        mine = await used_by(session)
        rows = [row for row in rows if row.courier in mine]
    names = await couriers.names(session)
    services = {
        (one.courier, one.code): (one.name_zh, one.name_en)
        for one in await couriers.services(session)
    }
    day = service.today()
    return [_row(row, names, services, day, counted=counted) for row in rows]


def _row(
    row: CourierAdmission,
    names: dict[str, str],
    services: dict[tuple[str, str], tuple[str, str]],
    day: date,
    *,
    counted: bool,
) -> AdmissionRow:
    zh, en = services.get((row.courier, row.service), (row.service, row.service))
    laid = queries.overridden(row, day)
    why = queries.reason(row, day)
    return AdmissionRow(
        courier=row.courier,
        courier_name=names.get(row.courier, row.courier),
        service=row.service,
        service_name_zh=zh,
        service_name_en=en,
        province=row.province,
        state=queries.state_on(row, day),
        by_standard=row.state,
        since=row.since,
        proposal=row.proposal,
        bad_windows=row.bad,
        clean_windows=row.clean,
        verdict=row.verdict,
        reason_zh=why[0],
        reason_en=why[1],
        override=row.override if laid else None,
        override_until=row.override_until if laid else None,
        override_reason=row.override_reason if laid else None,
        override_by=row.override_by if laid and counted else None,
        counted_day=row.counted_day,
        standard_version=row.standard_version,
        figures=[_figure(one, counted=counted) for one in row.figures],
    )


def _figure(one: dict[str, Any], *, counted: bool) -> AdmissionFigure:
    metric = METRICS[one["metric"]]
    shown = one if counted else {**one, "amount": None, "base": None}
    return AdmissionFigure(name_zh=metric.zh, name_en=metric.en, higher=metric.higher, **shown)


@router.get("/export.csv", response_class=StreamingResponse)
async def export_admissions(caller: CallerDep, session: ReadDep) -> StreamingResponse:
    """Where couriers stand as a spreadsheet: a row for each metric."""
    caller.require("operator", "service")
    rows = await _rows(session, counted=True)

    async def lines() -> AsyncIterator[Iterable[Sequence[object]]]:
        yield (_line(row, figure) for row in rows for figure in row.figures)

    return download("准入.csv", TITLES, lines())


TITLES = (
    "快递公司", "编码", "服务", "目的省份", "状态", "自", "建议", "原因", "人工设定至",
    "指标", "数值", "及格线", "恢复线", "分子", "分母", "最少包裹", "结论",
    "考核期末日", "标准版本",
)  # fmt: skip
_STATES = {"admitted": "准入", "warned": "警告", "suspended": "暂停"}
_PROPOSALS = {"suspend": "建议暂停", "readmit": "建议恢复"}
_VERDICTS = {"good": "达标", "close": "接近", "bad": "不达标", "unknown": "样本不足"}


def _line(row: AdmissionRow, figure: AdmissionFigure) -> tuple[object, ...]:
    return (
        row.courier_name,
        row.courier,
        row.service_name_zh,
        row.province,
        _STATES[row.state],
        row.since.isoformat(),
        _PROPOSALS.get(row.proposal or ""),
        row.reason_zh,
        row.override_until.isoformat() if row.override_until else None,
        figure.name_zh,
        None if figure.value is None else f"{figure.value:.4f}",
        f"{figure.limit:.4f}",
        f"{figure.recover:.4f}",
        figure.amount,
        figure.base,
        figure.min_base,
        _VERDICTS[figure.verdict],
        row.counted_day.isoformat() if row.counted_day else None,
        row.standard_version,
    )


@router.get("/decisions")
async def list_decisions(
    caller: CallerDep,
    session: ReadDep,
    courier: Annotated[str | None, Query(max_length=40)] = None,
    service: Annotated[str, Query(max_length=40)] = "",
    province: Annotated[str, Query(max_length=40)] = "",
    limit: Limit = 50,
    cursor: str | None = None,
) -> Page[DecisionRow]:
    """What was decided and by whom, newest first; of one unit where a courier is named."""
    caller.require("operator", "service")
    wanted = None if courier is None else Unit(courier, service, province)
    rows, following = await queries.decisions(session, wanted, limit=limit, cursor=cursor)
    return Page(items=[DecisionRow.model_validate(row) for row in rows], next_cursor=following)


@router.get("/standard")
async def get_standard(caller: CallerDep, session: ReadDep) -> StandardView:
    """The standard in force; for the platform's people also who changed it."""
    return await _standard(session, told=caller.is_platform)


async def _standard(session: ReadSession, *, told: bool) -> StandardView:
    version, found = await queries.standard(session)
    history = [_version(row) for row in await queries.versions(session)] if told else []
    known = history[0].model_dump() if history else {"at": None, "actor_name": "", "note": ""}
    return StandardView(**known | {"version": version}, standard=found, versions=history)


def _version(row: AdmissionStandard) -> StandardVersion:
    return StandardVersion(version=row.version, at=row.at, actor_name=row.actor_name, note=row.note)


@router.put("/standard")
async def set_standard(wish: StandardRequest, caller: CallerDep, session: WriteDep) -> StandardView:
    """A new version; windows are judged by it from the next one on."""
    caller.require("operator")
    made = await service.set_standard(session, caller, wish.standard, wish.note)
    await identity.audit(
        session, caller, "admission.standard", str(made.version), None, note=wish.note
    )
    return await _standard(session, told=True)


@router.post("/evaluate")
async def evaluate_now(caller: CallerDep, context: ContextDep) -> Evaluated:
    """Judge what is due, and yesterday's window afresh. A window counts once, however often."""
    caller.require("operator")
    judged = await judging.evaluate_now(context.database)
    async with context.database.system() as session:
        await identity.audit(session, caller, "admission.evaluated", "", None, judged=judged)
    return Evaluated(judged=judged)


async def _tell(session: WriteSession, unit: Unit, happened: str) -> None:
    row = await queries.locked(session, unit)
    why = queries.reason(row, service.today())
    await notices.tell(session, unit, (happened,), await couriers.names(session), why)


@router.post("/decide", status_code=204)
async def decide(wish: DecideRequest, caller: CallerDep, context: ContextDep) -> None:
    """Confirm what is proposed for a courier, or decline it."""
    caller.require("operator")
    async with context.database.write(None) as session:
        happened = await service.decide(
            session, caller, wish.unit(), agree=wish.agree, reason=wish.reason
        )
        if happened:
            await _tell(session, wish.unit(), happened)
        act = "admission.confirmed" if wish.agree else "admission.declined"
        await identity.audit(
            session, caller, act, wish.courier, None, **asdict(wish.unit()), reason=wish.reason
        )
    queries.forget()


@router.put("/override", status_code=204)
async def set_override(wish: OverrideRequest, caller: CallerDep, context: ContextDep) -> None:
    """Lay down a state against the standard, with a reason and a last day."""
    caller.require("operator")
    async with context.database.write(None) as session:
        await service.override(session, caller, wish.unit(), wish.state, wish.until, wish.reason)
        if wish.state == "suspended":
            await _tell(session, wish.unit(), "suspended")
        detail = wish.model_dump(mode="json", exclude={"courier"})
        await identity.audit(session, caller, "admission.override", wish.courier, None, **detail)
    queries.forget()


@router.post("/lift", status_code=204)
async def lift_override(wish: LiftRequest, caller: CallerDep, context: ContextDep) -> None:
    """Take an override back before its day."""
    caller.require("operator")
    async with context.database.write(None) as session:
        await service.lift(session, caller, wish.unit(), wish.reason)
        detail = wish.model_dump(mode="json", exclude={"courier"})
        await identity.audit(session, caller, "admission.lifted", wish.courier, None, **detail)
    queries.forget()
