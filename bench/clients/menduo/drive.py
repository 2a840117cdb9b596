"""Drives menduo/kdniao_python: query, follow, recognise, waybill; and a wrong signature."""

import json
import os

from kdniao.client import KdNiaoClient  # type: ignore[import-not-found]

shipper, number = os.environ["KDN_SHIPPER"], os.environ["KDN_NUMBER"]
client = KdNiaoClient(os.environ["KDN_ID"], os.environ["KDN_KEY"])
wrong = KdNiaoClient(os.environ["KDN_ID"], "wrong")
ok = client.track(number, shipper)["code_biz"]
track = client.track(number, shipper)["data"]
waybill = client.create_eorder(json.loads(os.environ["KDN_ORDER"]))["data"]
print(
    json.dumps(
        {
            "state": track["State"],
            "traces": len(track["Traces"]),
            "followed": client.follow(number, shipper)["data"]["Success"],
            "recognised": client.recognise(number)["data"]["Shippers"][0]["ShipperCode"],
            "waybill": waybill.get("Order", {}).get("LogisticCode") or waybill,
            "label": "<html" in waybill.get("PrintTemplate", "").lower(),
            "wrong_signature_refused": wrong.track(number, shipper)["code_biz"] != ok,
        }
    )
)
