"""极兔速递 J&T Express China: direct."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="jtexpress",
    zh="极兔速递",
    en="J&T Express China",
    kind="direct",
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "simulator",
    },
    endpoint="https://openapi.jtexpress.com.cn/webopenplatformapi/api",
    sandbox="https://uat-openapi.jtexpress.com.cn/webopenplatformapi/api",
    credentials=(
        CredentialField("public_id", "API 账号 (apiAccount)", "API account"),
        CredentialField("secret", "私钥 (privateKey)", "Private key", secret=True),
    ),
    open=client_of("jtexpress", "JtClient"),
    door=door_of("jtexpress", "JtDoor"),
    couriers={"JTSD": "JTSD"},
    account_fields=("customer_name", "customer_password"),
    sources=(
        "github.com/maxbetas/jtexpress @dc8a1fcf (calls, track, subscription)",
        "public code: SignDemoUtils (known answers of both digests), Com.Scm.Express JT (fields)",
    ),
    notes_zh="需在极兔开放平台创建应用并与网点签约取得客户编码与密码；推送地址随每次订阅提交。",
    notes_en="Needs an application at J&T's open platform and a customer code and password of a"
    " branch. The push address goes with each subscription.",
)
