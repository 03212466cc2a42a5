"""From dialogs, or bare utterances, to drafts of intents: the whole way of `kefu mine`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from encoders.artifacts import building
from encoders.encoder import Encoder
from encoders.errors import InputError
from encoders.progress import progress
from encoders.records import read_jsonl
from encoders.text import detect_language
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.mining.answers import Answer, context_of, following_answers, rank_answers
from intents.mining.cluster import Clusters, Granularity, cluster
from intents.mining.known import NEW, Match, match_known
from intents.mining.name import name_clusters
from intents.mining.output import MinedIntent, MiningSummary, write_all
from intents.mining.problem_turns import ProblemTurn, problem_turns
from intents.mining.vectors import Vectors, centre, reduce
from intents.transcripts.clean import cleaned
from intents.transcripts.read import read_conversations
from intents.transcripts.redact import Redaction, redact, without_placeholders

MINED = "mined intents"
"""The kind of the folder that `mine` writes."""

ANSWER_WEIGHT = 0.6
"""How much the answer counts beside the problem: it names the topic in the company's own words."""


@dataclass(slots=True)
class History:
    """Everything that mining reads: the redacted problem turns, and what belongs to each.

    Attributes:
        contexts: what was said next, per problem turn; "" where nothing was.
        answers: the answers that may fit, per problem turn.
        redacted: how many values of each type were replaced.
        cleaned: how much was left out, by reason.
    """

    turns: list[ProblemTurn] = field(default_factory=list)
    contexts: list[str] = field(default_factory=list)
    answers: list[list[Answer]] = field(default_factory=list)
    redacted: Counter[str] = field(default_factory=Counter)
    cleaned: Counter[str] = field(default_factory=Counter)
    conversations: int = 0
    bare: bool = False


def mine(
    source: Path, out: Path, *, encoder: Encoder, seed: int = 0, granularity: Granularity = "auto",
    known: TrainingData | None = None,
) -> MiningSummary:  # fmt: skip
    """Mine a project's dialogs, or a file of dialogs or utterances, into the folder `out`.

    It gets `assignments.jsonl` (a line for every problem turn, `intent` null when it is held back),
    `nlu.yml`, `responses.yml`, `summary.json` and `report.html`, all or none; a folder that an earlier
    run made is replaced. The same source, encoder, seed and granularity give the same files.

    Raises:
        InputError: for a record that cannot be used, and when no problem is stated anywhere.
        KefuError: when `out` holds something else.
    """
    return mine_history(
        read_history(source), out, encoder=encoder, seed=seed, granularity=granularity, known=known
    )


def read_history(source: Path) -> History:
    """The problem turns of a project, a folder, or a file of dialogs or of bare utterances.

    Raises:
        InputError: as `mine`.
    """
    history = _utterances(source) if _is_bare(source) else _dialogs(source)
    if not history.turns:
        raise InputError(source, "no customer states a problem here.")
    return history


def mine_history(
    history: History, out: Path, *, encoder: Encoder, seed: int = 0, granularity: Granularity = "auto",
    known: TrainingData | None = None,
) -> MiningSummary:  # fmt: skip
    """`mine` for a history that is read already."""
    with building(out, kind=MINED, facts={"encoder": encoder.id, "seed": seed}) as draft:
        vectors = _encode(encoder, [turn.text for turn in history.turns])
        clusters = cluster(_space(history, vectors, encoder), granularity=granularity, seed=seed)
        matches = _matches(history, vectors, clusters, encoder, known)
        intents = _intents(history, clusters, matches, encoder, known.intents if known else ())
        facts = {
            "encoder": encoder.name, "seed": seed, "granularity": granularity,
            "silhouette": clusters.silhouette, "conversations": history.conversations,
            "redacted": dict(sorted(history.redacted.items())),
            "cleaned": dict(sorted(history.cleaned.items())),
            "reasons": dict(sorted(Counter(turn.reason for turn in history.turns).items())),
        }  # fmt: skip
        return write_all(draft, history.turns, clusters, intents, bare=history.bare, facts=facts)


def _is_bare(source: Path) -> bool:
    """Whether the file's first record is an utterance and no dialog."""
    if not source.is_file() or source.suffix.lower() != ".jsonl":
        return False
    first = next(read_jsonl(source), None)
    return first is not None and "turns" not in first[1] and "text" in first[1]


def _utterances(path: Path) -> History:
    history = History(bare=True)
    for line, record in read_jsonl(path):
        identifier, text = record.get("utterance_id"), record.get("text")
        if not isinstance(identifier, str | int) or not isinstance(text, str):
            raise InputError(path, "'utterance_id' and 'text' are needed.", line=line)
        redaction = Redaction()
        redaction.learn_names(text)
        clean = redaction.apply(text)
        history.redacted.update(redaction.counts)
        history.turns.append(
            ProblemTurn(
                id=str(identifier), turn=None, turns=(), text=clean,
                language=detect_language(clean), reason="given",
            )
        )  # fmt: skip
        history.contexts.append("")
        history.answers.append([])
    return history


def _dialogs(source: Path) -> History:
    history = History()
    for original in cleaned(read_conversations(source), history.cleaned):
        conversation, counts = redact(original)
        history.conversations += 1
        history.redacted.update(counts)
        found = problem_turns(conversation)
        starts = [problem.turns[0] for problem in found]
        for problem, end in zip(found, [*starts[1:], len(conversation.turns)], strict=False):
            history.turns.append(problem)
            history.contexts.append(context_of(conversation, problem))
            history.answers.append(following_answers(conversation, problem, until=end))
    return history


def _encode(encoder: Encoder, texts: Sequence[str]) -> Vectors:
    with progress("Embedding", len(texts)) as step:
        return encoder.encode([without_placeholders(text) for text in texts], progress=step)


def _space(history: History, vectors: Vectors, encoder: Encoder) -> Vectors:
    """Where turns are compared: what the customer said and, where there is any, what was said next."""
    languages = [turn.language for turn in history.turns]
    centred = centre(vectors, languages)
    answered = np.array([bool(context) for context in history.contexts])
    if answered.any():
        contexts = np.zeros_like(centred)
        found = _encode(encoder, [context for context in history.contexts if context])
        own = [language for language, has in zip(languages, answered, strict=True) if has]
        contexts[answered] = centre(found, own)
        centred = np.hstack([centred, ANSWER_WEIGHT * contexts])
    return reduce(centred)


def _matches(
    history: History, vectors: Vectors, clusters: Clusters, encoder: Encoder, known: TrainingData | None
) -> list[Match]:
    examples = [one for one in known.examples if one.intent != OUT_OF_SCOPE] if known else []
    if not examples:
        return [NEW] * clusters.count
    return match_known(
        vectors, clusters.labels.tolist(), [turn.language for turn in history.turns],
        _encode(encoder, [one.text for one in examples]),
        [(one.intent, detect_language(one.text)) for one in examples],
    )  # fmt: skip


def _intents(
    history: History, clusters: Clusters, matches: Sequence[Match], encoder: Encoder, taken: Sequence[str]
) -> list[MinedIntent]:
    """The clusters as intents by falling size; those that grow the same known intent are one."""
    members = [np.flatnonzero(clusters.labels == label).tolist() for label in range(clusters.count)]
    grouped: dict[str, list[int]] = {}
    for label, name in enumerate(_names(history, members, matches, taken)):
        grouped.setdefault(name, []).append(label)
    vectors = _encode(encoder, [answer.text for answers in history.answers for answer in answers])
    starts = np.cumsum([0, *(len(answers) for answers in history.answers)])
    intents: list[MinedIntent] = []
    for name, labels in grouped.items():
        turns = sorted(turn for label in labels for turn in members[label])
        rows = [row for turn in turns for row in range(starts[turn], starts[turn + 1])]
        answers = [answer for turn in turns for answer in history.answers[turn]]
        coherence = np.average(clusters.coherence[labels], weights=[len(members[one]) for one in labels])
        intents.append(
            MinedIntent(
                name=name, coherence=round(float(coherence), 3), match=matches[labels[0]],
                turns=tuple(turns), answers=tuple(rank_answers(answers, vectors[rows])),
            )
        )  # fmt: skip
    return intents


def _names(
    history: History, members: Sequence[Sequence[int]], matches: Sequence[Match], taken: Sequence[str]
) -> list[str]:
    """The known intent's name where a cluster is part of it, else a name of its own."""
    texts = [[(history.turns[i].text, history.turns[i].language) for i in turns] for turns in members]
    return [
        match.intent if match.status == "grows" and match.intent else name
        for match, name in zip(matches, name_clusters(texts, taken=taken), strict=True)
    ]
