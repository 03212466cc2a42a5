"""What mining leaves behind: assignments, drafts in Rasa's format, a summary and a report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from encoders.errors import InputError
from intents.examples import Example, TrainingData
from intents.mining.advice import Advice
from intents.mining.answers import Answer
from intents.mining.known import Match
from intents.mining.problem_turns import ProblemTurn
from intents.mining.responses import Draft, SlotSuggestion, response_document
from intents.nlu_yaml import write_nlu_yaml
from intents.transcripts.conversation import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class MinedIntent:
    """A proposed intent.

    Attributes:
        coherence: mean cosine similarity of its turns to their centre; above .7 they mostly say one thing.
        turns: indices into the problem turns.
        answers: what agents answered, best first.
        slots: what agents ask first.
    """

    name: str
    coherence: float
    match: Match
    turns: tuple[int, ...]
    answers: tuple[Answer, ...]
    slots: tuple[SlotSuggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """Everything that was found.

    Attributes:
        confidence: (n,) of each problem turn, as in `intents.mining.cluster`.
        intents: by falling size.
        drafts: responses by intent, the best first; those of no intent last.
        conversations: what the turns are from, redacted; empty where the utterances are bare.
    """

    turns: Sequence[ProblemTurn]
    intents: Sequence[MinedIntent]
    confidence: NDArray[np.float32]
    drafts: Sequence[Draft]
    advice: Advice
    conversations: Mapping[str, Conversation]


@dataclass(frozen=True, slots=True, kw_only=True)
class MiningSummary:
    """What `mine` did, as `summary.json` has it.

    Attributes:
        intents: name → how many turns, largest first.
        facts: the encoder, seed, counts of redacted values by type, reasons of problem turns, …
    """

    turns: int
    held_back: int
    intents: Mapping[str, int]
    facts: Mapping[str, Any]


def write_all(folder: Path, mined: Mined, *, bare: bool, facts: Mapping[str, Any]) -> MiningSummary:
    """Write all of mining's files into the folder."""
    from intents.mining.report import report_html

    names = {turn: intent.name for intent in mined.intents for turn in intent.turns}
    _write_jsonl(
        folder / "assignments.jsonl",
        (
            _assignment(turn, names.get(i), float(mined.confidence[i]), bare)
            for i, turn in enumerate(mined.turns)
        ),
    )
    write_nlu_yaml(_training_data(mined), folder / "nlu.yml")
    _write_yaml(folder / "responses.yml", response_document(mined.drafts))
    summary = MiningSummary(
        turns=len(mined.turns), held_back=len(mined.turns) - len(names),
        intents={intent.name: len(intent.turns) for intent in mined.intents}, facts=facts,
    )  # fmt: skip
    (folder / "summary.json").write_text(
        json.dumps(_summary_record(summary, mined), ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    (folder / "report.html").write_text(report_html(summary, mined), encoding="utf-8")
    return summary


def read_assignments(folder: Path) -> list[dict[str, Any]]:
    """The lines of a mined folder's `assignments.jsonl`.

    Raises:
        InputError: when they cannot be read.
    """
    path = folder / "assignments.jsonl"
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError) as error:
        raise InputError(path, f"cannot be read ({error}).") from error


def _assignment(turn: ProblemTurn, intent: str | None, confidence: float, bare: bool) -> dict[str, Any]:
    where = {"utterance_id": turn.id} if bare else {"conversation_id": turn.id, "turn": turn.turn}
    said: dict[str, Any] = {"text": turn.text, "intent": intent, "confidence": round(confidence, 4)}
    more = {} if bare else {"turns": list(turn.turns), "reason": turn.reason}
    return where | said | more


def _training_data(mined: Mined) -> TrainingData:
    """Each intent's turns as examples that say where they are from; the same words only once."""
    examples: list[Example] = []
    for intent in mined.intents:
        seen: set[str] = set()
        for turn in (mined.turns[index] for index in intent.turns):
            text = " ".join(turn.text.split())
            if text.casefold() in seen:
                continue
            seen.add(text.casefold())
            origin = (
                {"utterance": turn.id} if turn.turn is None else {"conversation": turn.id, "turn": turn.turn}
            )
            examples.append(Example(text=text, intent=intent.name, metadata={"example": origin}))
    return TrainingData(examples=tuple(examples))


def _summary_record(summary: MiningSummary, mined: Mined) -> dict[str, Any]:
    drafts = Counter(draft.intent for draft in mined.drafts)
    rows = [
        {
            "intent": intent.name, "turns": len(intent.turns), "coherence": intent.coherence,
            "status": intent.match.status, "known": intent.match.intent, "share": intent.match.share,
            "answers": len(intent.answers), "responses": drafts[intent.name],
            "slots": [{"slot": one.slot, "response": one.response, "share": one.share} for one in intent.slots],
        }
        for intent in mined.intents
    ]  # fmt: skip
    counts = {"turns": summary.turns, "held_back": summary.held_back, "intent_count": len(mined.intents)}
    merges = [{"intents": [one.one, one.other], "similarity": one.similarity} for one in mined.advice.merges]
    splits = [{"intent": one.intent, "sizes": list(one.sizes)} for one in mined.advice.splits]
    return counts | dict(summary.facts) | {"intents": rows, "may_merge": merges, "may_split": splits}


def _write_jsonl(path: Path, records: Any) -> None:
    with path.open("w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _write_yaml(path: Path, document: Mapping[str, Any]) -> None:
    from ruamel.yaml import YAML
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    yaml = YAML()
    yaml.width = 2**16
    yaml.allow_unicode = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8") as file:
        yaml.dump({**document, "version": DoubleQuotedScalarString("3.1")}, file)
