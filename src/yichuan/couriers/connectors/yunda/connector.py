"""韵达 Yunda Express: the courier's own open platform."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of

CONNECTOR = Connector(
    name="yunda",
    zh="韵达开放平台",
    en="Yunda Express",
    kind="direct",
    couriers={"YD": "YD"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
    },
    endpoint="https://openapi.yundaex.com",
    sandbox="https://u-openapi.yundasys.com",
    credentials=(
        CredentialField("public_id", "应用 app-key", "app-key"),
        CredentialField("secret", "应用 app-secret", "app-secret", secret=True),
    ),
    open=client_of("yunda", "YundaClient"),
    account_fields=("customer_name", "customer_password"),
    sources=(
        "public clients in PHP, Java (on Yunda's SDK) and Python of accountOrder and"
        " outer/logictis, one with the table of codes",
        "the list of OLTS (actions and statuses of a history)",
    ),
    notes_zh="面单账户的客户号填 partner_id，密码填 secret。运单须先订阅才能查询轨迹；"
    "韵达的轨迹推送报文没有公开资料，本系统不接收其推送，轨迹按需查询。",
    notes_en="The account's customer name is the partner_id, its password the secret. A number"
    " must be subscribed before it can be asked for. No public document shows a push of Yunda's:"
    " pushes are not taken, tracks are asked for.",
)
