"""Names for clusters, in words that a team would use: `track_order`, `申请发票`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence

from intents.mining.words import Word, words

_SUPPORT = 0.2  # a word that fewer of a cluster's turns have says little about it


def name_clusters(clusters: Sequence[Sequence[tuple[str, str]]], *, taken: Collection[str] = ()) -> list[str]:
    """A name for each cluster of (text, language), unique, the same for the same clusters in this order.

    Names in `taken` are not given again.

    The words that set a cluster apart by class-based TF-IDF (Grootendorst, 2022, "BERTopic", §3.3): the
    best verb, then the best other word. A cluster has a Chinese name when no member is in another language.
    """
    counts = [_word_counts(cluster) for cluster in clusters]
    totals: Counter[Word] = Counter()
    for one in counts:
        totals.update(one)
    average = sum(totals.values()) / max(1, len(clusters))
    names: list[str] = []
    for cluster, one in zip(clusters, counts, strict=True):
        ranked = _ranked(one, totals, average, len(cluster))
        chinese = all(language == "zh" for _, language in cluster)
        names.append(_unused(_candidates(ranked, chinese=chinese), {*taken, *names}))
    return names


def _word_counts(cluster: Sequence[tuple[str, str]]) -> Counter[Word]:
    """In how many of the turns each word stands; English words only, where there are English turns."""
    languages = {language for _, language in cluster}
    used = [turn for turn in cluster if turn[1] != "zh" or languages == {"zh"}]
    return Counter(word for text, language in used for word in set(words(text, language)))


def _ranked(counts: Counter[Word], totals: Counter[Word], average: float, size: int) -> list[Word]:
    weights = {
        word: count * math.log(1 + average / totals[word])
        for word, count in counts.items()
        if count >= min(2, size) and count >= _SUPPORT * size
    } or {word: count * math.log(1 + average / totals[word]) for word, count in counts.items()}
    return sorted(weights, key=lambda word: (-weights[word], word.text))


def _candidates(ranked: Sequence[Word], *, chinese: bool) -> list[str]:
    """Names to try, best first: verb and noun, two nouns, then with a third word."""
    verbs = [word.text for word in ranked if word.is_verb]
    others = [word.text for word in ranked if not word.is_verb]
    chosen = [*verbs[:1], *others, *verbs[1:]][:2] or ["其他" if chinese else "other"]
    rest = [word.text for word in ranked if word.text not in chosen]
    joint = "" if chinese else "_"
    return [joint.join(chosen), *(joint.join([*chosen, word]) for word in rest[:3])]


def _unused(candidates: Sequence[str], taken: Collection[str]) -> str:
    free = next((name for name in candidates if name not in taken), None)
    number = 2
    while free is None:
        if f"{candidates[0]}_{number}" not in taken:
            free = f"{candidates[0]}_{number}"
        number += 1
    return free
