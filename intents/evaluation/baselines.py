"""The plain models that a BERT has to beat: TF-IDF with naive Bayes, and with a linear SVM."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from encoders.logistic import Floats, sigmoid
from encoders.text import HAN, normalise
from intents.training.fit import stratified_folds

_RUN = re.compile(rf"(?P<han>(?:{HAN.pattern})+)|(?:(?!{HAN.pattern})[^\W_])+|[^\w\s]")
_INNER_FOLDS = 3

Guess = tuple[tuple[str, ...], Floats, Floats]
"""The best class of each text, its stated probability (n,), and a score (n,) that is higher in scope."""


def pieces(text: str) -> list[str]:
    """Words and pairs of words; of Chinese, which has no spaces, characters and pairs of characters."""
    plain = normalise(text).lower()
    words: list[str] = []
    result: list[str] = []
    for match in _RUN.finditer(plain):
        run = match.group()
        if match["han"]:
            result += list(run) + [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            words.append(run)
    return result + words + [" ".join(pair) for pair in pairwise(words)]


def naive_bayes(texts: Sequence[str], intents: Sequence[str], asked: Sequence[str]) -> Guess:
    """Multinomial naive Bayes (McCallum and Nigam, 1998); its smoothing is chosen by inner cross-validation."""
    from sklearn.naive_bayes import MultinomialNB

    model = _tuned(MultinomialNB(), {"model__alpha": [0.01, 0.03, 0.1, 0.3, 1.0]}, texts, intents)
    found = model.predict_proba(asked)
    best = found.max(axis=1)
    return tuple(model.classes_[found.argmax(axis=1)].tolist()), best, best


def linear_svm(texts: Sequence[str], intents: Sequence[str], asked: Sequence[str]) -> Guess:
    """A linear SVM (Joachims, 1998), C by inner cross-validation. It states no probability: not a number."""
    from sklearn.svm import LinearSVC

    model = _tuned(LinearSVC(class_weight="balanced"), {"model__C": [0.1, 0.3, 1.0, 3.0]}, texts, intents)
    margins = model.decision_function(asked)
    if margins.ndim == 1:
        margins = np.column_stack([-margins, margins])
    given = model.classes_[margins.argmax(axis=1)]
    return tuple(given.tolist()), np.full(len(given), np.nan), sigmoid(margins.max(axis=1).astype(float))


BASELINES: dict[str, Callable[[Sequence[str], Sequence[str], Sequence[str]], Guess]] = {
    "naive-bayes": naive_bayes,
    "svm": linear_svm,
}
"""Names as `kefu intents compare` takes them."""


def _tuned(model: Any, grid: dict[str, list[float]], texts: Sequence[str], intents: Sequence[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import Pipeline

    words = TfidfVectorizer(analyzer=pieces, sublinear_tf=True)
    line = Pipeline([("words", words), ("model", model)])
    numbers = np.unique(np.asarray(intents), return_inverse=True)[1]
    folds = stratified_folds(numbers, _INNER_FOLDS, 0)
    return GridSearchCV(line, grid, cv=folds, scoring="accuracy").fit(list(texts), np.asarray(intents))
