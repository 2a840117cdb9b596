"""DHL, FedEx, UPS and USPS: followed through karrio's packages."""

from __future__ import annotations

from functools import partial

from yichuan.couriers.connectors.connector import Access, Client, Connector, CredentialField

KEY = CredentialField("public_id", "API key / client id", "API key or client id")
SECRET = CredentialField("secret", "API secret", "API secret", secret=True)
SOURCE = "github.com/karrioapi/karrio modules/connectors (2026.1), its recorded messages"
ZH = "需安装 yichuan[abroad]（karrio 库）。在该公司的开发者平台创建应用取得凭据；轨迹靠查询。"
EN = (
    "Needs yichuan[abroad] (the karrio library). Create an application at the courier's developer"
    " portal; tracks are queried."
)


def _open(carrier: str, access: Access) -> Client:
    from yichuan.couriers.connectors.karrio.client import KarrioClient

    return KarrioClient(carrier, access)


def _connector(
    name: str, zh: str, en: str, carrier: str, couriers: tuple[str, ...], endpoint: str
) -> Connector:
    return Connector(
        name=name,
        zh=zh,
        en=en,
        kind="library",
        can={"track": "documents"},
        endpoint=endpoint,
        credentials=(KEY, SECRET),
        open=partial(_open, carrier),
        couriers={courier: courier for courier in couriers},
        sources=(SOURCE,),
        notes_zh=ZH,
        notes_en=EN,
    )


CONNECTORS = (
    _connector(
        "dhl",
        "DHL",
        "DHL",
        "dhl_universal",
        ("DHL", "DHL_EN", "DHL_GLB", "DHL_DE", "DHL_USA", "DHL_C"),
        "https://api-eu.dhl.com",
    ),
    _connector("fedex", "FedEx", "FedEx", "fedex", ("FEDEX_GJ", "FEDEX"), "https://apis.fedex.com"),
    _connector("ups", "UPS", "UPS", "ups", ("UPS",), "https://onlinetools.ups.com"),
    _connector("usps", "USPS 美国邮政", "USPS", "usps", ("USPS",), "https://apis.usps.com"),
)
