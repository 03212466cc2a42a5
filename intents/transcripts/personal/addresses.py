"""Where people live: street addresses in English, the usual European forms, and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.span import Span

_CAP = r"[A-ZÀ-ÖØ-Þ][A-Za-zß-öø-ÿ'’.-]+"
_STREET = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|close|cl|way|place|pl|square|sq|terrace|terr|crescent|cres|boulevard|blvd|"
    r"parkway|pkwy|highway|hwy|gardens?|gdns|grove|row|walk|mews|hill|park|quay|circle|cir|trail|view|rise|parade|circus|wharf|green|"
    r"loop|alley|bend|path|pike|plaza|turnpike|esplanade|heights|meadows?|fields?|vale|wynd|gate|yard|broadway|high st(?:reet)?|straße|strasse"
)
_INNER = r"(?!(?:is|are|was|on|in|of|its|to|for|the|and|or|a|my|your|it|this|that|from|at|by|per|i|you|we|they|not|no|off|more|other|new|old|left|long|short|down|up)\b)[A-ZÀ-ÖØ-Þa-z0-9][\w'’.-]*"
_UNIT = r"(?i:(?:flat|apt\.?|apartment|unit|suite|ste\.?|room|floor|block|house|no\.?|studio|#)\s?#?[A-Za-z]?\d{0,4}[A-Za-z]?)"
_POSTCODE = r"(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{2} \d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]\d{2} ?[A-Z0-9]{4}|\d{4,5})"
_TOWN = rf"{_CAP}(?:[ -](?:upon|on|the|of|am|an|der|la|de|{_CAP})){{0,3}}"
_TAIL = (
    rf"(?:\s*(?:,|\n)\s*{_UNIT}(?=[\s,.\n]|$))?(?:\s*(?:,|\n)\s*(?:{_POSTCODE} {_TOWN}|{_TOWN} {_POSTCODE}|{_POSTCODE}|{_TOWN})(?![A-Za-z])){{0,5}}"
    rf"(?:(?:\s|,)+{_POSTCODE}(?![A-Za-z\d]))?(?: in {_TOWN}(?![A-Za-z]))?"
)
_NUMBERED = re.compile(
    rf"(?<![\w/-])(?:{_UNIT}\s*[,/]?\s*)?\d{{1,5}}[A-Za-z]?(?:[-/]\d{{1,4}}[A-Za-z]?)?,? (?:(?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\.? )?"
    rf"(?:{_INNER} ){{1,4}}?(?i:{_STREET})\b\.?(?: (?:N|S|E|W|NE|NW|SE|SW|North|South|East|West)\b)?(?:,? {_UNIT}(?![A-Za-z]))?{_TAIL}"
)
_EUROPEAN = re.compile(
    r"(?<![\w-])(?:"
    rf"(?:{_CAP}[ -]){{0,2}}[A-ZÀ-ÖØ-Þ]?[\wß-öø-ÿ'’.-]*(?:straße|strasse|str\.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|gracht|plein|kade|dijk|singel|steeg|hof) \d{{1,4}} ?[A-Za-z]?(?:[-–/ ]?(?:\d{{1,3}}|[IVX]+|bis|hs)\b)?"
    rf"|\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|impasse|quai|cours)(?: (?:de|du|des|la|le|les|d['’]\w+|l['’]\w+|{_CAP}))+"
    rf"|(?:Calle|Avenida|Av\.|Plaza|Paseo|Via|Viale|Piazza|Corso|Rua|Avenida|Ulica|ul\.|Largo)(?: (?:de|del|la|los|las|di|della|da|do|dos|{_CAP}))+,? \d{{1,4}}(?:[,/ ]+\d{{1,3}}[ºª]?\w?)?"
    rf"){_TAIL}"
)
_BOX = re.compile(rf"\b(?i:p\.? ?o\.? box) \d{{1,6}}{_TAIL}")
_UK_POSTCODE = re.compile(r"(?<![A-Za-z0-9-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?![A-Za-z0-9-])")
_DIGIT_STREET = re.compile(
    r"^\d+ (?:minutes?|hours?|days?|weeks?|months?|years?|times?|items?|pieces?|pairs?|of|euros?|pounds?|dollars?|x|x\d+|am|pm|th|in|on|to|people|stars?)\b",
    re.I,
)

_PROVINCE = (
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|"
    r"内蒙古|广西|西藏|宁夏|新疆|香港|澳门)(?:省|市|自治区|壮族自治区|回族自治区|维吾尔自治区|特别行政区)?"
)
_CITY = (
    r"(?:广州|深圳|杭州|南京|苏州|成都|武汉|西安|郑州|长沙|青岛|宁波|无锡|佛山|东莞|合肥|福州|厦门|济南|大连|沈阳|哈尔滨|长春|昆明|南宁|贵阳|太原|石家庄|南昌|温州|常州|徐州|"
    r"泉州|绍兴|嘉兴|台州|金华|烟台|潍坊|临沂|珠海|中山|惠州|汕头|兰州|银川|西宁|乌鲁木齐|呼和浩特|海口|三亚|拉萨|洛阳|扬州|南通|镇江|盐城|泰州|湖州|芜湖|襄阳|宜昌|株洲|湘潭|岳阳|"
    r"桂林|柳州|绵阳|遵义|保定|唐山|廊坊|邯郸|威海|淄博|济宁|赣州|漳州|莆田|昆山|义乌|江阴|常熟)(?:市)?"
)
_H = r"[\u4e00-\u9fff]"
_NAME = r"(?:(?![在到是寄送住我于至往省市区县镇乡路街号的])[\u4e00-\u9fff0-9A-Za-z])"
_AREA = rf"(?:{_PROVINCE}\s*)?(?:{_CITY}\s*|{_NAME}{{2,5}}?(?:市|州|盟)\s*)?(?:{_NAME}{{1,6}}?(?:区|县|旗|市)\s*)?(?:{_NAME}{{1,6}}?(?:街道|镇|乡|开发区|高新区|新区)\s*)?"
_ROAD = rf"(?:{_NAME}{{1,9}}?(?:路|街|大道|大街|巷|弄|胡同|道|里|公路|段|环)(?:[东西南北中][段路里]?|[一二三四五六七八九十]段)?\s*)"
_HOUSE = (
    r"(?:[0-9零一二三四五六七八九十甲乙丙]{1,6}(?:[-－—~]\d{1,4})?\s*(?:号院|号楼|弄|号|巷|幢|栋|座|楼)\s*)"
)
_COMPOUND = rf"(?:{_NAME}{{1,12}}?(?:小区|花园|花苑|公寓|大厦|广场|家园|新村|新城|华府|公馆|名苑|佳苑|雅苑|嘉园|苑|庭|湾|城|府|邸|园|村|庄|中心|写字楼|科技园|产业园|工业园|软件园|大学|学院|中学|小学|宿舍|国际|别墅|医院|商厦|大楼|驿站|里|轩|居|阁|郡|都|门)\s*)"
_ROOM = r"(?:[0-9一二三四五六七八九十A-Za-z]{1,4}\s*(?:期|区|号楼|栋|幢|座|号院|楼|单元|梯|门|层|室|户|房|号)\s*|[A-Za-z]?\d{1,4}(?:[-－—]\d{1,4}){1,3}(?:室)?\s*|[A-Z]?\d{3,4}(?!\d)\s*)"
_CHINESE = re.compile(
    rf"(?:{_AREA}{_ROAD}{_HOUSE}{{1,2}}(?:{_COMPOUND})?{_ROOM}{{0,5}}|{_AREA}(?:{_ROAD})?{_COMPOUND}{_ROOM}{{1,5}}|"
    rf"(?:{_PROVINCE}|{_CITY}|{_NAME}{{2,4}}市)\s*{_AREA}(?:{_ROAD})?(?:{_COMPOUND})(?:{_ROOM}){{0,5}})"
)
_LEAD = re.compile(
    r"^(?:.*?(?:地址(?:是|为|改成|改为|在|写的|填的)?|寄到|送到|发到|寄往|配送到|派送到|搬到|搬去|改到|改成|改为|换成|换到|住在|家住|家在|位于|送至|寄至|发往|就在|快递到|邮寄到|收货地|我在|现在在|人在|我住|在|到|住|寄|送))[:：\s]*"
)


def find_addresses(text: str) -> Iterator[Span]:
    """Street addresses in the text."""
    for pattern in (_NUMBERED, _EUROPEAN, _BOX, _UK_POSTCODE):
        for match in pattern.finditer(text):
            value = match[0].rstrip(" ,.\n")
            if not _DIGIT_STREET.match(value):
                yield Span(
                    match.start(),
                    match.start() + len(value),
                    "address",
                    65 if pattern is not _UK_POSTCODE else 45,
                )
    for match in _CHINESE.finditer(text):
        yield from _chinese(match)


def _chinese(match: re.Match[str]) -> Iterator[Span]:
    """The match without the words that lead to it; it must name a place and say a number or a region."""
    value = match[0].rstrip()
    lead = _LEAD.match(value)
    start = match.start() + (lead.end() if lead and lead.end() < len(value) - 4 else 0)
    rest = match.string[start : match.start() + len(value)]
    place = re.search(rf"{_PROVINCE}|{_CITY}|{_H}(?:市|区|县|镇|路|街|大道|弄|巷)", rest)
    if (
        len(rest) > 4
        and (place or re.search(r"\d", rest))
        and re.search(r"\d|[一二三四五六七八九十]+[号栋幢单]", rest)
    ):
        yield Span(start, start + len(rest), "address", 65)
