"""What must not become training data, out of conversations: each removal is counted with its reason.

A turn that is removed stays with an empty text, so that the index of every other turn is what it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from intents.transcripts.conversation import Conversation, Turn
from intents.transcripts.near_duplicates import seen_conversations
from intents.transcripts.speakers import FILLED

LONGEST = 4000
"""A turn of more characters is a pasted document."""

_MACHINE = re.compile(
    r"/[a-z_]+(?:@[\d.]+)?(?:\{.*\})?"  # a button's payload
    r"|[\[{]\s*\"?[\w-]+\"?\s*:.*[\]}]"  # JSON
    r"|<\?xml.*|Traceback \(most recent call last\):.*|(?:\s*at [\w.$]+\([\w.:]+\)\s*)+",
    re.I | re.S,
)
_SYSTEM = re.compile(
    r"\[?(?:system|auto(?:mated)?[ -]?(?:reply|response|message))\]?:.*|\*{2,}.*\*{2,}"
    r"|(?:this (?:is an automated|chat has been|conversation (?:was|has been))|"
    r"(?:the )?chat (?:has )?(?:ended|started|was closed)|you are (?:now )?(?:connected|chatting|number \d+)|"
    r"\S+ (?:has )?(?:joined|left) (?:the )?(?:chat|conversation)|(?:transferring|connecting) you (?:now )?to|"
    r"your (?:position|place) in the queue|conversation was (?:resolved|reopened|marked)|"
    r"assigned to .{1,40} by|(?:agent|customer|visitor) (?:is typing|disconnected|left))\b.{0,120}"
    r"|(?:系统(?:消息|提示|通知)[:：]?|【(?:系统|自动回复|温馨提示)】|\[自动回复\]|自动回复[:：]|"
    r"您(?:已|正在)?(?:接入|排队|转接)|会话(?:已|将)?(?:结束|关闭|转接)|当前排队|客服.{0,8}(?:已接入|为您服务中)|"
    r"对方已(?:离开|下线)|由于您长时间).{0,80}",
    re.I | re.S,
)
_OPTION = re.compile(
    r"(?:^|\n|[；;。!！\s])\s*(?:[\[(（【]?\d{1,2}[\])）】]?\s*[.、:：)=—-]+|[①②③④⑤⑥⑦⑧⑨]|[•*-]\s+\S)", re.M
)
_CHOOSE = re.compile(
    r"\b(?:press|reply|type|choose|select|enter|pick)\b.{0,40}(?:\d|number|option|one of|below|following|menu)|"
    r"(?:please )?(?:choose|select) (?:one|an option|from)|how can (?:i|we) help you today\?\s*\n|"
    r"(?:回复|输入|按|选择|点击).{0,12}(?:数字|序号|\d|以下|下列|选项|编号|菜单)|请选择|以下(?:哪|选项)|猜您想问|您可能想问",
    re.I,
)
_SIGNATURE = re.compile(
    r"\n\s*(?:--\s*\n|_{5,}|-{5,}|(?:sent|get) (?:from|outlook for) (?:my )?\w+|发自我的|来自我的|On .{5,80} wrote:|"
    r"-+ ?(?:Original|Forwarded) Message ?-+|-+ ?原始邮件|"
    r"(?:This (?:e-?mail|message) (?:and any|is|may)|CONFIDENTIAL|本邮件)|"
    r"(?:Kind|Best|Warm|With (?:kind|best))?\s*regards,?\s*\n|"
    r"(?:Yours (?:sincerely|faithfully|truly)|Sincerely|Many thanks|Best wishes|此致|顺祝),?\s*\n).*$",
    re.I | re.S,
)
_QUOTED = re.compile(r"(?:^|\n)>[^\n]*")
_CONTENT = re.compile(r"[^\W_]")
_REPEATED = re.compile(r"(.)\1{9,}|(?:([^\s\d]{1,3})\2{7,})", re.S)


def unseen(conversations: Iterable[Conversation], counts: Counter[str]) -> Iterator[Conversation]:
    """The conversations that are not another one over again, one at a time, in bounded memory.

    `counts` gets how many were left out, as `duplicate` and `near-duplicate`.
    """
    with seen_conversations() as seen:
        for conversation in conversations:
            if reason := seen.before(conversation):
                counts[reason] += 1
            else:
                yield conversation


def has_customer(conversation: Conversation) -> bool:
    """Whether a customer says anything in it."""
    return any(turn.speaker == "customer" and turn.text for turn in conversation.turns)


def clean_conversation(conversation: Conversation, counts: Counter[str]) -> Conversation:
    """The conversation with its useless turns emptied.

    `counts` gets how many turns were emptied (`empty`, `machine`, `menu`, `outlier`, `repeated`), texts cut
    (`signature`), and how many turns have no time (`no time`) or a speaker that is a guess (`speaker guessed`).
    """
    turns: list[Turn] = []
    for turn in conversation.turns:
        text, reason = clean_text(turn)
        last = next((one for one in reversed(turns) if one.text), None)
        if text and last is not None and last.speaker == turn.speaker and last.text == text:
            text, reason = "", "repeated"
        if reason:
            counts[reason] += 1
        turns.append(turn if text == turn.text else replace(turn, text=text))
    without_time = sum(turn.time is None for turn in conversation.turns)
    guessed = int(conversation.metadata.get(FILLED, 0))
    counts.update(
        {name: count for name, count in (("no time", without_time), ("speaker guessed", guessed)) if count}
    )
    return replace(conversation, turns=tuple(turns))


def clean_text(turn: Turn) -> tuple[str, str]:
    """What the turn says, and why it is less than what stands there; "" where it is not."""
    text = turn.text
    if not _CONTENT.search(text):
        return (text, "") if set(text.strip()) & set("?？") else ("", "empty" if text else "")
    if _MACHINE.fullmatch(text.strip()) or (turn.speaker != "customer" and _SYSTEM.fullmatch(text.strip())):
        return "", "machine"
    if len(text) > LONGEST or _is_noise(text):
        return "", "outlier"
    if turn.speaker != "customer" and len(_OPTION.findall(text)) >= 2 and _CHOOSE.search(text):
        return "", "menu"
    kept = _QUOTED.sub("", _SIGNATURE.sub("", "\n" + text)).strip() if "\n" in text else text.strip()
    return (kept, "signature") if kept != text.strip() and kept else (text, "")


def _is_noise(text: str) -> bool:
    """Whether most of it is the same few characters over and over."""
    repeated = sum(len(match[0]) for match in _REPEATED.finditer(text))
    return len(text) > 20 and 2 * repeated > len(text)
