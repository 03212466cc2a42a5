"""Whether passages bear out what a language model wrote: by words, amounts, negation and addresses.

Own rules and no second model: they are quick, they can be read, and they err towards "no", after which the article's
own sentences are quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from knowledge.amounts import amounts, unsupported
from knowledge.documents import Passage
from knowledge.sentences import sentences
from knowledge.tokens import words

SUPPORT = 0.6
"""Of a claim's words that the question does not have, this share has to stand in the cited passages."""
SUPPORT_ALL = 0.5
"""And of all its words, those of the question too."""
TOUCHES = 1 / 3
"""A sentence that shares so much of a claim's words says something of the same matter."""
_NOT = re.compile(
    r"\b(?:not|no|never|cannot|without|nor|none|neither|unable|except|unless)\b|n[’']t\b|[不没無无勿未非]|禁止|除外|以外"
)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>\"'）)\]】，。；]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b(?:/[^\s<>\"'）)\]】，。；]*)?",
    re.IGNORECASE | re.ASCII,
)
_MARKUP = re.compile(r"[<>`]|\]\(|!\[|^\s*#", re.MULTILINE)


def problem(claim: str, cited: Sequence[Passage], *, question: str) -> str:
    """Why the cited passages do not bear a sentence out; empty where they do."""
    source = "\n".join(f"{one.title}\n{one.text}" for one in cited)
    if _MARKUP.search(claim):
        return "markup"
    known = source.lower() + "".join(f"\n{one.url.lower()}" for one in cited)
    if any(found.rstrip(".,;:!?").lower() not in known for found in _ADDRESS.findall(claim)):
        return "address"
    if unsupported(amounts(claim), amounts(source)):
        return "amount"
    said, asked, there = set(words(claim)), set(words(question)), set(words(source))
    own = said - asked
    if len(own & there) < SUPPORT * len(own) or len(said & there) < SUPPORT_ALL * len(said):
        return "unsupported"
    return "" if _same_sense(claim, said, source) else "negation"


def _same_sense(claim: str, said: set[str], source: str) -> bool:
    """Whether a claim denies where the source does, and affirms where that does."""
    shares = [
        (len(said & set(words(sentence))) / max(1, len(said)), _denies(sentence))
        for sentence in sentences(source)
    ]
    denied = max((share for share, denies in shares if denies), default=0.0)
    affirmed = max((share for share, denies in shares if not denies), default=0.0)
    return denied >= TOUCHES if _denies(claim) else affirmed >= max(TOUCHES, 0.6 * denied)


def _denies(sentence: str) -> bool:
    return bool(_NOT.search(sentence.lower()))
