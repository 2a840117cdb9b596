"""The KDNiao door at KDNiao's own paths, and what its users do see and set over our API."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from starlette.convertors import Convertor, register_url_convertor
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from yichuan.core.addresses import check
from yichuan.core.errors import Invalid
from yichuan.core.pagination import MAX_LIMIT, Page
from yichuan.couriers import applications
from yichuan.couriers.applications import Grant
from yichuan.couriers.connectors.form import form_fields
from yichuan.gateway import queries
from yichuan.gateway.door import Door
from yichuan.gateway.kdniao.pushing import ACCOUNT, put_thing
from yichuan.gateway.kdniao.wire import BAD_FORMAT, CallError, encode, refusal
from yichuan.gateway.schemas import (
    ApplicationDetail,
    ApplicationState,
    ApplicationView,
    CallbackChange,
    Decision,
    FollowedView,
    PushView,
)
from yichuan.identity import service as identity
from yichuan.identity.deps import CallerDep, ContextDep, ReadDep, WriteDep
from yichuan.notify.addresses import setting
from yichuan.tracking import watching

router = APIRouter(tags=["kdniao"])
door_router = APIRouter(tags=["kdniao"])

MAX_BODY: Final = 1024 * 1024
"""Bytes of a call; the longest honest one is some tens of kilobytes."""
MEDIA_TYPE: Final = "application/json; charset=utf-8"
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]


class DoorPath(Convertor[str]):
    """KDNiao's paths in any letter case, also with the `2` of newer articles and a slash more."""

    regex = (
        r"(?i:/*(?:ebusiness/ebusinessorderhandle\.aspx"
        r"|api/(?:dist|eorderservice|oorderservice|apiservice|reg|agencyfund)2?"
        r"|kdniaosandbox/gateway/exterfaceinvoke\.json)/?)"
    )

    def convert(self, value: str) -> str:
        """The path as it came."""
        return value

    def to_string(self, value: str) -> str:
        """The path as it is."""
        return value


register_url_convertor("kdniao", DoorPath())


async def _form(request: Request) -> dict[str, bytes]:
    """The fields of a call: of the query string and of the body, which wins.

    Raises:
        ValueError: too long, or no form.
        HTTPException: a multipart body that cannot be read.
    """
    fields = form_fields(request.scope.get("query_string", b""))
    if request.method != "POST":
        return fields
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form(max_files=0, max_fields=20, max_part_size=MAX_BODY) as form:
            many = {k: v.encode() for k, v in form.items() if not isinstance(v, UploadFile)}
        return fields | many
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            raise ValueError("form body too long")
        parts.append(part)
    return fields | form_fields(b"".join(parts))


async def kdniao(request: Request) -> Response:
    """A call of KDNiao's protocol. Whatever happens, HTTP 200 and JSON with its length, no more.

    A plain route: the framework's own refusals would be problem documents.
    """
    state = request.app.state
    if not hasattr(state, "kdniao"):
        state.kdniao = Door(state.context, state.http)
    door: Door = state.kdniao
    try:
        fields = await _form(request)
    except (ValueError, HTTPException) as error:
        answer = refusal("", "", CallError(BAD_FORMAT, f"请求格式有误：{error}"[:200]))
    else:
        answer = await door.answer(fields)
    return Response(encode(answer), media_type=MEDIA_TYPE)


door_router.add_route("/{path:kdniao}", kdniao, methods=["GET", "POST"])


@router.patch("/api-keys/{key_id}", status_code=204)
async def change_key(
    key_id: UUID, wish: CallbackChange, caller: CallerDep, session: WriteDep
) -> None:
    """Say where a key of the KDNiao door hears pushes 101, 102, 103 and 1117."""
    caller.require("operator", "merchant")
    if wish.callback_url is not None:
        await check(wish.callback_url, await setting.get(session), plain=True)
    row = await identity.set_callback(session, key_id, wish.callback_url)
    await identity.audit(session, caller, "api_key.callback", str(key_id), row.merchant_id)


@router.get("/kdniao/pushes")
async def list_pushes(
    caller: CallerDep,
    session: ReadDep,
    key_id: UUID | None = None,
    failed: bool = False,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[PushView]:
    """Every try to push to the users of the KDNiao door, newest first."""
    caller.require("operator", "merchant")
    rows, following = await queries.pushes(session, key_id, failed, limit, cursor)
    return Page(items=[PushView.model_validate(row) for row in rows], next_cursor=following)


@router.get("/kdniao/followed")
async def list_followed(
    caller: CallerDep, session: ReadDep, key_id: UUID | None = None, limit: Limit = 50
) -> Page[FollowedView]:
    """Numbers that programs follow through the KDNiao door, the latest first."""
    caller.require("operator", "merchant")
    rows = await watching.followed(session, key_id, limit)
    return Page(items=[FollowedView.model_validate(row) for row in rows])


@router.get("/account-applications")
async def list_applications(
    caller: CallerDep,
    session: ReadDep,
    state: ApplicationState | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[ApplicationView]:
    """Applications for waybill accounts 客户号申请, newest first."""
    caller.require("operator", "merchant")
    rows, following = await applications.listing(session, state, limit, cursor)
    items = [ApplicationView.model_validate(row) for row in rows]
    return Page(items=items, next_cursor=following)


@router.get("/account-applications/{application_id}")
async def get_application(
    application_id: UUID, caller: CallerDep, context: ContextDep, session: ReadDep
) -> ApplicationDetail:
    """One application with the applicant's contact."""
    caller.require("operator", "merchant")
    row = await applications.one(session, application_id)
    details = applications.details_of(context.vault, row)
    return ApplicationDetail(**ApplicationView.model_validate(row).model_dump(), details=details)


@router.post("/account-applications/{application_id}/decision")
async def decide_application(
    application_id: UUID, wish: Decision, caller: CallerDep, context: ContextDep
) -> ApplicationView:
    """Grant or refuse; the applicant's program is told by a push 1117 (operators)."""
    caller.require("operator")
    if wish.grant is None and not wish.reason:
        raise Invalid("a refusal needs its reason", field="reason")
    grant = Grant(**wish.grant.model_dump()) if wish.grant else None
    async with context.database.system() as session:
        row = await applications.decide(session, context.vault, application_id, grant, wish.reason)
        await put_thing(session, row.key_id, row.merchant_id, ACCOUNT, row.id)
        await identity.audit(
            session, caller, f"account_application.{row.state}", str(row.id), row.merchant_id
        )
        return ApplicationView.model_validate(row)
