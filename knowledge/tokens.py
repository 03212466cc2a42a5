"""Text → the words that lexical search matches."""

from __future__ import annotations

import re

from encoders.chinese import chinese_words
from encoders.text import HAN, normalise

_RUN = re.compile(rf"(?:{HAN.pattern})+|\d+(?:[.,:]\d+)+|(?:(?!{HAN.pattern})[^\W_])+")

_FOLLOWS_ON = re.compile(
    r"^(?:(?:and|or|but|also|what about|how about|what if)\b|那|那么|还有|如果|换成)|呢[?？]?$"
)

ENGLISH_STOP_WORDS = frozenset(
    "a an and any are as at be been but by can could did do does for from get got had has have he her here him his "
    "how i if in into is it its just let like ll m may me my no not of off on or our out please re s shall she "
    "should so some such t than that the their them then there these they this those to too u up us ve was we were "
    "what when where which who why will with would you your yours am about also hi hello hey thanks thank".split()
)
CHINESE_STOP_WORDS = frozenset(
    "的 了 是 我 你 您 他 她 它 我们 你们 他们 吗 呢 吧 啊 呀 哦 嘛 么 在 有 没有 和 与 及 或 也 都 就 还 又 很 太 "
    "这 那 这个 那个 这些 那些 个 把 被 给 对 从 到 向 跟 让 会 能 可以 要 想 请问 请 一下 一个 什么 怎么 怎样 如何 "
    "为什么 多少 哪 哪些 哪里 是否 是不是 能不能 可不可以 有没有 啥 咋 得 地 着 过 吗 不 没 你好 您好 谢谢 麻烦".split()
)


def words(text: str) -> list[str]:
    """Lower-case words without stop words: stems of Latin ones, jieba's cut of Chinese ones.

    A text that holds nothing but stop words keeps them: "what can I do" must still match something.
    """
    every = [word for run in runs(text) for word in words_of(run)]
    return [stem(word) for word in every if not is_stop_word(word)] or [stem(word) for word in every]


def leans_on_context(question: str) -> bool:
    """Whether a question says too little by itself: "and for returns?", "what about Spain", "那退货呢"."""
    if _FOLLOWS_ON.search(normalise(question).lower()):
        return len(words(question)) <= 3
    return len([word for word in words(question) if word not in ENGLISH_STOP_WORDS]) < 1


def grams(text: str) -> list[str]:
    """Pieces of words, which survive typing errors: four letters of Latin words, pairs of Chinese characters."""
    return [gram for run in runs(text) for gram in grams_of(run)]


def runs(text: str) -> list[str]:
    """The lower-case runs of Chinese characters and of others that a text is made of."""
    return [match.group() for match in _RUN.finditer(normalise(text).lower())]


def words_of(run: str) -> list[str]:
    """The words of a run, stop words among them."""
    return list(chinese_words().cut_for_search(run)) if HAN.match(run) else [run]


def grams_of(run: str) -> list[str]:
    """The pieces of a run."""
    if HAN.match(run):
        return [run[i : i + 2] for i in range(max(1, len(run) - 1))]
    if run in ENGLISH_STOP_WORDS:
        return []
    marked = f"_{run}_"
    return [marked[i : i + 4] for i in range(max(1, len(marked) - 3))]


def is_stop_word(word: str) -> bool:
    """Whether a word tells nothing."""
    return word in ENGLISH_STOP_WORDS or word in CHINESE_STOP_WORDS


def stem(word: str) -> str:
    """A Latin word without its commonest endings (plural, -ing, -ed, -ly); others as they are.

    A light form of Porter's first steps (An algorithm for suffix stripping, 1980): it only has to make
    "returned", "returning" and "returns" meet.
    """
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed", "ly"):
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3 and re.search("[aeiouy]", rest):
            word = rest[:-1] if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "lsz" else rest
            break
    return word.removesuffix("e") if len(word) > 4 else word
