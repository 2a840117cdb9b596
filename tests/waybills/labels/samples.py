"""Labels of made-up people and shops that the label tests print."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from yichuan.waybills.labels.masking import Privacy
from yichuan.waybills.labels.model import Contact, LabelData, Payment

PLAIN = LabelData(
    courier_code="ZTO",
    courier_name="中通快递",
    hotline="95311",
    service_name="标准快递",
    waybill_number="75312345678901",
    receiver=Contact(
        "陈思琪", "13800138000", "五常街道文一西路1号3号楼2单元1502室", "浙江省", "杭州市", "余杭区"
    ),
    sender=Contact(
        "蜀韵食品仓", "028-85123456", "成龙大道二段1号B区7号库", "四川省", "成都市", "成华区"
    ),
    print_time=datetime(2025, 11, 11, 3, 4, 5, tzinfo=UTC),
    mark_destination="310-B12 08",
    sort_code="571-09",
    origin_code="028",
    origin_name="成都",
    destination_code="571",
    destination_name="杭州余杭",
    package_code="B12",
    package_name="杭州中心",
    order_number="D20251111000123456789",
    shop_name="蜀韵旗舰店",
    platform_name="某某商城",
    remark="生日礼物，请轻放；送前电话联系",
    goods=("麻辣牛肉干 250g ×2", "郫县豆瓣酱 500g ×1", "火锅底料 微辣 180g ×3"),
    weight_g=2350,
    payment=Payment.MONTHLY,
    buyer_link="https://t.example.cn/track/Zx9kPq1Lm2Nn3Oo4",
    sequence=17,
)
LONG = replace(
    PLAIN,
    courier_code="SF",
    courier_name="顺丰速运",
    waybill_number="SF1234567890123",
    mark_destination="021WK-018-006",
    receiver=Contact(
        "亚历山大·阿卜杜拉·买买提江",
        "18600000000转6021",
        "南京东路街道人民大道1号国际中心商务广场B座写字楼第27层2705-2708单元靠近货梯间左手边第三个玻璃门"
        "（工作日早九点到晚六点送货，周末请放在一楼大堂智能快递柜或交给前台代收，请勿放门口）",
        "上海市",
        "上海市",
        "黄浦区",
        "上海某某信息科技有限公司华东分公司采购部",
    ),
    insured_fen=200_000,
    cod_fen=1_288_000,
)
CHILD = replace(
    PLAIN,
    courier_code="JD",
    courier_name="京东快递",
    waybill_number="JDVB00000000001-3-12-",
    parent_number="JDVB00000000001",
    child_index=3,
    child_total=12,
    pieces=12,
    weight_g=36_500,
    mark_destination="杭州余杭-A区-03",
    privacy=Privacy.MASKED,
)
RARE = replace(
    PLAIN,
    courier_code="YTO",
    courier_name="圆通速递",
    waybill_number="YT8123456789012",
    receiver=Contact("㛃䶮𠮷 王鱻", "13900139000", "㙍镇嘢咗村1号", "廣東省", "广州市", "番禺區"),
    remark="生僻字：㛃 䶮 𠮷 犇骉 喆堃",
)
FREIGHT = replace(
    PLAIN,
    courier_code="ANE",
    courier_name="安能物流",
    hotline="",
    service_name="定时达",
    waybill_number="200012345678",
    mark_destination="广州番禺分拨",
    pieces=12,
    weight_g=386_000,
    insured_fen=5_000_000,
    payment=Payment.RECEIVER,
    package_code="",
    package_name="",
    buyer_link="",
)
MINIMAL = LabelData(
    courier_code="STO",
    waybill_number="773312345678901",
    receiver=Contact("张三", "13812341234", "天府大道1号"),
    sender=Contact("", "", ""),
    print_time=datetime(2025, 1, 1, tzinfo=UTC),
)
ALL = {
    "plain": PLAIN,
    "long": LONG,
    "child": CHILD,
    "rare": RARE,
    "freight": FREIGHT,
    "minimal": MINIMAL,
}
