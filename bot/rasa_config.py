"""Rasa's `config.yml`: what of it counts here, and what kefu does in another way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.yaml_files import Lines, read_yaml
from encoders.errors import InputError

CONFIG: Final = "config.yml"
MOST_THRESHOLD: Final = 0.5
"""A FallbackClassifier's threshold is for confidences that run high (DIET gives nonsense 0.99); ours are calibrated,
so no more is asked of them than to be likelier right than wrong. So it is without a FallbackClassifier, too."""
WRONG_COST: Final = 10.0
ASKING: Final = 0.8

_SAME_HERE: Final = {
    "FallbackClassifier": "its threshold sets the costs (docs/how-to/move-from-rasa.md)",
    "RulePolicy": "rules work as in Rasa; its core_fallback_action_name is done about what nothing answers",
    "MemoizationPolicy": "stories are remembered as AugmentedMemoizationPolicy does, with its max_history",
    "AugmentedMemoizationPolicy": "stories are remembered in the same way, with its max_history",
    "EntitySynonymMapper": "synonyms are mapped in the same way",
    "RegexEntityExtractor": "regexes and lookup tables named like entities are found in the same way",
    "ResponseSelector": "retrieval intents are ordinary classes of the one intent model",
    "KeywordIntentClassifier": "keywords are not matched: the examples train the one intent model",
}
_TRAINED: Final = "entities are trained where marked examples show that it helps (docs/how-to/entities.md)"
_OTHERWISE: Final = {
    "DIETClassifier": f"intents come from a fine-tuned BERT encoder, {_TRAINED}; options are not read",
    "LogisticRegressionClassifier": "intents come from a fine-tuned BERT encoder",
    "SklearnIntentClassifier": "intents come from a fine-tuned BERT encoder",
    "MitieIntentClassifier": "intents come from a fine-tuned BERT encoder",
    "CRFEntityExtractor": _TRAINED,
    "MitieEntityExtractor": _TRAINED,
    "DucklingEntityExtractor": "no Duckling server is asked: dates, amounts, numbers and the like are built in",
    "SpacyEntityExtractor": "no spaCy model runs: names are found where examples or lookup tables have them",
    "TEDPolicy": "a small model learned from the stories, kept where held-out stories show that it helps",
    "UnexpecTEDIntentPolicy": "action_unlikely_intent is never predicted",
}
_NOT_NEEDED: Final = "not needed: the BERT encoder reads the text as it is"


@dataclass(frozen=True, slots=True, kw_only=True)
class RasaConfig:
    """What a `config.yml` says that counts here.

    Attributes:
        threshold: of the FallbackClassifier, None without one.
        max_history: of the memoization policy, None for the whole session.
        fallback: the action for what nothing answers, where the RulePolicy names one and may predict it.
        components: (name, line) of everything in the pipeline and the policies.
    """

    path: Path
    language: str | None = None
    threshold: float | None = None
    max_history: int | None = None
    fallback: str | None = None
    components: tuple[tuple[str, int | None], ...] = ()

    @property
    def costs(self) -> dict[str, float]:
        """The costs at which the decision answers from the threshold t on: with p = t, answering costs as much
        as handing over. Asking back costs nearly that, so it is for candidates that are about equally likely,
        where Rasa has its ambiguity threshold.
        """
        t = MOST_THRESHOLD if self.threshold is None else min(self.threshold, MOST_THRESHOLD)
        handover = max((1.0 - t) * WRONG_COST, 0.01)
        return {"wrong": WRONG_COST, "handover": handover, "clarify": ASKING * handover}


def read_rasa_config(folder: Path) -> RasaConfig | None:
    """The project's `config.yml`; None where there is none.

    Raises:
        InputError: with file and line where it is not as Rasa has it.
    """
    path = folder / CONFIG
    if not path.is_file():
        return None
    mapping, lines = read_yaml(path), Lines(path)
    parts = [*_components(mapping, "pipeline", path, lines), *_components(mapping, "policies", path, lines)]
    options = {name: given for name, given, _ in parts}
    memory = options.get("AugmentedMemoizationPolicy") or options.get("MemoizationPolicy") or {}
    language = mapping.get("language")
    return RasaConfig(
        path=path,
        language=str(language) if language else None,
        threshold=_threshold(options.get("FallbackClassifier"), path),
        max_history=_whole(memory.get("max_history"), path),
        fallback=_fallback(options.get("RulePolicy") or {}, path),
        components=tuple((name, line) for name, _, line in parts),
    )


def remarks(config: RasaConfig) -> Iterator[tuple[str, str]]:
    """(`file:line`, what kefu does there), one for each kind of component."""
    seen: set[str] = set()
    for name, line in config.components:
        if name not in seen:
            seen.add(name)
            where = f"{config.path}:{line}" if line else str(config.path)
            yield where, f"{name}: {_remark(name)}."


def _remark(name: str) -> str:
    if name in _SAME_HERE:
        return _SAME_HERE[name]
    if name in _OTHERWISE:
        return _OTHERWISE[name]
    if name.endswith(("Tokenizer", "Featurizer", "NLP")):
        return _NOT_NEEDED
    return "kefu knows no such component and does without it"


def _components(
    mapping: Mapping[str, Any], key: str, path: Path, lines: Lines
) -> Iterator[tuple[str, Mapping[str, Any], int | None]]:
    """(name, options, line); a module path is its class's name."""
    given = mapping.get(key) or []
    if not isinstance(given, list):
        raise InputError(path, f"{key} must be a list.", line=lines.of((key,)))
    for index, item in enumerate(given):
        line = lines.of((key, index))
        name = item.get("name") if isinstance(item, Mapping) else item
        if not isinstance(name, str):
            raise InputError(path, f"{key}: each component has a `name`.", line=line)
        yield name.rpartition(".")[2], item if isinstance(item, Mapping) else {}, line


def _threshold(options: Mapping[str, Any] | None, path: Path) -> float | None:
    if options is None:
        return None
    value = options.get("threshold", 0.3)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise InputError(path, f"the FallbackClassifier's threshold is between 0 and 1, not {value!r}.")
    return float(value)


def _fallback(options: Mapping[str, Any], path: Path) -> str | None:
    name = options.get("core_fallback_action_name")
    if name is None or options.get("enable_fallback_prediction") is False:
        return None
    if not isinstance(name, str) or not name:
        raise InputError(path, f"the RulePolicy's core_fallback_action_name is a name, not {name!r}.")
    return name


def _whole(value: Any, path: Path) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(path, f"max_history is a whole number of at least 1, not {value!r}.")
    return int(value)
