"""快递100 Kuaidi100: one API to most couriers of China and many abroad."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Connector, CredentialField
from yichuan.couriers.connectors.kuaidi100.companies import OURS_TO_THEIRS, WAYBILLS
from yichuan.couriers.connectors.opening import client_of, door_of

CONNECTOR = Connector(
    name="kuaidi100",
    zh="快递100",
    en="Kuaidi100",
    kind="aggregator",
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
        "recognise": "documents",
        "forecast": "documents",
    },
    endpoint="https://poll.kuaidi100.com",
    other_hosts=("api.kuaidi100.com", "www.kuaidi100.com"),
    credentials=(
        CredentialField("public_id", "查询公司编号 (customer)", "Customer"),
        CredentialField("secret", "授权 key", "Key", secret=True),
        CredentialField(
            "secret2", "授权 secret (电子面单、时效)", "Secret (waybills, forecasts)", secret=True
        ),
        CredentialField("salt", "推送签名盐 (salt，自定)", "Push salt (your choice)", secret=True),
    ),
    open=client_of("kuaidi100", "Kuaidi100Client"),
    door=door_of("kuaidi100", "Kuaidi100Door"),
    couriers=OURS_TO_THEIRS,
    only=dict.fromkeys(("number", "label", "cancel"), WAYBILLS),
    account_fields=("customer_name", "customer_password", "branch_code"),
    sources=(
        "github.com/kuaidi100-api/java-demo @68a6ab42",
        "github.com/kuaidi100-api/php-demo @01c5e86f",
    ),
    notes_zh="电子面单与时效预测需在快递100后台开通并取得 secret；推送地址随订阅提交，无需另设。",
    notes_en="Waybills and forecasts need the secret of an enterprise account. The push address"
    " goes with each subscription.",
)
