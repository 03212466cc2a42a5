"""Where people live, in Chinese: from the province down to the room, as far as it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intents.transcripts.personal.span import Span, joined
from intents.transcripts.personal.tagger import tagged

_PROVINCE = (
    r"(?:北京|天津|上海|重庆|重慶|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|台灣|"
    r"内蒙古|广西|西藏|宁夏|新疆|香港|澳门|澳門)(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?"
)
_CITY = (
    r"(?:广州|深圳|杭州|南京|苏州|成都|武汉|西安|郑州|长沙|青岛|宁波|无锡|佛山|东莞|合肥|福州|厦门|济南|大连|沈阳|哈尔滨|长春|昆明|南宁|贵阳|太原|石家庄|南昌|温州|常州|徐州|"
    r"泉州|绍兴|嘉兴|台州|金华|烟台|潍坊|临沂|珠海|中山|惠州|汕头|兰州|银川|西宁|乌鲁木齐|呼和浩特|海口|三亚|拉萨|洛阳|扬州|南通|镇江|盐城|泰州|湖州|芜湖|襄阳|宜昌|株洲|湘潭|岳阳|"
    r"桂林|柳州|绵阳|遵义|保定|唐山|廊坊|邯郸|威海|淄博|济宁|赣州|漳州|莆田|昆山|义乌|江阴|常熟|开封|南阳|新乡|衡阳|常德|九江|上饶|蚌埠|阜阳|安庆|连云港|淮安|宿迁|衢州|舟山|丽水|湛江|茂名|江门|肇庆|清远|"
    r"荆州|黄冈|十堰|咸阳|宝鸡|渭南|大同|包头|鞍山|抚顺|锦州|大庆|齐齐哈尔|吉林|德州|聊城|菏泽|泰安|滨州|东营|日照|秦皇岛|张家口|沧州|邢台|台北|高雄|台中|九龍|九龙|新界)(?:市)?"
)
_NAME = r"(?:(?![在到是寄送住我于至往号號有的了吗呢您你请，。])[\u4e00-\u9fff0-9A-Za-z·])"
_AREA = (
    rf"(?:{_PROVINCE}\s*)?(?:{_CITY}\s*|{_NAME}{{2,5}}?(?:市|州|盟|地区)\s*)?(?:{_NAME}{{1,6}}?(?:区|區|县|縣|旗|市)\s*)?"
    rf"(?:{_NAME}{{1,7}}?(?:街道|镇|鎮|乡|鄉|开发区|高新区|新区|园区|片区)\s*)?"
)
_ROAD = rf"(?:{_NAME}{{1,9}}?(?:大道|大街|公路|胡同|国道|省道|路|街|巷|弄|道|里|环|线|條|条)(?:[东西南北中][段路里街]?|[一二三四五六七八九十]{{1,2}}[段巷路街弄]|延长线|支路)?\s*)"
_NUMBER = r"[0-9零一二三四五六七八九十百]{1,6}(?:[-－—~/之][0-9]{1,4})*\s*"
_BUILDING = r"(?:号院|号楼|號院|弄|号|號|巷|幢|栋|座|楼|樓)"
_EXTRA = r"(?:(?:增|附|副)[0-9]{1,4}号|[甲乙丙丁](?![\u4e00-\u9fff]号)|之[一二三四0-9]+)?\s*"
_HOUSE, _SECOND = rf"(?:{_NUMBER}{_BUILDING}?{_EXTRA})", rf"(?:{_NUMBER}{_BUILDING}{_EXTRA})"
_COMPOUND = (
    rf"(?:{_NAME}{{1,12}}?(?:小区|社区|花园|花苑|公寓|大厦|大廈|广场|廣場|家园|新村|新城|新苑|华府|公馆|名苑|佳苑|雅苑|嘉园|别墅|山庄|写字楼|科技园|产业园|工业园|软件园|创业园|物流园|大学|学院|中学|小学|宿舍|国际|中心|"
    r"医院|商厦|大楼|大樓|驿站|批发市场|市场|商场|苑|庭|湾|灣|城|府|邸|园|村|庄|屯|组|队|社|里|轩|居|阁|閣|郡|都|峰|台|墅|寓|楼|邨|坊|营|厂|库|部|店|站)\s*)"
)
_ROOM = (
    r"(?:[0-9一二三四五六七八九十东西南北A-Za-z]{1,5}\s*(?:期|区|号楼|號樓|栋|棟|幢|座|号院|楼|樓|单元|單元|梯|门|层|層|室|户|房|舍|组|队|号|號)(?:之[0-9一二三四五六七八九十]{1,2})?\s*"
    r"|[A-Za-z]?\d{1,4}(?:[-－—]\d{1,4}){1,3}(?:室)?\s*|[A-Z]?\d{2,4}[A-Z]?(?![A-Za-z0-9])(?:室|房|户)?\s*|\d{1,2}[A-Z](?![A-Za-z0-9])\s*)"
)
_FORMS = (
    re.compile(rf"{_AREA}{_ROAD}{_HOUSE}{_SECOND}?(?:{_COMPOUND}{{0,2}}{_ROOM}{{1,5}}|{_ROOM}{{0,5}})?"),
    re.compile(rf"{_AREA}(?:{_ROAD})?{_COMPOUND}{{1,2}}{_ROOM}{{1,5}}"),
    re.compile(
        rf"{_NAME}{{2,10}}?[0-9]{{1,3}}(?:号楼|號樓|[幢栋棟座])\s*(?:[0-9一二三四]{{1,2}}(?:单元|單元)\s*)?[A-Z]?[0-9]{{3,4}}(?![0-9A-Za-z])室?"
    ),
    re.compile(
        rf"(?:香港|澳門|澳门)?\s*(?:九龍|九龙|新界|港島|港岛|氹仔|香港|澳門|澳门)(?:{_NAME}|[0-9A-Za-z])*[0-9A-Z]+(?:[號号樓楼座室層层][0-9A-Z]*)+"
    ),
    re.compile(
        rf"(?:{_PROVINCE}\s*{_CITY}?|{_CITY}|{_NAME}{{2,4}}市)\s*{_AREA}(?:{_ROAD})?{_COMPOUND}(?:{_ROOM}){{0,5}}"
    ),
)
_LEAD = re.compile(
    r"^.*(?:地址(?:是|为|改成|改为|在|写的|填的)?|寄到|送到|发到|寄往|配送到|派送到|搬到|搬去|改到|改成|改为|换成|换到|住在|家住|家在|位于|送至|寄至|发往|发去|就在|快递到|邮寄到|收货地|在|到|住|寄|送|是|从|去|往|给|不是|我家|我们|公司)[:：\s]*"
)
_PLACE = re.compile(
    rf"{_PROVINCE}|{_CITY}|[\u4e00-\u9fff](?:市|区|區|县|镇|乡|路|街|大道|弄|巷|胡同|道|小区|村|大厦|花园|公寓|大学|宿舍|广场)"
)
_MEASURE = re.compile(
    r"[0-9一二两三四五六七八九十百]+\s*(?:公里|千米|米|元|块|天|家|个|张|点|分|小时|岁|人|次|件|台|折|年|月|日|平)"
)
_TAIL = re.compile(
    rf"(?:\s?{_NAME}{{0,10}}?(?:[A-Za-z]?[0-9]{{1,4}}(?:[-－—][0-9]{{1,4}})*[A-Za-z]?(?:号楼|號樓|单元|單元|[号號幢栋棟座楼樓层層室户房舍塔门])?|[A-Za-z甲乙丙丁一二三四五六七八九十]{{1,2}}(?:单元|單元|[座塔栋棟幢区區楼樓])|(?:小?[白红黄灰]楼|院内|主楼|附楼|南楼|北楼|东楼|西楼|[东西南北][面侧区门岸])))+"
)
_EXACT = re.compile(r"\d|[一二三四五六七八九十]+[号栋幢单楼室层组队]")


_UNIT = r"(?:号院|号楼|號院|號樓|号|號|弄|巷|幢|栋|棟|座|楼|樓|层|層|单元|單元|室|户|房|舍|组|队|村|期|区|區|段|门|铺|档|库|底商|小区|社区|公寓|大厦|大廈|中心|广场|花园|家园|宿舍|校区|园区|市场|商铺|仓库?|车间|厂区|委会)"
_NUMBERED = re.compile(
    rf"[A-Za-z]?[0-9零一二三四五六七八九十百甲乙丙丁]{{1,6}}[A-Za-z]?{_UNIT}?|{_UNIT}{{1,2}}|[A-Za-z]{{1,2}}{_UNIT}?|[-－—之附/]"
)
_GOES_ON = frozenset(("LOC", "ORG", "nz", "ns"))
_HOUSE_AND_UNIT = re.compile(rf"[0-9一二三四五六七八九十]\s*{_UNIT}|[0-9]-[0-9]|[A-Za-z]?[0-9]{{3,4}}$")
_ROOM_AT_END = re.compile(r"[0-9]{1,3}(?:号楼|號樓|[幢栋棟座])|(?:九龍|九龙|新界|氹仔|香港|澳門|澳门)")


def find_chinese_addresses(text: str) -> Iterator[Span]:
    """Chinese addresses in the text; a city or a district by itself is none."""
    if not _EXACT.search(text):
        return
    found: list[tuple[int, int]] = []
    for form in _FORMS if _PLACE.search(text) else ():
        for match in form.finditer(text):
            found += _address(match)
    for start, end in joined(text, [*found, *_runs(text)], r"\s?"):
        if not (text[start:end].endswith(("号", "站")) and text[end : end + 1] in tuple("口线窗机")):
            tail = _TAIL.match(text, end)
            yield Span(start, tail.end() if tail else end, "address", 66)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Places that stand together with the numbers of houses and rooms after them."""
    run: list[tuple[int, str, str]] = []
    for token in (*tagged(text), (len(text), "", "")):
        if token[2] in ("LOC", "ns") or (run and _belongs(token)):
            run.append(token)
            continue
        if run:
            yield from _whole(run)
        run = []


def _belongs(token: tuple[int, str, str]) -> bool:
    return (
        token[2] in _GOES_ON or not token[1].strip(" ") or _NUMBERED.fullmatch(token[1].strip()) is not None
    )


def _whole(run: Sequence[tuple[int, str, str]]) -> Iterator[tuple[int, int]]:
    """The run's stretch, if it says which house or room, without signs and spaces at its end."""
    words = "".join(word for _, word, _ in run)
    value = words.rstrip(" -－—/附之\n")
    if len(value) > 4 and _HOUSE_AND_UNIT.search(value):
        yield run[0][0], run[0][0] + len(value)


def _address(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The match without the words that lead to it; it must name a place and say which house."""
    value = match[0].rstrip()
    lead = _LEAD.match(value)
    start = match.start() + (lead.end() if lead and _PLACE.search(value, lead.end()) else 0)
    rest = match.string[start : match.start() + len(value)]
    exact = _MEASURE.sub("", rest)
    place = _PLACE.search(exact) or _ROOM_AT_END.search(exact)
    if len(rest) > 4 and place and _EXACT.search(exact, place.start()):
        yield start, start + len(rest)
