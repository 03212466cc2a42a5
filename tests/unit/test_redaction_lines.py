"""Redaction against the labelled lines of an author who had not seen its rules.

The floors are wide: `python -m bench.redaction` prints the figures, by type and for either half.
"""

from __future__ import annotations

from collections import Counter

import pytest

from bench.redaction import LANGUAGES, LINES, TYPES, measure, read_lines


@pytest.mark.parametrize("language", LANGUAGES)
def test_most_personal_data_is_found_and_little_else(language: str) -> None:
    scores = measure(read_lines(LINES / f"{language}.jsonl"))

    total: Counter[str] = Counter()
    for name in TYPES:
        score = scores[name]
        total.update(labelled=score.labelled, found=score.found, replaced=score.replaced, right=score.right)
        assert score.recall >= 0.7, name
        assert score.precision >= 0.75, name
    assert total["labelled"] > 400
    assert total["found"] / total["labelled"] >= 0.88
    assert total["right"] / total["replaced"] >= 0.9


@pytest.mark.parametrize("language", LANGUAGES)
def test_lines_of_a_second_set_fare_as_well(language: str) -> None:
    scores = measure(read_lines(LINES / "second" / f"{language}.jsonl")).values()

    assert sum(score.found for score in scores) >= 0.88 * sum(score.labelled for score in scores)
    assert sum(score.right for score in scores) >= 0.9 * sum(score.replaced for score in scores)


def test_the_halves_are_two_parts_of_the_whole() -> None:
    path = LINES / "en.jsonl"
    a, b = list(read_lines(path, "a")), list(read_lines(path, "b"))

    assert len(a) + len(b) == len(list(read_lines(path)))
    assert min(len(a), len(b)) > 200


def test_a_value_found_in_part_is_not_found() -> None:
    line = {"text": "mail me at jo.b@example.org", "spans": [{"start": 0, "end": 27, "type": "email"}]}

    score = measure([line])["email"]

    assert (score.labelled, score.found, score.replaced, score.right) == (1, 0, 1, 1)
