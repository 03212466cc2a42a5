"""What agents ask first, as slots that a form would fill."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from intents.mining.words import words
from intents.transcripts.redact import PLACEHOLDER

_ASKED = (
    re.compile(r"\bhow many ([a-z]+)", re.I),
    re.compile(r"\b(?:what|which|whose)(?:'s| is| was| are)? (?:the |your |kind of |type of |sort of )?((?:[a-z]+ )?[a-z]+)\b", re.I),
    re.compile(r"\b(?:your|the) ((?:[a-z]+ )?[a-z]+(?: number)?)(?=,? please|\?|\.|$| of\b)", re.I),
)  # fmt: skip
_PLACE, _TIME = re.compile(r"\bwhere\b", re.I), re.compile(r"\b(?:when|how long)\b", re.I)
_WANTS = re.compile(
    r"\b(?:what|which|who|whom|whose|where|when|how (?:many|much|long|old))\b|\b(?:provide|tell me|give me|send me|enter|"
    r"(?:may|can|could) i (?:have|get|take)|describe|let me (?:know|have))\b|\byour [a-z ]{3,25}\?",
    re.I,
)
_CHINESE_WANTS = re.compile(
    r"什么|哪|几|多少|多久|提供|发一?下|发我|告诉|说一?下|报一?下|方便.{0,6}[吗?？]|是多少|叫什么"
)
_NO_SLOT = frozenset(
    "is are was do does did would could can will should you your i it that this the a an be like want to with for of on at in have "
    "has had please may more any some kind type sort did here there not and or".split()
)
_CHINESE = re.compile(
    r"订单(?:编?号|号码)?|运单号|快递单号|手机号码?|电话(?:号码)?|收货地址|地址|姓名|名字|邮箱|税号|抬头|尾号|型号|颜色|尺码|尺寸|"
    r"数量|日期|时间|城市|账号|卡号|身份证号?|照片|截图|原因|人数|预算|价位|评分"
)


def slot_name(question: str, replies: Sequence[str], language: str) -> str:
    """What the question asks for, as a slot's name, "" for one that wants a yes or no.

    Where most replies hold the same placeholder it is that one's type, else the question's own noun.
    """
    if language == "zh":
        if not _CHINESE_WANTS.search(question):
            return ""
        match = _CHINESE.search(question)
        noun = "".join(word.text for word in words(question, "zh") if not word.is_verb)[:4]
        return _held(replies) or (match[0] if match else noun)
    if not _WANTS.search(question):
        return ""
    if _PLACE.search(question):
        return "place"
    return _held(replies) or _noun(question) or ("time" if _TIME.search(question) else "")


def _held(replies: Sequence[str]) -> str:
    """The type of placeholder that at least half of the replies hold, or ""."""
    held = Counter(match[1] for reply in replies for match in [PLACEHOLDER.search(reply)] if match)
    kind, count = held.most_common(1)[0] if held else ("", 0)
    return kind if 2 * count >= len(replies) else ""


def _noun(question: str) -> str:
    for pattern in _ASKED:
        for match in pattern.finditer(question):
            said = [word for word in match[1].lower().split() if word not in _NO_SLOT]
            if said:
                return "_".join(said)
    return ""
