"""中国邮政 EMS / China Post: the post's own open platform."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="ems",
    zh="中国邮政开放平台",
    en="China Post EMS",
    kind="direct",
    couriers={"EMS": "1", "YZPY": "2", "YZBK": "11"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "push": "documents",
        "rate": "documents",
    },
    only={"rate": frozenset({"EMS"})},
    endpoint="https://api.ems.com.cn/amp-prod-api/f/amp/api/open",
    sandbox="https://api.ems.com.cn/amp-prod-api/f/amp/api/test",
    credentials=(
        CredentialField("public_id", "协议客户号 (senderNo)", "Customer number (senderNo)"),
        CredentialField("secret", "签名钥匙 (Base64)", "Signing key (base64)", secret=True),
        CredentialField("authorization", "授权码", "Authorization code", secret=True),
    ),
    open=client_of("ems", "EmsClient"),
    door=door_of("ems", "EmsDoor"),
    tells_own=True,
    sources=(
        "CryptoThirdSM4Tools, the post's own encryption tool (public copies in Java and Go)",
        "public clients in PHP, C#, Java and JavaScript of 020003, 020006, 040001, 050005, one with"
        " recorded answers and an encrypted push of 2025-08",
        "github.com/open-logistics-tracking/OLTS (operation codes of api.ems.com.cn)",
    ),
    notes_zh="与当地邮政签订协议后在 api.ems.com.cn 绑定协议客户号，取得授权码和签名钥匙（测试与"
    "生产不同）；推送地址在平台上登记。EMS 用特快专递，邮政快递包裹、国内标快用各自的产品。"
    "没有公开资料说明按订单号查询或重复下单的结果，取号应答丢失后需人工核对。",
    notes_en="After an agreement with the local post, bind the customer number at api.ems.com.cn,"
    " take its authorization code and signing key (others in the sandbox) and register our push"
    " address there. No public document says what a repeated order code does or how to look one up:"
    " after a lost answer somebody must look.",
)
