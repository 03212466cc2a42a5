"""People's names in Chinese text, where the words around them say so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from intents.transcripts.personal.known_names import DOUBLE_SURNAMES, SURNAMES
from intents.transcripts.personal.segment import is_word, kind_of, words_of
from intents.transcripts.personal.span import Span
from intents.transcripts.personal.tagger import people_in

_SURNAME = f"(?:{'|'.join(DOUBLE_SURNAMES)}|[{SURNAMES}])"
_TITLE = (
    r"先生|女士|小姐|太太|老师|经理|师傅|同学|主管|医生|医师|大夫|护士|阿姨|叔叔|主任|店长|总监|老板|律师|教授|夫人|大哥|大姐|大妈|大爷|大叔|大婶|奶奶|爷爷|会计|"
    r"教练|校长|院长|所长|科长|处长|局长|组长|队长|班长|秘书|警官|法官|导游|姑娘|小哥|专员|客服|总(?![共是额计价之数体部结算量有会得能不觉裁经]|$)|总裁|总经理|董(?!事)|工(?=[，,。！!\s你您在说好]|$)|"
    r"姐(?![姐妹夫])|哥(?!哥)|叔(?!叔)|婶(?!婶)|嫂(?!子)|姨(?!妈)"
)
_TITLED = re.compile(
    rf"(?P<name>{_SURNAME}(?=(?:{_TITLE}))|{_SURNAME}[\u4e00-\u9fff]{{1,2}}(?=(?:{_TITLE}))|(?<![\u4e00-\u9fff])[\u4e00-\u9fff](?=先生|女士|小姐))"
    rf"(?P<title>{_TITLE})"
)
_FAMILIAR = re.compile(rf"(?P<name>(?:小|老|阿)[{SURNAMES}])(?![\u4e00-\u9fff]*号)")
_FAMILIAR_GIVEN = re.compile(
    r"(?:我是|我叫|叫我|这里是|客服|专员|管家|店员|助理|顾问|谢谢|感谢|辛苦|@|找)[，,\s：:]?(?P<name>(?:小|阿)[\u4e00-\u9fff])(?=[，,。.！!？?～~、\s呀哦啦]|为您|很高兴|在|$)"
)
_SURNAMED = re.compile(
    rf"(?:(?:我|免贵|本人|贵|他|她)姓|^姓|[\s，,]姓|师傅姓|客服姓|都姓)(?P<name>{_SURNAME})|(?<![百同老大贵哪什])姓(?P<bare>{_SURNAME})(?=[，,。.！!？?、\s的]|$)"
)
_LATIN = re.compile(
    r"(?:姓名|名字|拼音|收件人|收货人|联系人|[订票取购买投被保申请车业户房]{1,2}[人主]|持卡人|户名|乘客|乘机人|我叫|我是|名叫|叫|昵称)(?:拼音|是|为|叫|写|填|:|：|\s)*(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}|[A-Z]{2,}(?: [A-Z]{2,}){1,2})(?![A-Za-z])"
)
_DOTTED = re.compile(r"(?<![《〈\u4e00-\u9fff·])[\u4e00-\u9fff]{1,6}(?:[·•・][\u4e00-\u9fff]{1,6}){1,3}")
_LEADING = (
    "我是",
    "我叫",
    "叫",
    "名叫",
    "姓名",
    "收件人",
    "联系人",
    "乘客",
    "是",
    "找",
    "给",
    "旅客",
    "客户",
    "名字是",
    "本人",
)
_LATIN_TITLED = re.compile(
    r"(?P<name>(?:阿[A-Z]|[A-Z])[a-z]+(?: [A-Z][a-z]+)?)(?=姐|哥|老师|先生|小姐|女士|经理|总(?!共|是)|说(?!明)|发的|告诉|答应|帮我|给我|在吗|你好|您好|为您|接待|联系我|话)|(?P<more>阿[A-Z][a-z]+)"
)
_TWICE = re.compile(
    r"(?:我是|我叫|这里是|客服|叫|找|谢谢|感谢|请问)(?P<name>([\u4e00-\u9fff])\2)(?=[，,。.！!？?～~、\s呀哦啦]|为您|$)"
)
_EXPLAINED = re.compile(
    r"(?:我是|我叫|我名字是|名字叫|名叫|姓名|名字|收件人|收货人)(?:是|叫|:|：|\s)*(?P<name>[\u4e00-\u9fff]{2,3})(?=[，,。 ]+[^。]*[\u4e00-\u9fff]{1,3}的(?P<one>[\u4e00-\u9fff]))"
)
_NOT_FAMILIAR = frozenset("小米 小时 小金 小康 小计 小麦 小白 小程 小车 小路 小石 小温 小牛 小熊 小马 小毛 小单 小明确 老师 老白 老路 老单 老时 老温 老牛 阿里 小钱 小文 小安 小高 小花 老高 小黑 小包 老房 小房 小成 小平 老成 小古 小苗 小米粥 小宁 小满 小雷 小龙 小应 小相 小关 小连 小贝 小常 小于 老于".split())  # fmt: skip

_LABELS = frozenset(
    "收件 寄件 登机人 代收人 聯絡人 聯繫人 收貨人 寄件人 聯絡 我係 持咭人 客戶 業主 車主 收货 持票人 客户 用户 会员名 转告 告诉 通知 联系 麻烦 帮忙 姓名 名字 收件人 收货人 寄件人 发件人 联系人 持卡人 开户人 开户名 户名 机主 车主 业主 投保人 被保人 被保险人 申请人 购买人 下单人 经办人 签收人 取件人 提货人 预约人 "
    "入住人 入住 乘机人 乘客 乘车人 旅客 抬头 开票人 付款人 收款人 借款人 担保人 受益人 患者 病人 实名 本名 真名 署名 落款 负责人 法人 账户名 注册人 登记人 退款人 租客 房东 本人 学生 家长 员工 会员 "
    "客服 专员 经理 主管 师傅 快递员 骑手 司机 店员 店长 导购 同事 同学 室友 邻居 朋友 闺蜜 老公 老婆 丈夫 妻子 爱人 对象 女朋友 男朋友 女友 男友 妈妈 爸爸 母亲 父亲 儿子 女儿 哥哥 姐姐 弟弟 妹妹 爷爷 奶奶 外公 "
    "外婆 舅舅 阿姨 叔叔 表哥 表姐 表弟 表妹 助理 秘书 家人 管家 顾问 工程师 医生 护士 老师 中介 代理人 我叫 叫 叫做 名叫 我是 是 给 寄给 送给 转给 交给 发给 找 跟 和 与 及 由 让 请 @ 致 谢谢 感谢 多谢 辛苦 "
    "改成 改为 换成 写成 填成 写 填 打款 汇款 转账 代 替 帮 姓 于 、 / 称呼 你好 您好 亲爱的".split()
)
"""Words that lead to a name. After a weak one (是, 给, 和 …) a name of three characters is needed, or a boundary after it."""

_WEAK = frozenset(
    "转告 告诉 通知 联系 麻烦 帮忙 感谢 多谢 辛苦 登机人 我老公 我朋友 里 那个 不是 处理的 是 给 跟 和 与 及 由 让 请 找 写 填 代 替 帮 叫 于 改成 改为 换成 入住 打款 、 / 谢谢 你好 您好 对象 代理人".split()
)
_RIGHT = frozenset(
    "的 等 在 和 与 跟 、 收 代 签收 你好 您好 转 送 说 反馈 反映 来 要 也 都 已 会 能 帮 两个 三个 两人 三人 他 她 我 吗 吧 啊 已经 住 下 买 订 打 退 换 预约 登记 本人 名下 挂失 申请 号 负责 写 用 个人 及 或 改 是 这 今天 昨天 说 处理 接 "
    "一 有 想 电话 手机 手机号 身份证 地址 女 男 女士 先生 老师 才 上次 上周 答应 告诉 承诺 让 给 那边 那 这边 这里 于 现 就".split()
)
_NOT_GIVEN = frozenset(
    "的了是要想在和跟有也就都还不没电手号吗呢吧啊说给打来到收买订下退换太这那我你您他她它们个哪怎什么谁可会把被让从用对于为与及或但而且"
    "人先女师址住身护日时分点钟块钱件单前外现昨去过着得帮查看问找叫接转送寄发拿已未再又只才几次回联系以您号吃喝穿戴很更最挺请两"
)
_STRONG_LABELS = tuple(_LABELS - _WEAK)
_WEAK_LABELS = tuple(_WEAK)
_LINKED = re.compile(r"[是为：:叫，,“\"「（(的写填\s]{1,3}$")
_SHORT_NUMBER = re.compile(r"\d{1,4}(?!\d)")
_BRANDS = frozenset(
    "王老吉 张小泉 李宁 安慕希 王致和 李锦记 周大福 周生生 周黑鸭 马应龙 陈克明 张裕 康师傅 金师傅 方太太 白大夫 马大姐 乐经理 万能工 江小姐 方太 王守义 沈大成 李子柒 钟薛高 谭木匠 周六福 谢馥春 吴裕泰 张一元 杨国福 张亮 江小白 周大生 韩都衣舍 马克华菲 林清轩 柳沁堂 太平鸟 陈李济 何首乌 黄天鹅 卫龙 徐福记 胡姬花 鲁花 康王 雷蛇 罗技 华为 白象 汤臣倍健 安踏 乔丹 艾特 张数 单数 包邮 乔迁 夏凉 花呗 余额 黄金 金卡 白卡".split()
)
_WORDLIKE = frozenset(
    "汤农高方马金白黄石万常安成时明于连单包全景路项费应钱关任向易温牛文康管左水平元年古车蓝苗鲜甘冷毛空党麦米席门商别支广台从幸农计伏通后红花游简边"
)
_OF_PLACES = frozenset("行店街山园村路城寺庙观湖桥门湾洞峡轩居阁楼馆型款版鸡鱼肉酒茶镇乡县市区省庄裙子满")
_COMMON_DOUBLE = frozenset(("东方", "百里", "南门", "西门", "司空", "公孙", "长孙"))
_FIRST = frozenset((*SURNAMES, *DOUBLE_SURNAMES))
_FUNCTION = frozenset("的是在和给把也都来到要说等了跟与收及就已刚让叫帮去吗呢，。你您我他她会能没不这那")
_FORM = re.compile(
    r"(?:姓名|收件人|收货人|寄件人|联系人|持卡人|户名|患者|乘客|旅客|客户|申请人)\s*[:：]\s*(?P<name>[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,6}){0,2})(?=\s*(?:[\n，,。；;/]|$))"
)
_TITLE_AT_END = re.compile(rf"(?<=.)(?:{_TITLE})$")
_TITLE_AT = re.compile(_TITLE)
_UNNAMED_END = re.compile(r"[^\u4e00-\u9fff·A-Za-z]+$")
_MODEL_FORM = re.compile(r"[\u4e00-\u9fff]{1,5}(?:·[\u4e00-\u9fff]{1,6}){0,2}")
_PIECE = re.compile(r"[\u4e00-\u9fff]+")
_SEPARATORS = re.compile(r"[\s,，、;；:：/|（(）)]*")

_Words = Sequence[tuple[int, str]]


def find_chinese_names(text: str) -> Iterator[Span]:
    """Names in the text, with how sure their surroundings make them; titles stay outside."""
    words, people = words_of(text), people_in(text)
    yield from _titled(text, {start for start, _ in words}, people)
    for pattern, certainty in (
        (_FORM, 56),
        (_FAMILIAR_GIVEN, 53),
        (_SURNAMED, 53),
        (_LATIN, 53),
        (_LATIN_TITLED, 53),
        (_TWICE, 53),
    ):
        for match in pattern.finditer(text):
            group = "name" if match["name"] else match.lastgroup or 0
            yield Span(match.start(group), match.end(group), "name", certainty)
    for match in _DOTTED.finditer(text):
        start = match.start() + max((len(led) for led in _LEADING if match[0].startswith(led)), default=0)
        yield Span(start, match.end(), "name", 55)
    for match in _EXPLAINED.finditer(text):
        if match["one"] in match["name"]:
            yield Span(match.start("name"), match.end("name"), "name", 56)
    for place in range(len(words)):
        yield from _full(text, words, place, people)
    for start, word in people:
        yield from _tagged(text, start, word)


def find_names_beside(text: str, spans: list[Span]) -> Iterator[Span]:
    """Names that stand alone beside a number or an address, as on a delivery label."""
    pattern = re.compile(rf"(?<![\u4e00-\u9fff]){_SURNAME}[\u4e00-\u9fff]{{1,2}}(?![\u4e00-\u9fff])")
    anchors = [span for span in spans if span.kind in ("phone", "address", "id_number", "card")]
    for match in pattern.finditer(text) if anchors else ():
        if (
            set(match[0][1:]) & _NOT_GIVEN
            or is_word(match[0])
            or is_word(match[0][:2])
            or match[0][-1] in "行号卡店街路区市省楼室院厂部城村司会局所站机单款费"
        ):
            continue
        for anchor in anchors:
            before = anchor.start >= match.end()
            between = text[match.end() : anchor.start] if before else text[anchor.end : match.start()]
            if _SEPARATORS.fullmatch(between):
                yield Span(match.start(), match.end(), "name", 53)
                break


def _titled(text: str, starts: set[int], people: _Words) -> Iterator[Span]:
    """Names before a title, and familiar ones such as 小王."""
    for match in _TITLED.finditer(text):
        if _is_titled(match, text, starts):
            inner = len(match["name"]) == 3 and is_word(match["name"][:2])  # 麻烦罗姐 is about 罗姐
            yield Span(match.end("name") - 1 if inner else match.start("name"), match.end("name"), "name", 57)
    for match in _FAMILIAR.finditer(text):
        if _is_familiar(match, text) and (_ends(text, match.end()) or _overlaps(match, people)):
            yield Span(match.start("name"), match.end("name"), "name", 54)


def _tagged(text: str, start: int, word: str) -> Iterator[Span]:
    """What the model takes for a name, without a title, if it has the form of one."""
    name = _TITLE_AT_END.sub("", _UNNAMED_END.sub("", word))
    end = start + len(name)
    titled = _TITLE_AT.match(text, end) is not None
    if (
        name in _BRANDS
        or word in _BRANDS
        or not _MODEL_FORM.fullmatch(name)
        or (len(name) == 1 and not titled)
    ):
        return
    if is_word(name) and not (titled or (len(name) > 2 and kind_of(name).startswith("nr"))):
        return
    yield Span(start, end, "name", 55)


def _ends(text: str, end: int) -> bool:
    return not _PIECE.match(text, end) or text[end] in _FUNCTION


def _overlaps(match: re.Match[str], people: _Words) -> bool:
    return any(
        start < match.end("name") and match.start("name") < start + len(word) for start, word in people
    )


def _is_titled(match: re.Match[str], text: str, starts: set[int]) -> bool:
    """A surname (and given name) before a title, unless the surname is the end of another word."""
    name, title = match["name"], match["title"]
    if (len(name) == 2 and is_word(name)) or name in ("祝", "谢", "问", "请"):
        return False
    if text[max(0, match.start() - 1) : match.start()] in ("小", "老", "阿") or name + title in _BRANDS:
        return False
    if set(name[1:]) & _NOT_GIVEN and name not in DOUBLE_SURNAMES:
        return False
    if len(name) == 1 and len(title) == 1 and (match.start() not in starts or is_word(name + title)):
        return is_word(name + title) is False and match.start() in starts
    return match.start() in starts or not is_word(text[max(0, match.start() - 1) : match.start() + 1])


def _is_familiar(match: re.Match[str], text: str) -> bool:
    """小 or 老 with a surname, where neither is part of a word."""
    name = match["name"]
    if name in _NOT_FAMILIAR or (
        is_word(text[match.start() + 1 : match.start() + 3])
        and text[match.end() : match.end() + 1] not in "在说能你您"
    ):
        return False
    before = text[max(0, match.start() - 1) : match.start()]
    if before and (before in SURNAMES or is_word(before + name[0])):
        return False
    return not is_word(text[match.start() : match.start() + 3])


def _full(text: str, words: _Words, place: int, people: _Words) -> Iterator[Span]:
    """Surname and given name that begin at a word, when what is before and after allows it, or the model agrees."""
    start, word = words[place]
    surname = word[:2] if word[:2] in DOUBLE_SURNAMES else word[:1]
    if surname not in _FIRST:
        return
    left = _left(text, words, place)
    if not left and surname in DOUBLE_SURNAMES and surname not in _COMMON_DOUBLE:
        left = "weak"
    for length in (2, 1):
        end = start + len(surname) + length
        given = text[start + len(surname) : end]
        if len(given) < length or not _PIECE.fullmatch(given) or set(given) & _NOT_GIVEN:
            continue
        right = _right(text, words, end)
        whole = text[start:end]
        split = len(surname) < len(word) != len(whole)
        if _holds(
            left,
            right,
            given,
            wordlike=surname in _WORDLIKE,
            word=whole if is_word(whole) else "",
            split=split,
        ):
            if left == "strong" or any(begin < end and start < begin + len(one) for begin, one in people):
                yield Span(start, end, "name", 55)
            return


def _holds(left: str, right: str, given: str, *, wordlike: bool, word: str, split: bool) -> bool:
    """Whether a name stands there, by what is on its two sides.

    `wordlike`: the surname is often no name; `word`: the whole name where it is in the dictionary; `split`: a
    dictionary word is part of it.
    """
    known, kind = bool(word), kind_of(word)
    if not left or not right:
        return False
    if left == "strong":
        return not (split and len(given) == 1) and (not known or kind.startswith("n"))
    if known or split or (len(given) == 2 and given[-1] in _OF_PLACES):
        return False
    return right == "edge" or not wordlike


def _left(text: str, words: _Words, place: int) -> str:
    """`strong` after a word that leads to names, `weak` after one that may, `edge` at a boundary, else ""."""
    before = text[max(0, words[place][0] - 8) : words[place][0]]
    led = _LINKED.sub("", before)
    if led.endswith(_STRONG_LABELS):
        return "strong"
    if before.endswith(_WEAK_LABELS) or led.endswith(_WEAK_LABELS):
        return "weak"
    return "" if _PIECE.search(before[-1:]) else "edge"


def _right(text: str, words: _Words, end: int) -> str:
    """`edge` where the text or the clause ends, `word` before a word that follows names, else ""."""
    following = next((word for start, word in words if start == end), None)
    if following is None:
        return "edge" if end == len(text) else "word" if text[end] in _FUNCTION else ""
    if not _PIECE.search(following):
        return "" if _SHORT_NUMBER.match(text, end) else "edge"
    return "word" if following in _RIGHT or following[0] in _FUNCTION else ""
