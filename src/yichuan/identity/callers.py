"""Who is calling, and which merchants they may see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from yichuan.core.database import Merchants
from yichuan.core.errors import Forbidden

Role = Literal["operator", "service", "merchant"]


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in user or an API key. Platform callers (operator, service) have no merchant."""

    id: str
    """`user:<uuid>`, `key:<uuid>` or `system:<name>`."""
    name: str
    role: Role
    merchant_id: UUID | None = None
    username: str = ""
    """What a person signs in with; empty for programs."""
    locale: str = "zh-CN"
    csrf_token: str | None = None
    """Set for browser sessions: mutating requests must repeat it."""

    @property
    def is_platform(self) -> bool:
        """Platform staff or a platform key."""
        return self.merchant_id is None

    def require(self, *roles: Role) -> None:
        """Check the role.

        Raises:
            Forbidden: the caller's role is none of these.
        """
        if self.role not in roles:
            raise Forbidden(f"needs role {' or '.join(roles)}")


SYSTEM_CALLER = Caller(id="system:worker", name="系统", role="operator")


def visible_merchants(caller: Caller) -> Merchants:
    """The one place that says which merchants a caller may see; None means all."""
    return None if caller.merchant_id is None else (caller.merchant_id,)
