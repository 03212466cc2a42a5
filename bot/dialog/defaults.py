"""What the bot says where a project has no wording of its own, in English and Chinese.

Each is overridden by the domain's response of the same name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from .definitions import LANGUAGE_SLOT, SlotCondition, Variant

_CHINESE: Final = (SlotCondition(name=LANGUAGE_SLOT, value="zh"),)
_WORDINGS: Final = {
    "utter_hand_over": (
        "I'll pass you on to a colleague, who will read what we have written so far and answer you here.",
        "我为您转接人工客服，同事会看到我们之前的对话，并在这里回复您。",
    ),
    "utter_out_of_hours": (
        "Nobody is here at the moment. We are back on {opens} and will answer you here.",
        "现在不是人工服务时间。我们将于{opens}上线，届时会在这里回复您。",
    ),
    "utter_queue_position": (
        "You are number {position} in the queue.",
        "您当前排在第 {position} 位，请稍候。",
    ),
    "utter_clarify": (
        "I'd like to be sure I get this right. Which of these do you mean?",
        "想跟您确认一下，您是指哪一项？",
    ),
    "utter_default": (
        "Sorry, I did not understand that. Could you put it another way?",
        "抱歉，我没有听懂，可以换个说法吗？",
    ),
    "utter_out_of_scope": ("Sorry, I can't help with that.", "抱歉，这个问题我帮不上忙。"),
    "utter_action_failed": (
        "Sorry, something went wrong on our side. A colleague will take over and answer you here.",
        "抱歉，系统出了点问题，人工客服会接手并在这里回复您。",
    ),
    "utter_nothing_here": (
        "Thank you. I can't look at that myself; please write in a few words what it is about.",
        "收到，谢谢。我暂时看不了这类内容，请用几句话说明一下您的问题。",
    ),
    "utter_restart": (
        "All right, let's start over. How can I help?",
        "好的，我们重新开始。请问有什么可以帮您？",
    ),
    "utter_language": ("All right, I'll go on in English.", "好的，接下来我用中文回复您。"),
    "utter_ask_rephrase": ("Could you say that in other words?", "可以换个说法吗？"),
}


def _affirmation(text: str, yes: str, no: str) -> dict[str, Any]:
    buttons = [{"title": yes, "payload": "/{intent}"}, {"title": no, "payload": "/out_of_scope"}]
    return {"text": text, "buttons": buttons}


DEFAULT_RESPONSES: Final[Mapping[str, tuple[Variant, ...]]] = {
    name: (
        Variant(content={"text": english}),
        Variant(content={"text": chinese}, conditions=_CHINESE),
    )
    for name, (english, chinese) in _WORDINGS.items()
} | {
    "utter_ask_affirmation": (
        Variant(content=_affirmation("Did you mean “{guess}”?", "Yes", "No")),
        Variant(content=_affirmation("您是指“{guess}”吗？", "是的", "不是"), conditions=_CHINESE),
    )
}
