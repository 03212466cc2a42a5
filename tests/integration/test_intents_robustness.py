"""Whatever customers write is understood as something: a real model under texts that nobody would type."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import MULTILINGUAL
from encoders.text import MAX_CHARACTERS
from intents.classifier import IntentClassifier
from intents.examples import OUT_OF_SCOPE
from intents.explanation import explain
from intents.nlu import load_training_data

pytestmark = pytest.mark.model

SOME = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXTS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="包裹退款几点开门我要的，。！？ａＢ１", max_size=200),
    st.text(alphabet="😀👍🏽👨‍👩‍👧🇩🇪❤️☠️ ok", max_size=80),
)


@pytest.fixture(scope="module")
def classifier(intent_model: Path) -> IntentClassifier:
    return IntentClassifier.load(intent_model)


def _wide(text: str) -> str:
    """Latin letters in the full width of Chinese keyboards."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


@SOME
@given(st.lists(TEXTS, max_size=4))
def test_any_text_gets_probabilities(classifier: IntentClassifier, texts: list[str]) -> None:
    found = classifier.understand(texts)
    assert [one.text for one in found] == texts
    for one in found:
        confidences = [score.confidence for score in one.ranking]
        assert np.isfinite(confidences).all()
        assert np.isclose(sum(confidences), 1)
        assert confidences == sorted(confidences, reverse=True)
        assert 0 <= one.in_scope <= 1
        assert all(0 <= entity.start < entity.end <= len(one.text) for entity in one.entities)


@SOME
@given(TEXTS)
def test_any_text_is_explained(classifier: IntentClassifier, text: str) -> None:
    found = explain(classifier, text)
    assert all(text[one.start : one.end] == one.text for one in found.words)
    assert all(np.isfinite(one.weight) for one in found.words)
    assert [one.similarity for one in found.examples] == sorted(
        (one.similarity for one in found.examples), reverse=True
    )


@SOME
@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=126), max_size=80))
def test_full_width_letters_mean_the_same(classifier: IntentClassifier, text: str) -> None:
    plain, wide = classifier.understand([text, _wide(text)])
    assert plain.ranking == wide.ranking
    assert plain.in_scope == wide.in_scope


@pytest.mark.parametrize("piece", ["where is my parcel ", "我的包裹到哪里了，", "😀", "x", "\u200b"])
def test_a_very_long_message_is_read_from_its_beginning(classifier: IntentClassifier, piece: str) -> None:
    long = piece * (200_000 // len(piece))
    cut, whole = classifier.understand([long[:MAX_CHARACTERS], long])
    assert cut.ranking == whole.ranking
    assert len(explain(classifier, long).words) <= 48


def test_a_typing_error_seldom_changes_the_intent(classifier: IntentClassifier, intent_test: Path) -> None:
    """Two neighbouring letters of the longest word change places."""
    texts = [one.text for one in load_training_data([intent_test]).examples if one.intent != OUT_OF_SCOPE]
    plain, typed = classifier.understand(texts), classifier.understand([_mistyped(text) for text in texts])
    kept = [one.intent == other.intent for one, other in zip(plain, typed, strict=True)]
    assert np.mean(kept) >= 0.7


def test_decoration_does_not_change_the_intent(classifier: IntentClassifier, intent_test: Path) -> None:
    texts = [one.text for one in load_training_data([intent_test]).examples if one.intent != OUT_OF_SCOPE]
    plain = [one.intent for one in classifier.understand(texts)]
    for change in (str.upper, lambda text: f"  {text} 🙏😀!!! ", lambda text: text.replace(" ", "\u3000")):
        changed = [one.intent for one in classifier.understand([change(text) for text in texts])]
        assert np.mean([one == other for one, other in zip(plain, changed, strict=True)]) >= 0.9


def test_chinese_is_no_single_token_and_has_a_vector_of_its_own(classifier: IntentClassifier) -> None:
    """Also for an encoder that was made for English."""
    encoder = classifier.encoder
    rows = encoder.encode(["我的包裹到哪里了", "我要退款", "几点开门", "unrelated"])
    cosines = rows @ rows.T
    assert (cosines[np.triu_indices(4, 1)] < 0.999).all()


def test_the_multilingual_encoder_tells_chinese_intents_apart() -> None:
    encoder = Encoder.load(serving_encoder(MULTILINGUAL))
    texts = [
        "我的包裹到哪里了",
        "快递什么时候到",
        "我要退款",
        "钱什么时候退给我",
        "你们几点开门",
        "周日营业吗",
    ]
    rows = encoder.encode(texts)
    rows = rows - rows.mean(axis=0)
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -np.inf)
    assert cosines.argmax(axis=1).tolist() == [1, 0, 3, 2, 5, 4]


def _mistyped(text: str) -> str:
    word = max(text.split(), key=len)
    middle = len(word) // 2
    return text.replace(word, word[: middle - 1] + word[middle] + word[middle - 1] + word[middle + 1 :])
