"""The words that tell what a customer's turn does: greet, thank, agree, ask, request, report trouble."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from encoders.text import HAN
from intents.transcripts.redact import PLACEHOLDER


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """One language's patterns, matched on lower-case text.

    Attributes:
        polite: what carries nothing: greetings, thanks, small answers, time-outs.
        closing: says that nothing more is wanted; it is taken away before anything else is looked for.
        helpless: asks for help, or names a trouble, without saying with what.
        filler: further words that are no content by themselves.
        another: opens another subject.
        follows: opens a remark that needs what was said before.
        request, question, trouble: the customer wants, asks, or reports that something is wrong.
        giving: the customer gives what was asked for (a name, an address).
        unit: counts the content left when all of the above is taken away.
    """

    polite: re.Pattern[str]
    closing: re.Pattern[str]
    helpless: re.Pattern[str]
    filler: re.Pattern[str]
    another: re.Pattern[str]
    follows: re.Pattern[str]
    request: re.Pattern[str]
    question: re.Pattern[str]
    trouble: re.Pattern[str]
    giving: re.Pattern[str]
    unit: re.Pattern[str]


def _any(words: str, *, edge: str = r"\b", start: bool = False) -> re.Pattern[str]:
    alternatives = "|".join(part.strip() for part in words.split("|"))
    return re.compile(f"{'^' if start else ''}{edge}(?:{alternatives}){edge}")


_ENGLISH = Cues(
    polite=_any(
        r"h(?:i+|e+y+|a+i)|hello+|helo|hiya|howdy|good (?:morning|afternoon|evening|day|night)|morning|evening|"
        r"thanks?(?: you)?(?: so much| very much| a lot)?|thank ?(?:yo)?u|thx|tha?nks|ty|cheers|ta|merci|"
        r"bye+|goodbye|see you|take care|have a (?:good|nice|great) (?:one|day|night|evening|weekend)|"
        r"ok(?:ay)?|okey|k|kk|yes|yeah|yep|yup|ya|no|nope|nah|sure|right|fine|great|good|perfect|super|cool|"
        r"nice|awesome|correct|exactly|done|got it|i see|sec(?:ond)?|wait|one moment|moment|hold on|hang on|brb|"
        r"please|pls|plz|sorry|lol|haha+|omg|wow|oh|ah|um+|uh+|hm+|well|so|sir|madam|ma'?am|dear|there|team|"
        r"that'?s (?:all|it|ok(?:ay)?|fine)|nothing(?: else)?|no problem|you'?re welcome|are you there|anyone"
    ),
    closing=_any(
        r"(?:no|not|don'?t|do not|nothing|without)(?: \w+){0,2} (?:more|further|other|any|anymore|else)(?: \w+)? ?"
        r"(?:help|assistance|questions?|quer(?:y|ies)|need(?:ed)?|required)?(?: (?:is |are )?(?:needed|required))?|"
        r"(?:if|when) i (?:want|need) (?:anything|any help|help|it)(?: \w+)* (?:call|contact|text|ask|reach)(?: \w+)?|"
        r"(?:that'?s|that is|thats|this is) (?:all|it|everything)(?: (?:that )?i (?:need(?:ed)?|want(?:ed)?))?(?: for (?:now|today))?|"
        r"all i need(?:ed)?(?: (?:for )?(?:now|today))?|(?:you(?:'?ve| have)? )?answered (?:everything|all)(?: \w+){0,3}|"
        r"(?:thanks?|thank ?(?:yo)?u|thx)(?: \w+){0,3}? (?:for|to)(?: \w+){0,5}? (?:help(?:ing)?(?: me)?|assist(?:ance|ing)?|support|service|"
        r"information|info|time|patience|effort|work|response|advice|solution|reply|guidance)(?: today)?|"
        r"(?:great|good|nice|wonderful|valuable|kind(?:ly)?|immediate|quick|prompt|your) (?:help|service|support|assistance)|"
        r"(?:i'?m|i am|we'?re) (?:done|good|all set)(?: (?:for )?(?:now|today))?"
    ),
    helpless=_any(
        r"help(?:s|ing)?|assist(?:ance|ing)?|favou?rs?|support|something|someone|things?|questions?|quer(?:y|ies)|doubts?|"
        r"clarifications?|problems?|issues?|troubles?|facing|urgent(?:ly)?|information|info|details?|ask|need(?:s|ed)?|want(?:s|ed)?|"
        r"like|wish|looking|give|tell|know|more|another|other|one|two|few|further|else|kindly|today|regarding|inquire|"
        r"resolve|solve|fix|chat|talk|speak|agent|person|representative"
    ),
    filler=_any(
        r"i|i'?m|me|my|mine|you|your|u|ur|we|us|our|it|its|it'?s|he|she|they|them|this|that|these|those|the|a|an|"
        r"and|or|but|if|to|of|in|on|at|for|with|from|by|as|is|are|was|were|be|been|am|do|does|did|have|has|had|"
        r"will|would|can|could|should|may|just|also|very|too|then|than|now|here|what|which|who|how|when|where|why|"
        r"there'?s|im|ive|i'?ve|some|any|about|up|out|get|got|let|go|going|really|still|again|all|not"
    ),
    another=_any(
        r"(?:one |two )?(?:more|other|another) (?:thing|question|problem|issue)s?|one more|another (?:thing|one)|"
        r"something else|by the way|btw|while i have you|while (?:i am|i'?m|we'?re) (?:here|at it)|also|besides|"
        r"separate(?:ly)? (?:issue|question)|quick question|second (?:thing|question)|different (?:thing|question)|"
        r"i (?:also|now) (?:need|want)"
    ),
    follows=_any(
        r"(?:and|but|or|so|then|then|because|cause|cos|ok so|oh so|ah so|not|even|what about|how about|why|which|"
        r"what if|what do you mean|really|only|that|it'?s|its|it|they|he|she)", start=True
    ),
    request=_any(
        r"i(?:'?d| would| wd)? (?:also )?(?:want|need|like|wish|have to|must)|wanna|i would like|looking (?:for|to)|"
        r"(?:can|could|would|will|may) (?:you|u|i|we|someone)|please (?!wait|take)|pls|plz|(?<!for your )(?<!your )help|how (?:do|can|could|should) (?:i|we)|"
        r"how to|(?:am|are) (?:trying|looking) to|trying to|i wish to|need(?:s)?|want(?:s)?|give me|send me|tell me|"
        r"let me know|(?:order|cancel|change|update|book|transfer|check|close|track|return|remove)(?= \w)|reporting|checking"
    ),
    question=re.compile(
        r"\?|^(?:do|does|did|is|are|was|will|can|could|would|should|may|what|which|who|how|when|where|why|any)\b"
    ),
    trouble=_any(
        r"cannot|can(?:'|’)?t|(?:do|does|did|is|are|was|wo|has|have)(?:n't|n’t|nt)|not (?:\w+ ){0,2}(?:work|receiv|arriv|open|load|start|"
        r"send|sent|connect|respond|show|charg|turn|play|sync|com(?:e|ing)|go|here|there|what)\w*|(?:too |very |so |running |getting )?slow(?:ly|er)?|freez(?:es|ing)|"
        r"frozen|hangs?|unable|expired?|mistake|delete[sd]?|never|no longer|broken?|crash(?:es|ed|ing)?|error|fail(?:s|ed|ing)?|declined|missing|lost|"
        r"stolen|wrong|damaged|cracked|smashed|scratched|dead|late|delayed|locked|stuck|stopped|blocked|refused|"
        r"twice|overcharged|problem|issue|trouble|complain(?:t)?|unacceptable|nobody|refund|where(?:'s| is| are)|fraud"
    ),
    giving=_any(
        r"(?:(?:and|sure|yes|ok|okay|so|hi|sorry|here|also) )*(?:(?:my|the|our|his|her) )?(?:full |first |last |new |old |company |last four |last 4 |"
        r"credit |debit |savings? |checking |total |mobile |booking |confirmation |order |account |card |email |e-mail )*"
        r"(?:name|e-?mail(?: id| address)?|phone|number|no|address|ssn|digits?(?: of (?:my |the )?\w+(?: \w+)?)?|password|zip(?: code)?|"
        r"postcode|id|date(?: of \w+)?|amount(?: of \w+)?|code|birthday)(?:s)? (?:is|are|was|were|no|number|:)|"
        r"(?:full |company |last |first )?name|ssn|zip|it is|it'?s|i'?m [a-z]+$|this is [a-z]+(?: [a-z]+)?$", start=True),
    unit=re.compile(r"[a-zÀ-ɏ][a-zÀ-ɏ'’-]*"),
)  # fmt: skip

_CHINESE = Cues(
    polite=_any(
        r"你好|您好|哈喽|嗨|喂|在吗|在么|在不在|在？|有人吗|亲+|早上好|下午好|晚上好|谢谢|感谢|多谢|谢了|辛苦了?|麻烦了?|"
        r"再见|拜拜|好的?|好嘞|好吧|行吧?|可以的?|嗯+|哦+|噢|啊+|呀|吧|对的?|是的?|不用了?|没事|没有了?|明白|知道了|收到|"
        r"稍等|等一?下|不好意思|抱歉|请问|请|客服|老师|哈+|呵+|嘿+|ok|hi|hello|中秋快乐|新年快乐", edge=""
    ),
    closing=_any(r"没(?:有)?(?:别的|其他|什么)?(?:问题|事|需要)?了|(?:暂时|先)?(?:就)?(?:这样|这些)(?:吧|了)?|不(?:需要|用)(?:了|别的)|有(?:问题|需要|事)(?:我)?再"
                 r"(?:找|问|联系|来)(?:你|您)?|谢谢(?:你|您)?的?(?:帮助|解答|耐心|服务|回复|帮忙)|问题(?:已经)?解决了|非常感谢", edge=""),
    helpless=_any(r"帮忙|帮助|帮我|帮个忙|问题|事情?|咨询|请教|问一?下|问个|问|想|要|需要|可以|能|解决|处理|反映|着急|急|人工|转|找", edge=""),
    filler=_any(r"我们|你们|我|你|您|他|她|它|这个?|那个?|了|的|地|得|着|过|呢|吗|么|嘛|就|也|都|还|又|和|跟|与|在|把|被|"
                r"一|个|下|点|很|太|是|有|那么|什么|啥", edge=""),
    another=_any(r"另外|顺便|还有个|还有一?[个件]|还有|对了|再问|再帮|换个问题|还想|别的事|by the way|btw|again|also", edge=""),
    follows=_any(r"那就?|所以|但是|可是|然后|因为|不过|就是|原来|是不是|只有|它|这样|这个|刚才", edge="", start=True),
    request=_any(r"我要|我想|想要|想问|想买|想改|需要|帮我|帮忙|给我|能不能|能否|可不可以|可以.{1,12}[吗么]|能.{1,12}[吗么不]|"
                 r"怎么(?!回事|还)|如何|麻烦.{2,}|申请|取消|修改|查一?下|查询|预约|开.{0,4}发票|退货|退款|换货|转人工|想.{2,}", edge=""),
    question=re.compile(r"[?？吗呢]|多少|多久|什么时候|哪[里个些儿]|几[天个点号]|怎么|为什么|有没有|是否|能不能|吗$|不$"),
    trouble=_any(r"没(?:到|收|动|反应|有|人|来|货|用|送|法|声)|不(?:了|能|见|行|对|上|动|亮|通|出|到|热|转|制冷|响应)|还没|坏|错|"
                 r"丢|少了?|碎|破|裂|划痕|失败|异常|漏|卡住|投诉|差评|多扣|扣了?两|重复|退款|退货|骗|锁了|连不|登不|打不|"
                 r"怎么回事|怎么还|太(?:慢|差)|一直|催", edge=""),
    giving=_any(r"(?:我的|新的?)?(?:姓名|名字|电话|手机号?|邮箱|地址|订单号?|税号|抬头|尾号)(?:是|：|:)?|我叫|姓", edge="", start=True),
    unit=re.compile(r"[\u3400-\u9fff]|[a-z]{2,}"),
)  # fmt: skip

_CUES: Mapping[str, Cues] = {"en": _ENGLISH, "zh": _CHINESE}
_VALUES = re.compile(PLACEHOLDER.pattern + r"|\S*\d\S*|[^\w\s'’?？{}-]+|\[[^\]]*\]|https?://\S+", re.A)


def cues_of(language: str) -> Cues:
    """The language's patterns; English for one that has none of its own."""
    return _CUES.get(language, _ENGLISH)


def content(text: str, language: str) -> int:
    """How much a turn says: words (Chinese: half the characters), without politeness, fillers and values."""
    cues = cues_of(language)
    plain = cues.polite.sub(" ", values_out(text.lower()))
    units = len(cues.unit.findall(cues.filler.sub(" ", plain)))
    return (units + 1) // 2 if language == "zh" else units


def without_closing(text: str, language: str) -> str:
    """The lower-case text without what says that nothing more is wanted."""
    return cues_of(language).closing.sub(" ", text)


def is_helpless(text: str, language: str) -> bool:
    """Whether a lower-case text asks for help without a word on the matter: `i need your help`."""
    cues = cues_of(language)
    plain = cues.helpless.sub(" ", cues.polite.sub(" ", values_out(text)))
    return not cues.unit.search(cues.filler.sub(" ", plain))


def values_out(text: str) -> str:
    """The text without placeholders, numbers, links and punctuation (question marks stay)."""
    if HAN.search(text):  # numbers stand right beside Han characters
        return re.sub(PLACEHOLDER.pattern + r"|[\d.:/-]+|[^\w\s?？]+", " ", text)
    return _VALUES.sub(" ", text)
