"""中通 ZTO Express: the courier's own open platform (ZOP)."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="zto",
    zh="中通开放平台",
    en="ZTO Express",
    kind="direct",
    couriers={"ZTO": "ZTO"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
    },
    endpoint="https://japi.zto.com",
    sandbox="https://japi-test.zto.com",
    credentials=(
        CredentialField("public_id", "应用 AppKey", "AppKey"),
        CredentialField("secret", "应用 AppSecret", "AppSecret", secret=True),
        CredentialField(
            "order_type",
            "订单类型 (1 全网件 / 2 预约件，默认 1)",
            "Order type (1 collected daily, 2 by appointment; default 1)",
            required=False,
        ),
    ),
    open=client_of("zto", "ZtoClient"),
    door=door_of("zto", "ZtoDoor"),
    account_fields=("customer_name", "customer_password", "month_code"),
    sources=(
        "github.com/ZTO-Express/zopsdk-node, -java, -php (ZTO's own SDKs)",
        "a public record of ZTO's sandbox with orders, subscriptions and pushes (2025-05)",
    ),
    notes_zh="电子面单账号和密码填在面单账户里；集团客户填月结号（集团客户编码）。全网件单号不能取消，"
    "30 至 60 天无扫描后由中通自动回收；预约件可以取消。中通没有按商家订单号查询的接口，"
    "取号应答丢失后需人工核对。签名方式在中通控制台须为 MD5 + Base64。",
    notes_en="The waybill account and its password belong to the account; corporate customers fill"
    " in their customer code as the monthly account. Numbers of order type 1 cannot be cancelled:"
    " ZTO takes them back after 30 to 60 days without a scan. ZTO cannot be asked by our order"
    " code: after a lost answer somebody must look. Set the signature to MD5 + Base64 at ZTO.",
)
