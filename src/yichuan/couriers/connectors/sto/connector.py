"""申通 STO Express: the courier's own open platform (申行者)."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="sto",
    zh="申通开放平台",
    en="STO Express",
    kind="direct",
    couriers={"STO": "STO"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
    },
    endpoint="https://cloudinter-linkgateway.sto.cn",
    sandbox="http://cloudinter-linkgatewaytest.sto.cn",
    credentials=(
        CredentialField("public_id", "应用 AppKey", "AppKey"),
        CredentialField("secret", "应用 SecretKey", "SecretKey", secret=True),
        CredentialField("order_source", "订单来源编码", "Order source code"),
        CredentialField(
            "from_code",
            "资源编码 (from_code，默认同 AppKey)",
            "Resource code (from_code; AppKey where empty)",
            required=False,
        ),
    ),
    open=client_of("sto", "StoClient"),
    door=door_of("sto", "StoDoor"),
    account_fields=("branch_code", "customer_name", "customer_password", "month_code"),
    track_at_once=10,
    sources=(
        "open.sto.cn (OMS_EXPRESS_ORDER_CREATE, STO_TRACE_QUERY_COMMON,"
        " STO_TRACE_PLATFORM_SUBSCRIBE, STO_TRACE_PLATFORM_PUSH, by public clients)",
        "public clients in Go, PHP, C# and Java",
    ),
    notes_zh="网点编码、客户编号和密码填在面单账户里，月结编号可选。推送地址在申通控制台设置。"
    "申通没有按订单号查询运单号的公开接口，取号应答丢失后需人工核对。",
    notes_en="Branch code, customer number and password belong to the account; the monthly code is"
    " optional. The push address is set in STO's console. No public interface tells the number of"
    " an order code: after a lost answer somebody must look.",
)
