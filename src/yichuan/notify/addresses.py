"""Where webhooks and pushes may go (`core.addresses`), and how long they may fail."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from yichuan.core.addresses import Allowed
from yichuan.core.platform import PlatformSetting


class WebhookSettings(Allowed):
    """Beyond public HTTPS addresses: what is allowed may be reached over plain HTTP too."""

    pause_after_hours: Annotated[int, Field(ge=27, le=720)] = 48
    """Hours of nothing but failures after which an endpoint is paused; more than the 26 hours in
    which one event is tried."""


setting = PlatformSetting("webhooks", WebhookSettings)
