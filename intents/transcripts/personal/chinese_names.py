"""People's names in Chinese text, where the words around them say so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from intents.transcripts.personal.known_names import DOUBLE_SURNAMES, SURNAMES
from intents.transcripts.personal.span import Span

_HAN = r"[\u4e00-\u9fff]"
_SURNAME = f"(?:{'|'.join(DOUBLE_SURNAMES)}|[{SURNAMES}])"
_LABEL = (
    r"姓名|名字|收件人|收货人|寄件人|发件人|联系人|持卡人|开户人|开户名|户名|机主|车主|投保人|被保人|申请人|购买人|下单人|经办人|签收人|取件人|提货人|预约人|"
    r"入住人|乘机人|乘客|抬头|开票人|付款人|收款人|实名|本名|真名|署名|负责人|法人|会员名|账户名|注册人|登记人|退款人"
)
_PEOPLE = (
    r"客服|专员|经理|主管|师傅|快递员|快递小哥|骑手|司机|店员|店长|导购|同事|同学|室友|邻居|朋友|闺蜜|老公|老婆|丈夫|妻子|爱人|对象|女朋友|男朋友|女友|男友|妈妈|爸爸|"
    r"我妈|我爸|母亲|父亲|儿子|女儿|哥哥|姐姐|弟弟|妹妹|我哥|我姐|我弟|我妹|爷爷|奶奶|外公|外婆|舅舅|阿姨|叔叔|表哥|表姐|表弟|表妹|助理|秘书|房东|租客|家人|管家|顾问|工程师"
)
_SAYS = (
    r"我叫|我的名字叫|我名字叫|名叫|叫做|叫|我是|本人(?:是|叫)?|这里是|这边是|我就是|找一下|找|寄给|送给|转给|交给|发给|是给|给|和|跟|由|请|问|请问是|您是|你是|"
    r"改成|改为|换成|写的是|填的是|写成|填成|写|登记的是|留的是|用的是|署的是|@|致|祝|谢谢|感谢|多谢|辛苦|你好|您好|亲爱的"
)
_TITLE = r"先生|女士|小姐|太太|老师|经理|师傅|同学|主管|医生|阿姨|叔叔|主任|店长|总监|老板|律师|教授|夫人|大哥|大姐"
_NOT_GIVEN = frozenset(
    "的了是要想在和跟有也就都还不没电手号吗呢吧啊说给打来到收买订下退换申请很太这那我你您他她它们个哪怎什么么谁可能会把被让从用对于为与及或但而所则且"
    "人先女师经地住址家身护年日时分点钟元块钱件单后前里外现今昨去过着得地帮查看问找叫接转送寄发取拿已未再又只才好多少几次回话联系以后"
)
_NOT_NAME = frozenset(
    "高兴 安装 安全 安排 方便 方法 方式 方案 时候 时间 成功 成本 成都 全部 全额 应该 应付 解决 解释 解绑 连接 连续 项目 查询 查看 查收 管理 明天 明白 明细 明年 和谐 和平 荣耀 华为 金额 金色 "
    "白色 黄色 蓝色 简单 简介 文件 文字 单号 单子 商品 商家 商城 景点 车主 车牌 车辆 游戏 游客 路上 路由 向您 向你 于是 任何 任务 何时 温度 温馨 康复 毛病 毛巾 石头 高级 高铁 高速 马上 马桶 "
    "江苏 江西 广州 温州 常州 苏州 杭州 武汉 南京 宁波 安徽 河南 贺卡 包裹 包装 包邮 包退 左边 左右 史上 计算 常用 常见 米色 米家 江湖 程序 程度 严重 关于 关闭 关系 关机 关注 房间 房东 "
    "金卡 金牌 银卡 季度 平台 平时 别人 段时间 段落 万一 钱包 钱款 支付 支持 支架 付款 付钱 付费 余额 余下 曾经 许多 谢谢 谢了 谢啦 于此 相关 相机 都没 师傅 时效 农行 工行 京东 顺丰 云南 成员 "
    "欧洲 欧元 宁可 石油 兰州 白天 童装 牛奶 牛仔 鲁莽 盛夏 甘肃 苗条 古怪 吉林 和您 和你 和我 和他 连线 连通 项链 全新 全国 全家 全程 全是 方面 高价 高端 高清 党员 费用 费率 席位 池子 查找 查下 "
    "查到 查一 应急 司机 冷静 冷藏 冷气 冷冻 边上 商务 商量 明显 明确 时段 温水 和解 华东 华北 马虎 康佳 成交 成分 经理 路费 路线 景区 单价 单位 单独 单品 单据 季节 管家 管道 全款 任意 "
    "水电 高温 高层 万元 金属 金融 金币 石材 沙发 沙子 麻烦 包括 包含 包月 游泳 路口 车库 车险 成人 全屋 全套 简体 简历 白条 花呗 莫名 莫非 应用 向来 文档 文化 史诗 项圈 解封 解冻 解锁 解除 席梦思 席子 宋体 空气 童鞋 谢谢".split()
)
_GIVEN = rf"{_HAN}{{1,2}}"
_FULL = rf"{_SURNAME}{_GIVEN}"
_LABELLED = re.compile(
    rf"(?:{_LABEL})(?:信息|一栏|那栏|栏)?(?:写的是|填的是|应该是|改成|改为|是|为|叫|写|填|:|：|\s|，)*(?P<name>{_FULL})"
)
_INTRODUCED = re.compile(
    rf"(?:(?:{_PEOPLE})(?:的名字)?(?:是|叫|：|:|，)?|{_SAYS})[\s：:“\"「]*(?P<name>{_FULL})"
)
_TITLED = re.compile(rf"(?P<name>{_SURNAME}(?:{_HAN}{{1,2}}(?=(?:{_TITLE})))?(?:{_TITLE}))")
_FAMILIAR = re.compile(
    rf"(?:(?:{_PEOPLE})(?:是|叫)?|我是|我叫|叫我|叫|找|谢谢|感谢|辛苦|你好|您好|这里是|@)[，,\s]*(?P<name>(?:小|老|阿)[\u4e00-\u9fff](?:{_HAN}(?=[，,。！!\s]|$))?)(?=[，,。.！!？?～~、\s的了哦呀哈在给说]|为您|很高兴|$)"
)
_SURNAMED = re.compile(rf"(?:我|免贵|本人|贵)姓(?P<name>{_SURNAME})(?![\u4e00-\u9fff]*名)")
_FULL_ALONE = re.compile(rf"(?<![\u4e00-\u9fff])(?P<name>{_FULL})(?![\u4e00-\u9fff])")
_SEPARATORS = re.compile(r"[\s,，、;；:：/|（(）)]*")
_LATIN_LABELLED = re.compile(
    rf"(?:{_LABEL}|我叫|我是|名叫|叫)(?:是|为|叫|写|填|:|：|\s)*(?P<name>[A-Z][a-z]+(?: [A-Z][a-z]+){{0,2}})(?![A-Za-z])"
)


def find_chinese_names(text: str) -> Iterator[Span]:
    """Names in the text, with how sure their surroundings make them."""
    for match in _TITLED.finditer(text):
        if not text[max(0, match.start() - 1) : match.start()].endswith(("小", "老")) and _begins_name(match):
            yield Span(match.start("name"), match.end("name"), "name", 57)
    for pattern, certainty in ((_LABELLED, 58), (_INTRODUCED, 55)):
        for match in _overlapping(pattern, text):
            yield from _given(text, match, certainty)
    for match in _FAMILIAR.finditer(text):
        yield Span(match.start("name"), match.end("name"), "name", 54)
    for match in _SURNAMED.finditer(text):
        yield Span(match.start("name"), match.end("name"), "name", 52)
    for match in _LATIN_LABELLED.finditer(text):
        yield Span(match.start("name"), match.end("name"), "name", 53)


def find_names_beside(text: str, spans: list[Span]) -> Iterator[Span]:
    """Names that stand alone beside a phone number or an address, as in a delivery label."""
    anchors = [span for span in spans if span.kind in ("phone", "address", "id_number")]
    for match in _FULL_ALONE.finditer(text) if anchors else ():
        if _is_no_name(match["name"]):
            continue
        for anchor in anchors:
            between = (
                text[match.end() : anchor.start]
                if anchor.start >= match.end()
                else text[anchor.end : match.start()]
            )
            if _SEPARATORS.fullmatch(between):
                yield Span(match.start(), match.end(), "name", 53)
                break


def _overlapping(pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """All matches, also those that begin inside another."""
    match = pattern.search(text)
    while match:
        yield match
        match = pattern.search(text, match.start() + 1)


def _given(text: str, match: re.Match[str], certainty: int) -> Iterator[Span]:
    """The surname with one or two characters, as many as can belong to a name."""
    name = match["name"]
    surname = 2 if name[:2] in DOUBLE_SURNAMES else 1
    length = surname
    for character in name[surname:]:
        if character in _NOT_GIVEN:
            break
        length += 1
    start = match.start("name")
    if length == surname or _is_no_name(name[:length]):
        return
    if length == surname + 2 and _begins_word(text, start + length - 1):
        length -= 1
    yield Span(start, start + length, "name", certainty)


def _begins_word(text: str, place: int) -> bool:
    """Whether the character at `place` and the next one are a word, so that the name ends before it."""
    return text[place : place + 2] in _NOT_NAME or text[place : place + 2] in _FOLLOWING


_FOLLOWING = frozenset(
    "地址 电话 手机 订单 身份 号码 先生 女士 小姐 上周 上次 上个 下单 买了 早上 晚上 中午 反馈 登记 投诉 确认 签收 需要 麻烦 希望 比较 拒收 代收 代签 核实 预约 购买 咨询 承诺 答应 "
    "负责 处理 态度 刚才 刚刚 今天 昨天 因为 所以 但是 已经 工号 跟我 告诉 承认 非常 服务 名字 拼错 写错 错了 办理 注册 填写 绑定 认证 实名 出差 搬家 换了".split()
)


def _is_no_name(name: str) -> bool:
    return name in _NOT_NAME or name[:2] in _NOT_NAME


def _begins_name(match: re.Match[str]) -> bool:
    return match["name"][:2] not in _NOT_NAME
