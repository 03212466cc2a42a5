"""A message that is word for word an example is what the example says."""

from __future__ import annotations

from pathlib import Path

import pytest

from encoders.errors import ArtifactError
from intents.examples import Example, TrainingData
from intents.understanding import IntentScore, Understanding
from intents.verbatim import CERTAIN, Verbatim

DATA = TrainingData(
    examples=(
        Example(text="How do I use this", intent="help"),
        Example(text="ok", intent="affirm"),
        Example(text="OK", intent="thanks"),
        Example(text="怎么用？", intent="help"),
        Example(text="sing a song", intent="out_of_scope"),
    )
)


def understood(text: str, in_scope: float = 0.3) -> Understanding:
    ranking = (
        IntentScore(intent="affirm", confidence=0.6),
        IntentScore(intent="help", confidence=0.3),
        IntentScore(intent="thanks", confidence=0.1),
    )
    return Understanding(text=text, ranking=ranking, in_scope=in_scope, language="en", model_id="m")


@pytest.mark.parametrize("text", ["how do I  use this?", "How do I use this", "怎么用"])
def test_an_example_is_its_intent(text: str) -> None:
    found = Verbatim.from_training_data(DATA).applied(understood(text))
    assert found.intent == "help"
    assert found.confidence >= CERTAIN
    assert found.in_scope >= CERTAIN
    assert sum(score.confidence for score in found.ranking) == pytest.approx(1.0)


@pytest.mark.parametrize("text", ["ok", "how do I use that", ""])
def test_other_texts_and_texts_of_two_intents_are_left_to_the_model(text: str) -> None:
    assert Verbatim.from_training_data(DATA).applied(understood(text)) == understood(text)


def test_an_out_of_scope_example_is_out_of_scope() -> None:
    assert Verbatim.from_training_data(DATA).applied(understood("Sing a song!", 0.9)).in_scope <= 0.011


def test_it_is_kept_as_json(tmp_path: Path) -> None:
    path = tmp_path / "verbatim.json"
    Verbatim.from_training_data(DATA).save(path)
    assert Verbatim.load(path).applied(understood("怎么用")).intent == "help"
    assert Verbatim.load(tmp_path / "none.json").applied(understood("怎么用")).intent == "affirm"
    path.write_text("[1]")
    with pytest.raises(ArtifactError, match="Train a new release"):
        Verbatim.load(path).applied(understood("x"))
