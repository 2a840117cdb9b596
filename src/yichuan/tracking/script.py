"""Traditional characters of courier texts to simplified ones, one for one.

Hong Kong's and Taiwan's couriers write the trade's words in them. Names of places are read by
`regions.script`; here are the words of the trade only.
"""

from __future__ import annotations

import re

_PAIRS = (
    "簽签遞递達达離离發发轉转運运貨货單单員员裝装車车櫃柜點点網网門门衛卫請请準准備备攬揽郵邮關关報报驗验損损遺遗絕绝電电話话聯联繫系間间區区誤误錯错詳详異异滯滞處处滿满遲迟"
    "領领開开過过進进後后個个戶户壞坏潰溃號号碼码攔拦預预約约週周業业務务時时為为與与於于從从將将來来這这還还們们對对應应該该當当變变辦办動动換换擇择擔担斷断會会條条極极樣样"
    "機机檢检歸归殘残決决沒没況况測测濕湿灣湾無无煩烦狀状環环產产盡尽監监種种稱称積积節节範范終终組组結结絡络給给經经線线編编緩缓總总繳缴續续聲声聽听職职脫脱臨临舊旧艙舱蓋盖"
    "補补複复見见規规視视親亲計计訂订記记訪访設设許许訴诉詢询試试認认語语說说證证識识護护讓让豐丰負负財财貼贴費费資资賠赔趕赶軌轨較较載载輕轻輸输農农違违遠远適适選选邊边鄰邻"
    "醫医銷销鋪铺錄录鎮镇鐵铁長长閉闭險险陸陆隊队際际隨随難难項项順顺須须頭头顧顾類类飛飞餘余館馆駛驶駐驻驛驿樞枢紐纽營营場场廠厂廳厅層层樓楼憑凭掃扫倉仓兌兑凍冻減减壓压屬属"
    "帶带帳账幣币廣广強强復复憂忧數数暫暂曉晓樂乐漲涨潔洁瀏浏爾尔獲获現现畢毕疊叠確确禮礼穩稳窩窝競竞築筑簡简糾纠納纳級级統统維维緊紧義义習习聞闻腳脚臺台藥药蘭兰術术裡里覆复"
    "訊讯課课調调諮咨貴贵買买賣卖賬账轄辖錢钱鑰钥陣阵雙双靜静願愿飯饭駕驾驚惊齊齐"
)
_TABLE = {ord(_PAIRS[at]): ord(_PAIRS[at + 1]) for at in range(0, len(_PAIRS), 2)}
_ANY = re.compile(f"[{''.join(map(chr, _TABLE))}]")


def simplified(text: str) -> str:
    """The text with the trade's traditional characters made simplified; same length."""
    return text.translate(_TABLE) if _ANY.search(text) else text
