from __future__ import annotations

import numpy as np
import pytest

from intents.mining.cluster import COARSE_MOST, candidate_counts, cluster
from intents.mining.known import NEW, Match, contradicted, match_known
from intents.mining.name import name_clusters
from intents.mining.sample import stratified
from intents.mining.vectors import Vectors, centre, refine, unit

DIRECTIONS = unit(np.random.default_rng(1).normal(size=(12, 24)).astype(np.float32))


def heaps(sizes: list[int], *, seed: int = 0, spread: float = 0.05) -> tuple[Vectors, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(len(sizes)), sizes)
    noise = rng.normal(scale=spread, size=(len(labels), 24)).astype(np.float32)
    return unit(DIRECTIONS[labels] + noise), labels


@pytest.mark.parametrize("count", [5, 8, 12])
def test_the_number_of_clusters_is_found(count: int) -> None:
    vectors, labels = heaps([12] * count)

    clusters = cluster(vectors)

    assert clusters.count == count
    assert len(set(zip(labels.tolist(), clusters.labels.tolist(), strict=True))) == count
    assert (clusters.confidence > 0.5).all()


def test_a_turn_that_is_like_no_other_is_held_back() -> None:
    vectors, _ = heaps([10, 10, 10, 10, 10, 10, 1])

    clusters = cluster(vectors)

    assert clusters.labels[-1] == -1
    assert clusters.confidence[-1] == 0
    assert (clusters.labels[:-1] >= 0).all()


def test_coarse_has_no_more_clusters_than_auto_and_fine_no_fewer() -> None:
    vectors, _ = heaps([15, 9, 9, 8, 7, 7, 6, 5, 5], spread=0.2)

    counts = [cluster(vectors, granularity=name).count for name in ("coarse", "auto", "fine")]

    assert counts == sorted(counts)


def test_coarse_has_at_most_thirty_clusters() -> None:
    rng = np.random.default_rng(2)
    middles = unit(rng.normal(size=(45, 64)).astype(np.float32))
    vectors = unit(np.repeat(middles, 12, axis=0) + rng.normal(scale=0.05, size=(540, 64)).astype(np.float32))

    assert cluster(vectors).count > COARSE_MOST >= cluster(vectors, granularity="coarse").count


def test_beyond_the_sample_the_rest_joins_the_same_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors, labels = heaps([60] * 8)
    monkeypatch.setattr("intents.mining.cluster.LARGEST", 240)

    found = cluster(vectors).labels

    assert len(set(zip(labels.tolist(), found.tolist(), strict=True))) == 8


def test_a_stratified_sample_has_the_rare_in_it() -> None:
    vectors, labels = heaps([2000, 2000, 4])

    chosen = stratified(vectors, 300, seed=1)

    assert len(set(chosen.tolist())) == 300
    assert (labels[chosen] == 2).sum() >= 3
    assert chosen.tolist() == stratified(vectors, 300, seed=1).tolist()


def test_turns_placed_into_a_space_stand_where_their_like_stand() -> None:
    vectors, labels = heaps([20, 20, 20])
    more, theirs = heaps([5, 5, 5], seed=9)
    space = refine(vectors)

    points, closest = space.place(more)

    assert (labels[(points @ space.points.T).argmax(axis=1)] == theirs).all()
    assert (closest > 0.8).all()


@pytest.mark.parametrize("total", [0, 1, 2, 3, 4, 7])
def test_few_turns_are_no_error(total: int) -> None:
    vectors, _ = heaps([total])

    assert len(cluster(vectors).labels) == total


def test_candidate_counts_rise_and_stay_below_the_number_of_turns() -> None:
    for total in (4, 30, 500, 100_000):
        counts = candidate_counts(total)
        assert counts == sorted(set(counts))
        assert counts[-1] <= total // 2


def test_a_languages_own_direction_is_taken_out() -> None:
    vectors, labels = heaps([20, 20])
    chinese = np.arange(len(vectors)) % 2 == 1
    apart = vectors + 3 * np.outer(chinese, DIRECTIONS[5])

    centred = centre(apart.astype(np.float32), ["zh" if one else "en" for one in chinese])

    nearest = (centred @ centred.T - 2 * np.eye(len(centred))).argmax(axis=1)
    assert (labels[nearest] == labels).all()
    assert (chinese[nearest] != chinese).any()


def test_names_say_verb_and_noun_and_are_unique() -> None:
    cancel = [
        ("please cancel my order", "en"),
        ("i want to cancel the order", "en"),
        ("cancelling an order", "en"),
    ]
    engrave = [("can you engrave a kettle", "en"), ("engraving on the kettle?", "en")]
    invoice = [("我要开发票", "zh"), ("发票怎么申请", "zh"), ("申请发票", "zh")]

    names = name_clusters([cancel, engrave, invoice, cancel])

    assert names[:2] == ["cancel_order", "engrave_kettle"]
    assert "发票" in names[2]
    assert len(set(names)) == 4
    assert names == name_clusters([cancel, engrave, invoice, cancel])


def test_a_cluster_of_both_languages_has_an_english_name_and_taken_names_are_not_given() -> None:
    mixed = [("where is my refund", "en"), ("退款还没到", "zh"), ("my refund please", "en")]

    assert name_clusters([mixed])[0].isascii()
    assert name_clusters([mixed], taken=name_clusters([mixed])) != name_clusters([mixed])


def test_a_cluster_without_any_word_still_has_a_name() -> None:
    assert name_clusters([[("ok", "en")], [("好", "zh")]]) == ["other", "其他"]


def test_clusters_grow_the_intents_they_are_close_to() -> None:
    known_vectors, known_labels = heaps([10, 10], seed=3)
    vectors, labels = heaps([6, 6, 6], seed=4)
    known = [(("alpha", "beta")[label], "en") for label in known_labels]

    matches, votes = match_known(vectors, labels.tolist(), ["en"] * len(labels), known_vectors, known)

    assert votes == ["alpha"] * 6 + ["beta"] * 6 + [None] * 6
    assert [(one.status, one.intent) for one in matches] == [
        ("grows", "alpha"),
        ("grows", "beta"),
        ("new", None),
    ]


def test_what_is_nearest_to_another_intent_does_not_grow_this_one() -> None:
    matches = [Match(status="grows", intent="alpha"), Match(status="overlaps", intent="alpha"), NEW]
    votes = ["alpha", "beta", None, "beta", "beta", "beta"]
    assert contradicted([0, 0, 0, 1, 2, -1], matches, votes) == [False, True, False, False, False, False]
