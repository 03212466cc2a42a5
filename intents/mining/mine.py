"""From dialogs, or bare utterances, to drafts of intents: the whole way of `kefu mine`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from encoders.artifacts import building
from encoders.errors import InputError
from encoders.progress import progress
from encoders.text import detect_language
from intents.examples import OUT_OF_SCOPE, TrainingData
from intents.mining.advice import advise, periods_of
from intents.mining.answers import Answer, agents_turns, context_of, may_answer, rank_answers
from intents.mining.cluster import Clusters, Granularity, cluster
from intents.mining.evidence import settle
from intents.mining.history import History, read_history
from intents.mining.known import NEW, Match, contradicted, match_known
from intents.mining.machines import TextEncoder
from intents.mining.name import name_clusters
from intents.mining.output import Mined, MinedIntent, MiningSummary, write_all
from intents.mining.problem_turns import ProblemTurn
from intents.mining.responses import SlotSuggestion, draft_responses, settle_answers, slot_suggestions
from intents.mining.review import REVIEW, Decision, carried_over, read_review, write_review
from intents.mining.vectors import Vectors, centre, unit
from intents.transcripts.redact import without_placeholders

MINED = "mined intents"
"""The kind of the folder that `mine` writes."""

ANSWER_WEIGHT = 0.6
"""How much the answer counts beside the problem: it names the topic in the company's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """The problem turns of a history with what belongs to each, and their vectors (n, d).

    Attributes:
        contexts: what was said next, per problem turn; "" where nothing was.
        agents: all turns of agents and bots, with the problem turn that each followed.
    """

    turns: Sequence[ProblemTurn]
    vectors: Vectors
    contexts: Sequence[str]
    agents: Sequence[Answer]

    @property
    def languages(self) -> list[str]:
        return [turn.language for turn in self.turns]


def mine(
    source: Path, out: Path, *, encoder: TextEncoder, seed: int = 0, granularity: Granularity = "auto",
    known: TrainingData | None = None,
) -> MiningSummary:  # fmt: skip
    """Mine a project's dialogs, or a file of dialogs or utterances, into the folder `out`.

    It gets `assignments.jsonl` (a line for every problem turn, `intent` null when it is held back),
    `nlu.yml`, `responses.yml`, `review.yml`, `summary.json` and `report.html`, all or none; a folder that an earlier
    run made is replaced. The same source, encoder, seed and granularity give the same files.

    Raises:
        InputError: for a record that cannot be used, and when no problem is stated anywhere.
        KefuError: when `out` holds something else.
    """
    return mine_history(
        read_history(source), out, encoder=encoder, seed=seed, granularity=granularity, known=known
    )


def mine_history(
    history: History, out: Path, *, encoder: TextEncoder, seed: int = 0, granularity: Granularity = "auto",
    known: TrainingData | None = None,
) -> MiningSummary:  # fmt: skip
    """`mine` for a history that is read already."""
    earlier = read_review(out) if (out / REVIEW).is_file() else ()
    with building(out, kind=MINED, facts={"encoder": encoder.id, "seed": seed}) as draft:
        problems = find_problems(history, encoder, seed=seed)
        clusters = cluster(_space(problems, encoder), granularity=granularity, seed=seed)
        clusters, matches = _matched(problems, clusters, encoder, known)
        names = _names(problems, clusters, matches, known.intents if known else ())
        mined = _mined(history, problems, clusters, names, matches, encoder)
        facts = {
            "encoder": encoder.name, "seed": seed, "granularity": granularity,
            "silhouette": clusters.silhouette, "conversations": len(history.conversations),
            "redacted": dict(sorted(history.redacted.items())),
            "cleaned": dict(sorted(history.cleaned.items())),
            "reasons": dict(sorted(Counter(turn.reason for turn in problems.turns).items())),
        }  # fmt: skip
        summary = write_all(draft, mined, bare=history.bare, facts=facts)
        write_review(draft, carried_over([_undecided(intent) for intent in mined.intents], earlier))
        return summary


def _undecided(intent: MinedIntent) -> Decision:
    match = f"{intent.match.status} {intent.match.intent or ''}".strip()
    about = f"{len(intent.turns)} turns, coherence {intent.coherence:.2f}, {match}"
    return Decision(intent=intent.name, name=intent.name, about=about)


def find_problems(history: History, encoder: TextEncoder, *, seed: int = 0) -> Problems:
    """The problem turns of the history, weighed against all that customers say in it."""
    vectors = _encode(encoder, [statement.text for statement in history.statements], "Embedding")
    settled = history.statements if history.bare else settle(history.statements, vectors, seed=seed)
    kept = [index for index, statement in enumerate(settled) if statement.reason]
    turns = [settled[index].as_problem() for index in kept]
    if not turns:
        raise InputError("The history", "states no problem clearly enough.")
    dialogs = [history.conversations.get(turn.id) for turn in turns]
    return Problems(
        turns=turns,
        vectors=vectors[kept],
        contexts=[context_of(one, turn) if one else "" for one, turn in zip(dialogs, turns, strict=True)],
        agents=agents_turns(history.conversations, turns),
    )


def _encode(encoder: TextEncoder, texts: Sequence[str], what: str) -> Vectors:
    """Unit vectors (n, d); what is said more than once is embedded once."""
    plain = [without_placeholders(text) for text in texts]
    distinct = {text: place for place, text in enumerate(dict.fromkeys(plain))}
    with progress(what, len(distinct)) as step:
        vectors = encoder.encode(list(distinct), progress=step)
    return vectors[[distinct[text] for text in plain]]


def _space(problems: Problems, encoder: TextEncoder) -> Vectors:
    """Where turns are compared: what the customer said and, where there is any, what was said next."""
    centred = centre(problems.vectors, problems.languages)
    answered = np.array([bool(context) for context in problems.contexts])
    if not answered.any():
        return centred
    found = _encode(encoder, [context for context in problems.contexts if context], "Embedding answers")
    own = [language for language, has in zip(problems.languages, answered, strict=True) if has]
    contexts = np.zeros_like(centred)
    contexts[answered] = centre(found, own)
    return unit(np.hstack([centred, ANSWER_WEIGHT * contexts]))


def _matched(
    problems: Problems, clusters: Clusters, encoder: TextEncoder, known: TrainingData | None
) -> tuple[Clusters, list[Match]]:
    """The clusters beside what is known, without the turns that contradict it."""
    examples = [one for one in known.examples if one.intent != OUT_OF_SCOPE] if known else []
    if not examples:
        return clusters, [NEW] * clusters.count
    labels = clusters.labels.tolist()
    matches, votes = match_known(
        problems.vectors, labels, problems.languages,
        _encode(encoder, [one.text for one in examples], "Embedding known intents"),
        [(one.intent, detect_language(one.text)) for one in examples],
    )  # fmt: skip
    return clusters.without(np.array(contradicted(labels, matches, votes))), matches


def _names(
    problems: Problems, clusters: Clusters, matches: Sequence[Match], taken: Sequence[str]
) -> list[str]:
    """Per cluster the known intent's name where it is part of one, else a name of its own."""
    members = [np.flatnonzero(clusters.labels == label).tolist() for label in range(clusters.count)]
    texts = [[(problems.turns[i].text, problems.turns[i].language) for i in turns] for turns in members]
    return [
        match.intent if match.status == "grows" and match.intent else name
        for match, name in zip(matches, name_clusters(texts, taken=taken), strict=True)
    ]


def _mined(
    history: History, problems: Problems, clusters: Clusters, names: Sequence[str], matches: Sequence[Match],
    encoder: TextEncoder,
) -> Mined:  # fmt: skip
    """The clusters as intents by falling size, those that grow the same known intent as one; answers and advice."""
    intents = [names[label] if label >= 0 else None for label in clusters.labels]
    agents = settle_answers(problems.agents, intents, [turn.id for turn in problems.turns])
    best = _best_answers(agents, intents, list(dict.fromkeys(names)), encoder)
    drafts = draft_responses(agents, intents, best)
    found = [
        _intent(name, clusters, names, matches, best[name], slot_suggestions(name, drafts, agents, intents))
        for name in best
    ]
    found.sort(key=lambda intent: -len(intent.turns))  # those that grow one known intent have become one
    covered = {turn.id for turn, intent in zip(problems.turns, intents, strict=True) if intent}
    advice = advise(
        [intent.name for intent in found], [np.array(intent.turns) for intent in found], clusters.points,
        periods_of(history.conversations.values(), covered),
    )  # fmt: skip
    return Mined(
        turns=problems.turns, intents=found, confidence=clusters.confidence, drafts=drafts, advice=advice,
        conversations=history.conversations,
    )  # fmt: skip


def _intent(
    name: str, clusters: Clusters, names: Sequence[str], matches: Sequence[Match], answers: Sequence[Answer],
    slots: Sequence[SlotSuggestion],
) -> MinedIntent:  # fmt: skip
    labels = [label for label, own in enumerate(names) if own == name]
    turns = np.flatnonzero(np.isin(clusters.labels, labels)).tolist()
    weights = [int((clusters.labels == label).sum()) for label in labels]
    coherence = float(np.average(clusters.coherence[labels], weights=weights))
    return MinedIntent(
        name=name, coherence=round(coherence, 3), match=matches[labels[0]], turns=tuple(turns),
        answers=tuple(answers), slots=tuple(slots),
    )  # fmt: skip


def _best_answers(
    agents: Sequence[Answer], intents: Sequence[str | None], names: Sequence[str], encoder: TextEncoder
) -> dict[str, list[Answer]]:
    """Intent → the turns that may answer it, best first."""
    of: dict[int, list[Answer]] = {}
    for answer in agents:
        if answer.problem >= 0:
            of.setdefault(answer.problem, []).append(answer)
    grouped: dict[str, list[Answer]] = {name: [] for name in names}
    for problem in sorted(of):
        name = intents[problem]
        if name is not None:
            grouped[name].extend(may_answer(of[problem]))
    vectors = _encode(encoder, [one.text for group in grouped.values() for one in group], "Embedding answers")
    starts = np.cumsum([0, *(len(group) for group in grouped.values())])
    return {
        name: rank_answers(group, vectors[start : start + len(group)])
        for (name, group), start in zip(grouped.items(), starts, strict=False)
    }
