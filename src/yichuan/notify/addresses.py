"""Where webhooks and pushes may go (`core.addresses`): what this installation allows."""

from __future__ import annotations

from yichuan.core.addresses import Allowed
from yichuan.core.platform import PlatformSetting


class WebhookSettings(Allowed):
    """Beyond public HTTPS addresses: what is allowed may be reached over plain HTTP too."""


setting = PlatformSetting("webhooks", WebhookSettings)
