"""A search with a real fine-tuning of a few examples, and `--search` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from intents.nlu import load_training_data
from intents.training import TrainingOptions
from intents.training.search import search_options

pytestmark = pytest.mark.model


def test_a_candidate_is_judged_by_fine_tuning_and_remembered(intent_data: Path, tmp_path: Path) -> None:
    data = load_training_data([intent_data])
    options = TrainingOptions(recipe="finetune", epochs=1, held_out=0.5)
    said: list[str] = []
    for _ in range(2):  # time for nothing but the defaults, which are always judged, once
        found = search_options(data, options, tmp_path, minutes=0.0001, say=said.append)
    assert len(said) == 1
    accuracy = float(said[0].rpartition(" ")[2])
    assert 0.5 <= accuracy <= 1
    assert (found.candidates, found.options) == (1, options)
