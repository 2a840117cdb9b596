"""Traditional characters (繁体) of division names to simplified ones, one for one."""

from __future__ import annotations

import re

_PAIRS = (
    "臺台灣湾東东廣广縣县區区門门龍龙陽阳鄉乡鎮镇莊庄華华鳳凤雲云漢汉濱滨連连遼辽寧宁蘇苏贛赣滬沪魯鲁豫豫鄂鄂"
    "貴贵蘭兰慶庆蕭萧鹽盐馬马義义興兴嶺岭瓊琼澳澳業业園园樓楼號号棟栋衛卫濟济煙烟濰潍臨临遠远榮荣萊莱無无錫锡"
    "鎮镇淨净揚扬張张啟启啓启靈灵寶宝應应溫温麗丽紹绍餘余桐桐諸诸嶽岳長长瀋沈撫抚順顺營营盤盘錦锦葫葫蘆芦島岛"
    "齊齐爾尔賓宾雞鸡鶴鹤雙双鴨鸭綏绥陝陕鹹咸銅铜渭渭楊杨凌凌漢汉嶧峄棗枣開开發发鄭郑許许漯漯駐驻馬马諸诸羅罗"
    "湛湛韶韶肇肇雲云茂茂揭揭潯浔潛潜監监頭头貝贝倉仓埡垭兗兖塊块壩坝壽寿奧奥寬宽寨寨將将嶗崂嵐岚幹干廈厦彌弥彎弯"
    "戶户擔担昇升曉晓會会條条榆榆欒栾歷历歸归溝沟滄沧滎荥漣涟滾滚潤润澤泽瀏浏灘滩爐炉獅狮瑪玛甌瓯畢毕當当睢睢祿禄穀谷"
    "竈灶築筑範范緜绵縉缙聞闻聯联肅肃膠胶興兴莆莆蒼苍蓋盖蔣蒋薊蓟藍蓝虛虚諾诺譚谭豐丰費费賀贺贊赞趙赵輝辉輪轮"
    "粵粤荊荆環环棲栖畬畲壢坜貓猫鶯莺樹树圍围觀观"
    "邊边郟郏鄧邓鄒邹鄲郸釣钓鉅巨鋼钢錢钱錯错鍾钟鎖锁鎢钨鐵铁閃闪閔闵閘闸閩闽閬阆間间關关隆隆隴陇際际離离雞鸡靜静韓韩韋韦"
    "順顺須须頤颐頭头顧顾飛飞饒饶駐驻驛驿魚鱼鮮鲜鰲鳌鳥鸟鵬鹏鷹鹰鹿鹿麥麦黃黄黨党龐庞龜龟街街灣湾莞莞國国橋桥場场廠厂設设"
)
_TABLE = {
    ord(_PAIRS[i]): ord(_PAIRS[i + 1])
    for i in range(0, len(_PAIRS), 2)
    if _PAIRS[i] != _PAIRS[i + 1]
}
_ANY = re.compile(f"[{''.join(map(chr, _TABLE))}]")


def simplified(text: str) -> str:
    """The text with the traditional characters of division names made simplified; same length."""
    return text.translate(_TABLE) if _ANY.search(text) else text
