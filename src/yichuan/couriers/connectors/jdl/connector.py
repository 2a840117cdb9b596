"""京东物流 JD Logistics: direct."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of

CONNECTOR = Connector(
    name="jdl",
    zh="京东物流",
    en="JD Logistics",
    kind="direct",
    can={"number": "documents", "cancel": "documents", "track": "documents"},
    endpoint="https://api.jdl.com",
    sandbox="https://uat-api.jdl.com",
    credentials=(
        CredentialField("public_id", "应用 AppKey", "AppKey"),
        CredentialField("secret", "应用 AppSecret", "AppSecret", secret=True),
        CredentialField("access_token", "商家授权 AccessToken", "AccessToken", secret=True),
        CredentialField("customer", "客户编码 (查询用)", "Customer code (for queries)"),
    ),
    open=client_of("jdl", "JdlClient"),
    couriers={"JD": "JD"},
    account_fields=("customer_name",),
    sources=(
        "public code: JDApi (signature, addresses), EasySeries.Post (signature, track fields)",
        "public code: Com.Scm.Express JDL ECAP (fields of an order with the platform's notes)",
    ),
    notes_zh="在京东物流开放平台创建应用并由签约商家授权取得 AccessToken（会过期，到期前更换）；"
    "同一订单号重复下单会被拒绝，应答丢失时需在京东后台核对。轨迹靠查询，没有推送。",
    notes_en="Create an application at JD Logistics' open platform and have the merchant with the"
    " contract grant it an access token (renew it before it expires). A repeated order number is"
    " refused: after a lost answer somebody looks it up in JD's console. Tracks are queried.",
)
