"""What customers say that every assistant understands, without a line of YAML, in English and Chinese.

Only whole messages count, and only where the project's own intents do not claim them. A project that has an
intent of the same name, with a rule, story or response for it, answers in its own way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from .definitions import TALK_TO_PERSON
from .stories import folded

REPEAT: Final = "repeat"
RESTART: Final = "restart"
SWITCH_LANGUAGE: Final = "switch_language"
NONE_OF_THESE: Final = "none_of_these"
COMMANDS: Final = frozenset({TALK_TO_PERSON, REPEAT, RESTART, SWITCH_LANGUAGE, NONE_OF_THESE})

_PHRASES: Final[Mapping[str, str]] = {
    TALK_TO_PERSON: """
        agent / human / a human please / real person / operator / talk to a person / talk to a human / talk to someone
        speak to a person / speak to a human / speak to someone / speak to an agent / talk to an agent
        i want to talk to a person / i want to speak to a human / i'd like to talk to a person
        can i talk to a person / can i speak to a human / can i talk to a real person / can i speak to someone
        get me a human / let me talk to a human / connect me to an agent / customer service please
        人工 / 转人工 / 人工客服 / 人工服务 / 转人工客服 / 我要人工 / 我要人工客服 / 找人工 / 找客服 / 接人工
        我要找人工客服 / 请转人工 / 帮我转人工 / 真人客服 / 有真人吗 / 我要投诉转人工 / 我想和真人说话""",
    REPEAT: """
        repeat / repeat that / repeat please / please repeat / say that again / say again / come again / pardon
        can you repeat that / could you repeat that / can you say that again / could you say that again please
        what did you say / sorry what did you say / once more please
        再说一遍 / 再说一次 / 请再说一遍 / 重复一下 / 请重复 / 你说什么 / 你刚才说什么
        没听清 / 没看清楚 / 能再说一遍吗""",
    RESTART: """
        start over / start again / begin again / restart / let's start over / i want to start over / start from scratch
        can we start over / go back to the start / reset
        重新开始 / 从头开始 / 从头来 / 重来 / 再来一次 / 我们重新开始吧 / 重新来过""",
}
_LANGUAGES: Final[Mapping[str, str]] = {
    "en": """
        english / english please / in english / in english please / speak english / can you speak english
        do you speak english / can we speak english / please write in english / switch to english
        英文 / 英语 / 说英文 / 用英文 / 请用英文 / 请说英语 / 切换英文 / 能说英语吗 / 可以用英文吗 / 换成英文""",
    "zh": """
        chinese / chinese please / in chinese / in chinese please / speak chinese / can you speak chinese
        do you speak chinese / please write in chinese / switch to chinese
        中文 / 说中文 / 用中文 / 请用中文 / 请说中文 / 切换中文 / 能说中文吗 / 可以用中文吗 / 换成中文 / 讲中文""",
}
_YES: Final = """
    yes / yes please / yep / yeah / y / yup / sure / right / correct / exactly / that's right / that one / ok / okay
    the first / the first one / 是 / 是的 / 对 / 对的 / 没错 / 嗯 / 好 / 好的 / 就是这个 / 可以 / 正确"""
_NO: Final = """
    no / nope / no thanks / neither / none / none of them / none of these / none of those / not really / n
    neither of them / something else / 不 / 不是 / 不对 / 都不是 / 没有 / 不要 / 都不对 / 其他 / 别的"""
_PLACES: Final = (
    ("1", "first", "the first", "the first one", "一", "第一", "第一个", "第一项"),
    ("2", "second", "the second", "the second one", "二", "第二", "第二个", "第二项"),
    ("3", "third", "the third", "the third one", "三", "第三", "第三个", "第三项"),
)


def _fold(text: str) -> str:
    return folded(text.replace(",", " ").replace("，", " "))


def _listed(text: str) -> frozenset[str]:
    return frozenset(_fold(phrase) for phrase in re.split(r"[/\n]", text) if phrase.strip())


_COMMANDS: Final = {phrase: name for name, text in _PHRASES.items() for phrase in _listed(text)}
_SPOKEN: Final = {phrase: language for language, text in _LANGUAGES.items() for phrase in _listed(text)}
_AGREEING: Final = _listed(_YES)
_DISAGREEING: Final = _listed(_NO)


def command_of(text: str, languages: Iterable[str]) -> tuple[str, str | None] | None:
    """(command, the language asked for) where a message is one of the phrases; None for any other.

    Args:
        languages: those the project speaks; no other can be asked for.
    """
    said = _fold(text)
    if (language := _SPOKEN.get(said)) is not None:
        return (SWITCH_LANGUAGE, language) if language in languages else None
    name = _COMMANDS.get(said)
    return None if name is None else (name, None)


def choice_of(text: str, items: Sequence[Any], *, intent: str | None = None) -> str | None:
    """The payload of the choice that a message takes, `/none_of_these` when it takes none; None when neither.

    A choice is taken by its title, by its place ("the second one"), and the first by agreeing.

    Args:
        items: what was shown, as `{title, payload}`.
        intent: what the model takes the message to mean; `affirm` and `deny` count as yes and no.
    """
    said = _fold(text)
    choices = [item for item in items if isinstance(item, Mapping) and isinstance(item.get("payload"), str)]
    for number, item in enumerate(choices):
        named = number < len(_PLACES) and said in _PLACES[number]
        if named or said == _fold(str(item.get("title", ""))):
            return str(item["payload"])
    if choices and (said in _AGREEING or intent == "affirm"):
        return str(choices[0]["payload"])
    if said in _DISAGREEING or intent == "deny":
        return f"/{NONE_OF_THESE}"
    return None
