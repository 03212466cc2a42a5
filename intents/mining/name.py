"""Names for clusters, in words that a team would use: `track_order`, `退货运费`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from intents.mining.words import Word, words

_SUPPORT = 0.2  # a word that fewer of a cluster's turns have says little about it
_PAIR_SUPPORT = 0.12  # the same for two words together
_SECOND = 0.35  # a second word by itself must stand in this share of the turns

Name = tuple[Word, ...]


def name_clusters(clusters: Sequence[Sequence[tuple[str, str]]], *, taken: Collection[str] = ()) -> list[str]:
    """A name for each cluster of (text, language), unique, the same for the same clusters in this order.

    Names in `taken` are not given again.

    What sets a cluster apart by class-based TF-IDF (Grootendorst, 2022, "BERTopic", §3.3): a verb and what it is
    done to where many turns have the two together, else the best word and a second one. A cluster has a Chinese
    name when no member is in another language.
    """
    said = [_said(cluster) for cluster in clusters]
    singles: list[Counter[Name]] = [
        Counter((word,) for turn in turns for word in set(turn)) for turns in said
    ]
    pairs: list[Counter[Name]] = [Counter(pair for turn in turns for pair in _pairs(turn)) for turns in said]
    names: list[str] = []
    for cluster, own, joint in zip(
        clusters, _ranked(singles, said, _SUPPORT), _ranked(pairs, said, _PAIR_SUPPORT), strict=True
    ):
        chinese = all(language == "zh" for _, language in cluster)
        frequent = singles[len(names)]
        best = _candidates(own, joint, frequent, len(cluster), chinese=chinese)
        names.append(_unused(best, {*taken, *names}))
    return names


def _said(cluster: Sequence[tuple[str, str]]) -> list[list[Word]]:
    """The naming words of each turn; of English turns only, where there are some."""
    languages = {language for _, language in cluster}
    return [words(text, language) for text, language in cluster if language != "zh" or languages == {"zh"}]


def _pairs(turn: Sequence[Word]) -> set[Name]:
    """A verb and the noun after it (`cancel`, `order`); in Chinese any two words in a row (`退货`, `运费`)."""
    return {
        (one, other)
        for one, other in pairwise(turn)
        if one.text != other.text and ((one.is_verb and not other.is_verb) or not one.text.isascii())
    }


def _ranked(
    counts: Sequence[Counter[Name]], said: Sequence[Sequence[object]], support: float
) -> list[list[tuple[Name, float]]]:
    """Each cluster's names that enough of its turns have, with their weights, best first."""
    totals: Counter[Name] = Counter()
    for one in counts:
        totals.update(one)
    average = sum(totals.values()) / max(1, len(counts))
    ranked: list[list[tuple[Name, float]]] = []
    for one, turns in zip(counts, said, strict=True):
        least = max(min(2, len(turns)), support * len(turns))
        weights = {
            name: count * math.log(1 + average / totals[name])
            for name, count in one.items()
            if count >= least
        }
        ranked.append(sorted(weights.items(), key=lambda item: (-item[1], [word.text for word in item[0]])))
    return ranked


def _candidates(
    own: Sequence[tuple[Name, float]], joint: Sequence[tuple[Name, float]], frequent: Counter[Name], size: int,
    *, chinese: bool,
) -> list[str]:  # fmt: skip
    """Names to try, best first: two words that stand together, one or two by themselves, then three."""
    singles = [name[0] for name, _ in own] or [name[0] for name, _ in frequent.most_common(1)]
    verbs = [word for word in singles if word.is_verb]
    others = [word for word in singles if not word.is_verb]
    seconds = [word for word in (*others[1:], *verbs[1:]) if frequent[(word,)] >= _SECOND * size]
    alone = [*verbs[:1], *others[:1], *seconds][:2]
    chosen = [*(list(name) for name, _ in joint[:3]), alone]
    texts = [[word.text for word in name] for name in chosen if name] or [["其他" if chinese else "other"]]
    more = [[*texts[0], word.text] for word in singles if word.text not in texts[0]][:3]
    joint_sign = "" if chinese else "_"
    return list(dict.fromkeys(joint_sign.join(name) for name in [*texts, *more]))


def _unused(candidates: Sequence[str], taken: Collection[str]) -> str:
    free = next((name for name in candidates if name not in taken), None)
    number = 2
    while free is None:
        if f"{candidates[0]}_{number}" not in taken:
            free = f"{candidates[0]}_{number}"
        number += 1
    return free
