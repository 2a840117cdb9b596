"""One base error with HTTP status, stable code and zh/en text; served as RFC 9457 problems."""

from __future__ import annotations

from typing import ClassVar


class YichuanError(Exception):
    """Base of every expected error.

    `detail` says what happened to this request; `extra` is added to the problem document.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    title_zh: ClassVar[str] = "系统内部错误"

    def __init__(self, detail: str = "", **extra: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.extra = extra

    def problem(self) -> dict[str, object]:
        """RFC 9457 problem document."""
        return {
            "type": f"about:blank#{self.code}",
            "title": self.title,
            "title_zh": self.title_zh,
            "status": self.status,
            "code": self.code,
            "detail": self.detail or self.title,
            **self.extra,
        }


class NotFound(YichuanError):
    """The thing does not exist, or the caller may not see it: the two look the same."""

    status, code = 404, "not_found"
    title, title_zh = "Not found", "未找到"


class Unauthenticated(YichuanError):
    """No valid credential."""

    status, code = 401, "unauthenticated"
    title, title_zh = "Sign in or send a valid API key", "请登录或提供有效的 API 密钥"


class Forbidden(YichuanError):
    """The caller is known but may not do this."""

    status, code = 403, "forbidden"
    title, title_zh = "Not allowed", "没有权限"


class Conflict(YichuanError):
    """The act does not fit the thing's present state."""

    status, code = 409, "conflict"
    title, title_zh = "Conflicts with the current state", "与当前状态冲突"


class IdempotencyMismatch(YichuanError):
    """The same idempotency key came with another request."""

    status, code = 422, "idempotency_mismatch"
    title, title_zh = "Idempotency key was used for another request", "幂等键已用于其他请求"


class Invalid(YichuanError):
    """The request is well formed but its values are not acceptable."""

    status, code = 422, "invalid"
    title, title_zh = "Invalid value", "参数不合法"


class Overloaded(YichuanError):
    """Too much is waiting; try again later."""

    status, code = 503, "overloaded"
    title, title_zh = "Overloaded, retry later", "系统繁忙，请稍后重试"


class Unavailable(YichuanError):
    """The database or the disk is away or full; whether the act was carried out is not known."""

    status, code = 503, "unavailable"
    title, title_zh = "The database cannot do this now, retry", "数据库暂不可用，请稍后重试"


class CourierFailed(YichuanError):
    """A courier refused or could not be reached; its own text is kept in `courier_text`."""

    status, code = 502, "courier_failed"
    title, title_zh = "The courier's system refused or failed", "快递公司接口拒绝或失败"
