"""Evaluating a release on the project's held-out files: each part, and the whole decision end to end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dialog.decision import decide
from bot.evaluation.outcomes import HeldOut, Kind, Outcome, judge, summary
from bot.project import Project
from bot.runtime import Runtime
from encoders.errors import InputError
from encoders.progress import progress
from encoders.records import read_csv, text_field
from encoders.text import detect_language
from intents.examples import OUT_OF_SCOPE, Example
from knowledge.documents import Question
from knowledge.ingest import read_questions


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutFiles:
    """What training never reads."""

    utterances: tuple[Example, ...]
    questions: tuple[Question, ...]

    @property
    def messages(self) -> tuple[HeldOut, ...]:
        """Everything as messages of a customer."""
        said = (
            _message(
                one.text,
                "out_of_scope" if one.intent == OUT_OF_SCOPE else "intent",
                str(one.metadata.get("language", "")),
                frozenset({one.intent} - {OUT_OF_SCOPE}),
            )
            for one in self.utterances
        )
        asked = (
            _message(
                one.question,
                "question" if one.document_ids else "unanswerable",
                one.language,
                frozenset(one.document_ids),
            )
            for one in self.questions
        )
        return (*said, *asked)


def read_held_out(project: Project) -> HeldOutFiles:
    """The held-out files of a project.

    Raises:
        InputError: when neither file is there, or one of them cannot be read.
    """
    utterances, questions = project.heldout_intents, project.heldout_questions
    if not utterances.is_file() and not questions.is_file():
        raise InputError(
            project.folder / "evaluation",
            "holds neither intents.csv nor questions.jsonl.",
            remedy="Write messages there that training does not read.",
        )
    return HeldOutFiles(
        utterances=tuple(_utterances(utterances)) if utterances.is_file() else (),
        questions=tuple(read_questions([questions])) if questions.is_file() else (),
    )


def evaluate_decisions(runtime: Runtime, messages: Sequence[HeldOut]) -> tuple[dict[str, Any], list[Outcome]]:
    """Let every message go through the whole decision.

    Returns:
        The summary, with one for each language under `by_language`, and what became of each message.
    """
    costs = runtime.costs
    outcomes: list[Outcome] = []
    confidences: list[float] = []
    with progress("Deciding", len(messages)) as step:
        for message in messages:
            language = detect_language(message.text, default=runtime.settings.language)
            reading = runtime.reader.read_now(message.text, (), language)
            options = runtime.candidates(reading, language=language)
            outcomes.append(judge(message, decide(options, costs, may_clarify=True), costs))
            confidences.append(reading.understanding.confidence)
            step()
    report = summary(outcomes, confidences, costs)
    report["by_language"] = {
        language: summary(
            [one for one in outcomes if one.message.language == language],
            [p for p, one in zip(confidences, outcomes, strict=True) if one.message.language == language],
            costs,
        )
        for language in sorted({message.language for message in messages})
    }
    return report, outcomes


def _message(text: str, kind: Kind, language: str, answers: frozenset[str]) -> HeldOut:
    return HeldOut(text=text, kind=kind, language=language or detect_language(text), answers=answers)


def _utterances(path: Path) -> Iterable[Example]:
    for line, row in read_csv(path):
        yield Example(
            text=text_field(row, ("text",), path, line),
            intent=text_field(row, ("intent", "label", "category"), path, line),
            metadata={"language": row.get("language", "")},
            source=f"{path}:{line}",
        )
