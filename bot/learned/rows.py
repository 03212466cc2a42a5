"""Stories as rows to learn from, and the model fitted on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from bot.dialog.checkpoints import written_out
from bot.dialog.domain import Domain
from bot.dialog.learned import features_of
from bot.dialog.stories import Story, played
from bot.learned.model import NextActions

MOST_ROWS: Final = 20_000
"""Of more every second, third, … counts: a project has a few dozen actions, and stories repeat themselves."""
MANY_ROWS: Final = 1000
"""From so many on, what is true of one moment alone is left out: it makes training long and says little."""
STRENGTH: Final = 10.0
"""Inverse of the ridge penalty. With 1 the stories of Rasa's financial demo are less often sure of what is right."""
Row = tuple[frozenset[str], str]


def rows_of(stories: Sequence[Story], domain: Domain) -> list[Row]:
    """(features, next action) of every moment of the stories, each once; what they say word for word is left out."""
    found: dict[Row, None] = {}
    for name, steps in written_out([(story.name, story.steps) for story in stories]):
        for moments, action in played(name, steps, domain):
            if not action.says:
                found[features_of(moments, domain), action.name] = None
    rows = list(found)
    return rows[:: 1 + len(rows) // MOST_ROWS]


def fit_next_actions(rows: Sequence[Row], *, threshold: float) -> NextActions | None:
    """The model of the rows; None where they know no two actions."""
    from sklearn.linear_model import LogisticRegression

    if len({action for _, action in rows}) < 2:
        return None
    names = {name: place for place, name in enumerate(_features(rows))}
    fitted = LogisticRegression(C=STRENGTH, max_iter=500).fit(_design(rows, names), [row[1] for row in rows])
    weights, bias = fitted.coef_, fitted.intercept_
    if len(fitted.classes_) == 2:  # scikit-learn keeps one row for two classes
        weights, bias = np.vstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2
    return NextActions(
        actions=tuple(str(action) for action in fitted.classes_),
        features=names,
        weights=np.vstack([weights.T, bias]).astype(np.float32),
        threshold=threshold,
    )


def _features(rows: Sequence[Row]) -> list[str]:
    seen = Counter(feature for features, _ in rows for feature in features)
    return sorted(name for name, count in seen.items() if count > 1 or len(rows) < MANY_ROWS)


def _design(rows: Sequence[Row], names: dict[str, int]) -> Any:
    """(rows, features) of 0 and 1, sparse."""
    from scipy.sparse import csr_matrix

    places = [sorted(names[name] for name in features if name in names) for features, _ in rows]
    ends = np.cumsum([0, *map(len, places)])
    columns = np.concatenate([np.asarray(one, int) for one in places])
    return csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(rows), len(names)))
