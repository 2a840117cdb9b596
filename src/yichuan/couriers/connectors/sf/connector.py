"""顺丰 SF Express: the courier's own open platform 丰桥."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="sf",
    zh="顺丰丰桥",
    en="SF Express",
    kind="direct",
    couriers={"SF": "SF"},
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
        "pickup": "documents",
        "rate": "documents",
        "forecast": "documents",
    },
    endpoint="https://bspgw.sf-express.com",
    sandbox="https://sfapi-sbox.sf-express.com",
    credentials=(
        CredentialField("public_id", "顾客编码 (partnerID)", "Customer code (partnerID)"),
        CredentialField("secret", "校验码 (checkword)", "Checkword", secret=True),
    ),
    open=client_of("sf", "SfClient"),
    tells_own=True,
    door=door_of("sf", "SfDoor"),
    account_fields=("month_code",),
    per_second=30.0,
    track_at_once=10,
    sources=(
        "open.sf-express.com/Api/ApiDetails?level3=393 (EXP_RECE_CREATE_ORDER, public copies)",
        "github.com/1101124154/sf-express-sdk docs/examples (the SDK's own sample messages)",
        "github.com/mr-xiaoyu/express-java-tools express-java-sf",
    ),
    notes_zh="在丰桥控制台为应用关联各接口并绑定月结卡号；路由推送地址在控制台填写驿传的推送地址。"
    "顺丰的推送没有签名，推送地址里的令牌就是凭据，请保密。",
    notes_en="In the SF console, grant the application each service and bind the monthly account;"
    " enter our push address there. SF does not sign its pushes: the token in the address is the"
    " credential, keep it secret.",
)
