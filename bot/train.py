"""Training an assistant: from its folder to a new release."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.calibration import fit_calibration
from bot.dialog.decision import Candidate
from bot.evaluation.outcomes import HeldOut
from bot.learned.train import learn_next_actions
from bot.project import (
    Project,
    core_fallback,
    data_files,
    domain_mapping,
    load_assistant,
    max_history,
    training_files,
)
from bot.reader import Reading, candidates
from bot.release import KIND, new_release_id
from bot.runtime import CALIBRATION, NEXT_ACTIONS
from bot.yaml_files import read_yaml
from encoders.artifacts import building, link_folder
from encoders.encoder import Encoder, serving_encoder
from encoders.resolve import default_encoder
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.nlu import load_training_data
from intents.training.options import TrainingOptions, TrainingReport, Unseen
from intents.verbatim import Verbatim
from knowledge.build import Built, build_index
from knowledge.documents import Document, Question
from knowledge.ingest import read_documents, read_questions

_EXAMPLE = "nlu: "
"""Begins the id of an intent's example where it stands among the questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A release just made."""

    release_id: str
    folder: Path
    facts: Mapping[str, Any]


def train_project(project: Project, options: TrainingOptions) -> Trained:
    """Train the intent model, index the articles, and put both into a new release.

    `options` are the intent model's; its encoder and what else is out of scope come from the project.

    Each side learns the other's questions as not its own: questions that articles answer are out of scope
    for the intents, and utterances that an intent answers have no article. So both probabilities speak of
    the same messages and can be compared.

    Raises:
        InputError: for a file of the project that cannot be used; nothing is left of the release then.
    """
    load_assistant(project)
    data = load_training_data(training_files(project))
    documents = read_documents([project.articles]) if project.articles.is_dir() else []
    questions = training_questions(project)
    name = encoder_name(project, data, documents)
    release_id = new_release_id(datetime.now(UTC))
    folder = project.releases / release_id
    facts: dict[str, Any] = {"made": datetime.now(UTC).isoformat(timespec="seconds"), "kefu": version("kefu")}
    with building(folder, kind=KIND, facts=facts) as draft:
        Verbatim.from_training_data(data).save(draft / "verbatim.json")
        options = replace(options, encoder=name, with_original=bool(documents))
        report = _train_intents(data, questions, draft / "intents", options)
        built = _index(project, documents, _both(questions, data), draft, name)
        calibration = fit_calibration(training_messages(report.unseen, built, questions))
        calibration.save(draft / CALIBRATION)
        facts |= {"intents": report.as_dict(), "knowledge": built.facts, "calibration": asdict(calibration)}
        facts["next_actions"] = learn_next_actions(project, draft / NEXT_ACTIONS)
        _snapshot(project, draft)
    return Trained(release_id=release_id, folder=folder, facts=facts)


def training_questions(project: Project) -> list[Question]:
    """The questions in `knowledge/questions*.jsonl`, with the articles that answer them."""
    files = sorted(project.articles.glob("questions*.jsonl"))
    return read_questions(files) if files else []


def encoder_name(project: Project, data: TrainingData, documents: Sequence[Document]) -> str:
    """The encoder that kefu.yml names, the project's tuned one, or the one that fits the script of its texts."""
    if project.settings.encoder != "auto":
        return project.settings.encoder
    if project.tuned_encoder.is_dir():
        return str(project.tuned_encoder.absolute())
    texts = [example.text for example in data.examples] + [document.title for document in documents]
    return default_encoder(texts)


def _train_intents(
    data: TrainingData, questions: Sequence[Question], out: Path, options: TrainingOptions
) -> TrainingReport:
    from intents.training import train_intents

    # Customers ask articles' questions as often as they want what an intent is for.
    share = 0.5 if questions else options.inside_share
    asked = tuple(question.question for question in questions)
    return train_intents(data, out, replace(options, extra_out_of_scope=asked, inside_share=share))


def _both(questions: Sequence[Question], data: TrainingData) -> list[Question]:
    """The project's questions, and the intents' utterances as questions that no article answers."""
    if not questions:
        return []
    return list(questions) + [
        Question(id=f"{_EXAMPLE}{example.text}", question=example.text)
        for example in data.examples
        if example.intent != OUT_OF_SCOPE
    ]


def training_messages(
    unseen: Sequence[Unseen], built: Built, questions: Sequence[Question]
) -> list[tuple[HeldOut, tuple[Candidate, ...]]]:
    """Training texts as customers' messages, with what models say of them that were not fitted on them."""
    asked = {question.question: question for question in questions}
    messages = []
    for one in unseen:
        question = asked.get(one.understanding.text)
        retrieved = built.unseen.get(question.id if question else f"{_EXAMPLE}{one.understanding.text}")
        if retrieved is None:
            continue
        message = HeldOut(
            text=one.understanding.text,
            kind="intent" if one.intent else "question" if question else "out_of_scope",
            language=one.understanding.language,
            answers=frozenset(question.document_ids if question else (one.intent,) if one.intent else ()),
        )
        reading = Reading(understanding=one.understanding, retrieved=retrieved)
        messages.append((message, candidates(reading, titles={}, language=message.language)))
    return messages


def _index(
    project: Project, documents: Sequence[Document], questions: Sequence[Question], draft: Path, name: str
) -> Built:
    if not documents:
        return Built(facts={"documents": 0}, unseen={})
    source = serving_encoder(name)
    link_folder(source, draft / "encoder")
    encoder = Encoder.load(source, threads=os.cpu_count() or 1)
    reranker = project.tuned_reranker if project.tuned_reranker.is_dir() else None
    return build_index(documents, encoder, draft / "knowledge", questions=questions, reranker=reranker)


def _snapshot(project: Project, draft: Path) -> None:
    """The dialog as it was when the models were trained; wording stays editable in the project."""
    rules: list[Any] = []
    stories: list[Any] = []
    for path in data_files(project):
        mapping = read_yaml(path) if path.name != "nlu.yml" else {}
        rules += mapping.get("rules") or []
        stories += mapping.get("stories") or []
    contents = {
        "domain": domain_mapping(project),
        "rules": {"rules": rules, "fallback": core_fallback(project)},
        "stories": {"stories": stories, "max_history": max_history(project)},
    }
    for name, content in contents.items():
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (draft / f"{name}.json").write_text(text + "\n", encoding="utf-8")
