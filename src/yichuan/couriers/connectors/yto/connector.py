"""圆通 YTO Express: the courier's own open platform."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="yto",
    zh="圆通开放平台",
    en="YTO Express",
    kind="direct",
    couriers={"YTO": "YTO"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
        "pickup": "documents",
    },
    endpoint="https://openapi.yto.net.cn:11443",
    sandbox="https://openuat.yto56test.com:6443",
    credentials=(
        CredentialField("public_id", "客户编码 (K 码)", "Customer code"),
        CredentialField("secret", "客户密钥", "Customer secret", secret=True),
        CredentialField("app_id", "接口地址中的应用标识", "Application id in the addresses"),
        CredentialField(
            "track_customer",
            "轨迹接口的客户编码（不同时填写）",
            "Customer code of the tracking interfaces, where it differs",
            required=False,
        ),
        CredentialField(
            "track_secret",
            "轨迹接口的客户密钥（不同时填写）",
            "Secret of the tracking interfaces, where it differs",
            secret=True,
            required=False,
        ),
    ),
    open=client_of("yto", "YtoClient"),
    door=door_of("yto", "YtoDoor"),
    per_second=200 / 60,
    sources=(
        "open.yto.net.cn (manual of the signature with its worked examples, public copies)",
        "public clients of privacy_create_adapter, korder_cancel_adapter, track_query_adapter and"
        " subscribe_adapter, and a public receiver of its pushes",
    ),
    notes_zh="圆通按接口分发客户编码和密钥：下单、取消一组，轨迹查询、订阅、推送可能另有一组。"
    "服务器 IP 需加入白名单。圆通没有按物流单号查询运单号的公开接口，取号应答丢失后需人工核对。",
    notes_en="YTO gives codes and secrets by interface: one pair for orders and cancellations,"
    " perhaps another for queries, subscriptions and pushes. Have the server's address put on the"
    " white list. No public interface tells the number of an order code: after a lost answer"
    " somebody must look.",
)
