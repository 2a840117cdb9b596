"""德邦 Deppon: direct."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="deppon",
    zh="德邦",
    en="Deppon",
    kind="direct",
    can={
        "number": "documents",
        "cancel": "documents",
        "track": "documents",
        "push": "simulator",
    },
    endpoint="https://dpapi.deppon.com",
    sandbox="http://dpsanbox.deppon.com/sandbox-web",
    other_hosts=("gwapi.deppon.com",),
    credentials=(
        CredentialField("public_id", "公司编码 (companyCode)", "Company code"),
        CredentialField("secret", "密钥 (appkey)", "Application key", secret=True),
        CredentialField("sign", "渠道单号前缀 (sign)", "Prefix of order numbers (sign)"),
    ),
    open=client_of("deppon", "DepponClient"),
    tells_own=True,
    door=door_of("deppon", "DepponDoor"),
    couriers={"DBL": "DBL", "DBLKY": "DBLKY"},
    account_fields=("customer_name",),
    sources=(
        "public code: Masonx ExpressDelivery (the platform's fields and sample answers)",
        "public code: a client tried against production in 2026-09 (addresses, refusals)",
    ),
    notes_zh="需在德邦开放平台分别订阅下单、查询、撤销接口；客户编码由营业部提供。"
    "轨迹随下单自动订阅，推送地址在平台上登记。",
    notes_en="Ordering, query and cancellation are subscribed to one by one at Deppon's open"
    " platform; a branch gives the customer code. Tracks of numbers taken here are pushed to the"
    " address registered there.",
)
