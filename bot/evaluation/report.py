"""The page of `kefu evaluate`: what became of the held-out messages, and each part by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.evaluation.outcomes import RESULTS
from encoders.page import Html, joined, meter, page, percent, section, shown, table, tag, tiles
from encoders.plots import plots
from intents.evaluation.report import headline, intent_sections, reliability_plot

_RESULT_NAMES = {
    "right": "Answered right",
    "wrong": "Answered wrong",
    "clarified": "Asked, the right choice among the buttons",
    "clarified_beside": "Asked, without it",
    "handed_over": "Handed over",
}
_KIND_NAMES = {
    "intent": "Labelled utterances",
    "question": "Questions that an article answers",
    "unanswerable": "Questions that none answers",
    "out_of_scope": "Utterances out of scope",
}


def release_page(figures: Mapping[str, Any], *, title: str) -> str:
    """The whole page."""
    whole = figures["end_to_end"]
    lead = f"{whole['messages']} held-out messages, {whole['answerable']} of which the assistant can answer."
    parts = [_first(whole), _outcomes(whole), _costs(whole), _bins(whole), _languages(whole["by_language"])]
    if "intents" in figures:
        parts.append(_heading("Intents"))
        parts += [headline(figures["intents"]), intent_sections(figures["intents"])]
    if "knowledge" in figures:
        parts += [_heading("Knowledge"), *_knowledge(figures["knowledge"])]
    return page(title, *parts, lead=lead)


def _heading(text: str) -> Html:
    return tag("h1", text)


def _first(whole: Mapping[str, Any]) -> Html:
    cost = whole["cost"]
    return tiles(
        [
            (
                "Right without a person",
                percent(whole["right_without_a_person"]),
                "of those that can be answered",
            ),
            (
                "…after one click too",
                percent(whole["right_after_one_click_too"]),
                "of those that can be answered",
            ),
            ("Answered wrong", percent(whole["shares"]["wrong"]), "of all messages"),
            ("Cost", percent(cost["kefu"] / cost["always_hand_over"]), "of handing everything over"),
        ]
    )


def _outcomes(whole: Mapping[str, Any]) -> Html:
    shares = [
        (_RESULT_NAMES[name], meter(whole["shares"][name], percent(whole["shares"][name])))
        for name in RESULTS
    ]
    kinds = [
        (_KIND_NAMES[kind], of["messages"], *(percent(of[name]) for name in RESULTS))
        for kind, of in whole["by_kind"].items()
    ]
    head = ("", "Messages", "Right", "Wrong", "Asked", "Asked beside", "Handed over")
    return section(
        "What became of the messages",
        table(("", "Of all messages"), shares),
        table(head, kinds, numbers=range(1, 7)),
    )


def _costs(whole: Mapping[str, Any]) -> Html:
    names = {
        "kefu": "This release",
        "expected": "…as it expected",
        "always_hand_over": "Handing everything over",
    }
    largest = max(whole["cost"].values()) or 1.0
    rows = [
        (names.get(name, name.replace("_", " ").capitalize()), meter(value / largest, f"{value:,.1f}"))
        for name, value in whole["cost"].items()
    ]
    note = (
        "In the unit of kefu.yml. The threshold answers with the best class from that class probability on."
    )
    return section("What it cost", table(("", "Over all messages"), rows), note=note)


def _bins(whole: Mapping[str, Any]) -> Html:
    rows = [
        (
            f"{one['from']:.2f} to {one['to']:.2f}", one["messages"], percent(one["stated"]), percent(one["observed"]),
            f"± {percent(one['error'])}",
        )
        for one in whole["bins"]
    ]  # fmt: skip
    cells = table(("Stated", "Messages", "Mean", "Observed", "Chance"), rows, numbers=range(1, 5))
    figure = reliability_plot(whole["bins"], title="Reliability of the best candidate")
    return section("Do the stated probabilities hold?", plots([figure, tag("div", cells)]))


def _languages(parts: Mapping[str, Mapping[str, Any]]) -> Html:
    rows = [
        (
            language, of["messages"], percent(of["right_without_a_person"]), percent(of["right_after_one_click_too"]),
            percent(of["shares"]["wrong"]), percent(of["cost"]["kefu"] / of["cost"]["always_hand_over"]),
        )
        for language, of in parts.items()
    ]  # fmt: skip
    head = ("", "Messages", "Right without a person", "…after one click too", "Answered wrong", "Cost")
    return section("By language", joined([table(head, rows, numbers=range(1, 6))]))


_SEARCH = {
    "questions": "Questions", "recall_at_1": "Right first", "recall_at_3": "…among three", "recall_at_5": "…among five",
    "mrr": "MRR", "answerability_auroc": "Answerable or not, AUROC",
}  # fmt: skip
_MISSED_SHOWN = 40


def _knowledge(found: Mapping[str, Any]) -> list[Html]:
    """What the search finds, by language, and what it misses."""
    parts = {"all": found, **found["by_language"]}
    rows = [(name, *(_search_figure(column, of[column]) for column in _SEARCH)) for name, of in parts.items()]
    missed = [
        (one["question"], ", ".join(one["wanted"]), ", ".join(one["found"]) or "–")
        for one in found["missed"][:_MISSED_SHOWN]
    ]
    return [
        section("The right article", table(("", *_SEARCH.values()), rows, numbers=range(1, 7))),
        section(
            f"Missed ({len(found['missed'])})",
            table(("Question", "Wanted", "Found"), missed),
            note="No right article among the first three.",
        ),
    ]


def _search_figure(name: str, value: Any) -> str:
    return percent(value) if name.startswith("recall") else shown(value)
