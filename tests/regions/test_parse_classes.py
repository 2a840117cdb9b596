"""One invented address for each way in which real ones were once misread (house numbers made up).

If these break, a class of addresses is filled in with the wrong city or district.
"""

from __future__ import annotations

import pytest

from yichuan.regions.parse import parse_address

CASES = [
    # old, merged, upgraded and renamed districts
    ("上海市闸北区某路1号", "上海市", "静安区"),
    ("北京市宣武区某街2号", "北京市", "西城区"),
    ("苏州市平江区某路3号", "苏州市", "姑苏区"),
    ("广州市萝岗区某路4号", "广州市", "黄埔区"),
    ("江苏省海门市某路5号", "南通市", "海门区"),
    ("湖南省宁乡县某镇某村6号", "长沙市", "宁乡市"),
    ("浙江省杭州市下城区某路7号", "杭州市", "拱墅区"),
    # same-named districts, told apart by the rest
    ("朝阳区望京某园8号", "北京市", "朝阳区"),
    ("鼓楼区管家桥9号", "南京市", "鼓楼区"),
    ("通州区新世纪大道10号", "南通市", "通州区"),
    ("和平区睦南道11号", "天津市", "和平区"),
    ("江北华新街某大厦12-1", "重庆市", "江北区"),
    ("西湖区文三路13号", "杭州市", "西湖区"),
    ("鼓楼区五四路13号（某某新华都）", "福州市", "鼓楼区"),
    ("龙华区滨海大道13号", "海口市", "龙华区"),
    ("平江伍市工业园13号", "岳阳市", "平江县"),
    # county-level cities, with and without their prefecture
    ("昆山市花桥镇某路14号", "苏州市", "昆山市"),
    ("义乌稠州北路15号", "金华市", "义乌市"),
    ("福州市福清江阴工业区某路16号", "福州市", "福清市"),
    # zones and new districts
    ("深圳市龙华新区某路17号", "深圳市", "龙华区"),
    ("北京经济技术开发区科创街18号", "北京市", "大兴区"),
    ("郑东新区商务外环19号", "郑州市", ""),
    ("国家高新区某某大道20号", "", ""),
    # roads and buildings that bear a far place's name
    ("上海市南京西路21号", "上海市", ""),
    ("青岛市市南区香港中路22号", "青岛市", "市南区"),
    ("广州市天河区北京某某大厦23楼", "广州市", "天河区"),
    ("浦东南路24号 鄂尔多斯大厦", "上海市", ""),
    ("长春市吉林大路25号", "长春市", ""),
    # towns and streets without anything above
    ("沙井街道某环路26号", "深圳市", "宝安区"),
    ("崇贤镇某某工业园27号", "杭州市", "临平区"),
    ("淀山湖镇某某路28号", "苏州市", "昆山市"),
    # roads, buildings and estates without anything above
    ("娄山关路29号1楼", "上海市", ""),
    ("建外SOHO30号楼", "北京市", ""),
    ("凤城12路31号", "西安市", ""),
    ("某路32号和丰创意广场某楼", "宁波市", ""),
    # words before the address, several addresses, brackets
    ("（面试地址）广州市海珠区某大道33号", "广州市", "海珠区"),
    ("总部：苏州园区某某广场34楼；分部：南京市鼓楼区某路5号", "苏州市", "苏州工业园区"),
    ("工厂：天津滨海高新区某某大道35号", "天津市", "滨海新区"),
    ("上海市上海市青浦区某路36号", "上海市", "青浦区"),
    # other scripts, Hong Kong, Macau, Taiwan
    ("廣東省東莞市虎門鎮某路37號", "东莞市", ""),
    ("香港湾仔轩尼诗道38号", "香港特别行政区", "湾仔区"),
    ("台北市信義區某路39號", "台北市", "信义区"),
    ("永和区禾丰某街40号", "", ""),
    # counties run by their province
    ("湖北省潜江市某路41号", "潜江市", "潜江市"),
    ("海南省陵水县某路42号", "陵水黎族自治县", "陵水黎族自治县"),
    # nothing to know
    ("Suite 43, Example Street", "", ""),
    ("万达广场44楼", "", ""),
]


@pytest.mark.parametrize(("raw", "city", "district"), CASES)
def test_one_of_each_class(raw: str, city: str, district: str) -> None:
    found = parse_address(raw)
    assert (found.city, found.district) == (city, district)
