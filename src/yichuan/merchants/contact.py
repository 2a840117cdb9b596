"""How buyers reach a merchant or the platform: shown on their pages to whoever has a link."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from yichuan.core.platform import PlatformSetting


class ServiceContact(BaseModel):
    """A customer service 客服: a phone, a page or both; nothing is shown of what is not given."""

    phone: Annotated[str, Field(pattern=r"^[0-9][0-9 +-]{2,28}$")] | None = None
    """Digits, blanks and dashes: 400-000-0000."""
    url: Annotated[str, Field(pattern=r"^https?://[^\s<>\"]+$", max_length=500)] | None = None
    """A page, such as a chat."""


class BuyerService(ServiceContact):
    """The platform's own."""


setting = PlatformSetting("buyer_service", BuyerService)
