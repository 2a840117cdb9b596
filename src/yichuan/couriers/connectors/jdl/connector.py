"""京东物流 JD Logistics: direct."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="jdl",
    zh="京东物流",
    en="JD Logistics",
    kind="direct",
    can={
        "number": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
    },
    endpoint="https://api.jdl.com",
    sandbox="https://uat-api.jdl.com",
    credentials=(
        CredentialField("public_id", "应用 AppKey", "AppKey"),
        CredentialField("secret", "应用 AppSecret", "AppSecret", secret=True),
        CredentialField("access_token", "商家授权 AccessToken", "AccessToken", secret=True),
        CredentialField("customer", "客户编码 (查询用)", "Customer code (for queries)"),
    ),
    open=client_of("jdl", "JdlClient"),
    door=door_of("jdl", "JdlDoor"),
    couriers={"JD": "JD"},
    account_fields=("customer_name",),
    sources=(
        "public code: JDApi (signature, addresses), EasySeries.Post (signature, track fields)",
        "public code: Com.Scm.Express JDL ECAP (fields of an order with the platform's notes)",
        "a public record of JD's sandbox with a repeated order, a subscription, pushes (2025-05)",
    ),
    notes_zh="在京东物流开放平台创建应用并由签约商家授权取得 AccessToken（会过期，到期前更换）；"
    "推送地址在平台控制台配置，运单逐个订阅（需收件人手机号后四位）。京东的推送没有公开的签名，"
    "推送地址里的令牌就是凭据，请保密。",
    notes_en="Create an application at JD Logistics' open platform and have the merchant with the"
    " contract grant it an access token (renew it before it expires). Enter our push address in"
    " its console; each number is subscribed with the last digits of the recipient's phone. No"
    " signature of JD's pushes is public: the token in the address is the credential, keep it"
    " secret.",
)
