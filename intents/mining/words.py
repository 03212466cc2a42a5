"""The words of a turn that can name an intent, and which of them are verbs."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from encoders.cache import cache_folder
from intents.mining.cues import cues_of, values_out

_VERBS = frozenset(
    "activate add apply arrive assemble ask book break buy cancel change charge check choose claim clean close collect "
    "combine complain confirm connect contact damage decline delay delete deliver descale dispute download enable "
    "engrave enrol exchange exclude expire extend file find fix forget get give insure install invite join know "
    "leak lock lose make match merge miss modify move open pair park pause pay pick plan print purchase qualify "
    "quote rate reach receive recycle redeem refer refill refuse register remove renew rent repair replace report "
    "request reschedule reserve reset resend restart return reverse schedule sell send set share ship sign speak split "
    "start stop submit subscribe swap switch talk top track transfer travel unlock unsubscribe update upgrade use verify "
    "view wash withdraw work write".split()
)
_NO_NAME = frozenset(
    "anything something everything nothing someone thing things one two three day days week weeks month year today "
    "yesterday tomorrow monday tuesday wednesday thursday friday saturday sunday time times hour hours minute minutes "
    "much many more most less few lot like want need know think see say said tell told make made come came take took "
    "put try tried trying look looking looks seem keep able possible actually already always never ever even else only "
    "since until before after because though while back into over off down through between without within during "
    "yes no not don't doesn't didn't can't won't isn't wasn't cant dont doesnt didnt wont isnt i've i'd you're it's that's "
    "what's there's he's she's they're we're other another same such own every each both own good new old big small "
    "person people guy guys huh hmm her his him hers hundred thousand next long mean call find work sort part bit help question hello information "
    "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec "
    "mon tue wed thu fri sat sun morning afternoon evening night weekend min mins sec secs second seconds hr hrs last first third half full "
    "black white red blue green grey gray brown yellow pink orange purple silver husband wife mother father mum mom dad parent parents son "
    "daughter kid kids child children baby aunt uncle sister brother friend friends neighbour neighbor boss wife's mail wrote reason case".split()
)
_NO_CHINESE_NAME = frozenset(
    "没有 可以 不能 不了 知道 觉得 问题 时候 东西 人家 需要 帮忙 帮我 请问 今天 昨天 还有 是否 显示 起来 出来 收到".split()
)
_IRREGULAR = {
    "bought": "buy", "paid": "pay", "broken": "break", "broke": "break", "lost": "lose", "sent": "send",
    "forgot": "forget", "forgotten": "forget", "gave": "give", "got": "get", "stolen": "steal", "sold": "sell",
    "spoke": "speak", "written": "write", "chosen": "choose", "knew": "know", "cancelled": "cancel",
    "cancellation": "cancel", "delivery": "delivery", "engraving": "engrave", "engravings": "engrave",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Word:
    """A word in the form that names use."""

    text: str
    is_verb: bool


def words(text: str, language: str) -> list[Word]:
    """The words that can name an intent, in order, each as often as it stands there."""
    return _chinese(text) if language == "zh" else _english(text)


def _english(text: str) -> list[Word]:
    cues = cues_of("en")
    plain = cues.filler.sub(" ", cues.polite.sub(" ", values_out(text.lower().replace("’", "'"))))
    found = (_lemma(token) for token in re.findall(r"[a-z]{3,}(?:'[a-z]+)?", plain) if token not in _NO_NAME)
    return [Word(lemma, lemma in _VERBS) for lemma in found if lemma not in _NO_NAME]


def _lemma(token: str) -> str:
    """A word's base form, as far as a few endings tell."""
    token = token.split("'", maxsplit=1)[0]
    if token in _IRREGULAR or token in _VERBS:
        return _IRREGULAR.get(token, token)
    for ending in ("ing", "ed", "es", "s", "d"):
        stem = token.removesuffix(ending)
        for verb in (stem, stem + "e", stem[:-1] if stem[-1:] == stem[-2:-1] else stem):
            if stem != token and verb in _VERBS:
                return verb
    if token.endswith("ies") and len(token) > 4:
        return token[:-3] + "y"
    if re.search(r"(?:ss|x|ch|sh)es$", token):
        return token[:-2]
    return token[:-1] if re.search(r"[^sui]s$", token) and len(token) > 3 else token


def _chinese(text: str) -> list[Word]:
    cues = cues_of("zh")
    found: list[Word] = []
    for pair in _tagger().cut(values_out(text.lower())):
        word, tag = pair.word.strip(), pair.flag
        if len(word) < 2 or cues.polite.fullmatch(word) or cues.filler.fullmatch(word):
            continue
        if tag.startswith(("n", "v")) and not tag.startswith(("nr", "ns")) and word not in _NO_CHINESE_NAME:
            found.append(Word(word, tag.startswith("v")))
    return found


@lru_cache(maxsize=1)
def _tagger() -> Any:
    """jieba's tagger, with its cache in our own folder instead of the system's temporary one."""
    import jieba
    from jieba import posseg

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    folder = cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.tmp_dir = str(folder)
    tokenizer.cache_file = "jieba.cache"
    return posseg.POSTokenizer(tokenizer)
