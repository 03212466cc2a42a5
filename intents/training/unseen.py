"""Training texts as read by models that were not fitted on them: what others are calibrated on."""

from __future__ import annotations

from encoders.logistic import Floats
from encoders.text import detect_language
from intents.classifier import ranked
from intents.training.fit import UnseenRows
from intents.training.options import Unseen
from intents.training.rows import Rows
from intents.understanding import Understanding


def unseen_texts(unseen: UnseenRows, rows: Rows) -> tuple[Unseen, ...]:
    """The examples that some head had not seen, then the out-of-scope rows."""
    inside = zip(unseen.rows, unseen.probabilities, unseen.in_scope, strict=True)
    outside = zip(rows.outside, unseen.outside_probabilities, unseen.outside_in_scope, strict=True)
    found = [
        Unseen(
            understanding=_understood(rows.texts[row], p, scope, rows), intent=rows.labels[rows.targets[row]]
        )
        for row, p, scope in inside
    ]
    found += [
        Unseen(understanding=_understood(text, p, scope, rows), intent=None) for text, p, scope in outside
    ]
    return tuple(found)


def _understood(text: str, probabilities: Floats, in_scope: float, rows: Rows) -> Understanding:
    return Understanding(
        text=text,
        ranking=ranked(rows.labels, probabilities),
        in_scope=float(in_scope),
        language=detect_language(text),
        model_id="",
    )
