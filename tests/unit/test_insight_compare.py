"""Differences between shares, against the examples of the paper."""

from __future__ import annotations

import pytest

from bot.insight.compare import against, difference


@pytest.mark.parametrize(
    ("counts", "wanted"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70, 48, 80), (0.2000, 0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.6000, 0.1705, 0.8090)),
        ((10, 10, 0, 20), (1.0000, 0.6791, 1.0000)),
        ((5, 56, 0, 29), (0.0893, -0.0381, 0.1926)),
    ],
)
def test_the_papers_examples(counts: tuple[int, int, int, int], wanted: tuple[float, float, float]) -> None:
    assert difference(*counts) == pytest.approx(wanted, abs=0.0001)


def test_of_nothing_nothing_is_said() -> None:
    assert difference(0, 0, 3, 5) is None
    row = {"chats": 0, "contained": 0, "resolved": 0}
    assert against(row, {"chats": 5, "contained": 3, "resolved": 2}) == {}


def test_rows_differ_by_name() -> None:
    row = {"chats": 70, "contained": 56, "resolved": 70}
    found = against(row, {"chats": 80, "contained": 48, "resolved": 80})
    assert found["containment"][0] == pytest.approx(0.2)
    assert found["resolution"][1] < 0 < found["resolution"][2]
