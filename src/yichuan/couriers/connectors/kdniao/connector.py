"""快递鸟 KDNiao: one API to most couriers of China."""

from __future__ import annotations

from yichuan.couriers.connectors.connector import Access, Client, Connector, CredentialField, Door


def _open(access: Access) -> Client:
    from yichuan.couriers.connectors.kdniao.client import KdniaoClient

    return KdniaoClient(access)


def _door() -> Door:
    from yichuan.couriers.connectors.kdniao.door import KdniaoDoor

    return KdniaoDoor()


CONNECTOR = Connector(
    name="kdniao",
    zh="快递鸟",
    en="KDNiao",
    kind="aggregator",
    can={
        "number": "documents",
        "label": "documents",
        "cancel": "documents",
        "balance": "documents",
        "track": "documents",
        "subscribe": "documents",
        "push": "documents",
    },
    endpoint="https://api.kdniao.com",
    sandbox="http://sandboxapi.kdniao.com:8080/kdniaosandbox/gateway/exterfaceInvoke.json",
    credentials=(
        CredentialField("public_id", "用户 ID (EBusinessID)", "EBusinessID"),
        CredentialField("secret", "API key (AppKey)", "AppKey", secret=True),
        CredentialField(
            "plan", "套餐 (plus 增值版 / free 免费版)", "Plan (plus or free)", required=False
        ),
    ),
    open=_open,
    tells_own=True,
    door=_door,
    account_fields=("customer_name", "customer_password", "branch_code", "month_code"),
    per_second=20.0,
    sources=(
        "apifox.com docs-site 2538027 (the manual's copy)",
        "github.com/wannvmi/Kdniao.Core official-demo",
    ),
)
