"""The decision takes the least expected cost, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.dialog.decision import Candidate, Costs, Decision, decide, decision_event
from bot.dialog.domain import parse_domain

probabilities = st.floats(0, 1)
costs = st.builds(Costs, wrong=st.floats(0, 50), handover=st.floats(0, 20), clarify=st.floats(0, 5))


def intent(name: str, p: float) -> Candidate:
    return Candidate(kind="intent", name=name, p=p)


def passage(name: str, p: float) -> Candidate:
    return Candidate(kind="passage", name=name, p=p)


@st.composite
def candidate_lists(draw: st.DrawFn) -> list[Candidate]:
    kinds = draw(st.lists(st.sampled_from(["intent", "passage"]), max_size=6))
    return [Candidate(kind=kind, name=f"c{i}", p=draw(probabilities)) for i, kind in enumerate(kinds)]  # type: ignore[arg-type]


def cost_of(chosen: list[Candidate], kind: str, at: Costs) -> float:
    if kind == "hand_over":
        return at.handover
    if kind == "clarify":
        return at.clarify + (1 - min(1, sum(one.p for one in chosen))) * min(at.wrong, at.handover)
    return (1 - chosen[0].p) * at.wrong


@given(candidate_lists(), costs, st.booleans())
def test_nothing_else_would_cost_less(given_: list[Candidate], at: Costs, may_clarify: bool) -> None:
    decision = decide(given_, at, may_clarify=may_clarify)
    assert decision.expected_cost == pytest.approx(cost_of(list(decision.chosen), decision.kind, at))
    everything = [at.handover, *(cost_of([one], "answer", at) for one in given_)]
    if may_clarify:
        pairs = [[a, b] for a in given_ for b in given_ if a.name < b.name]
        triples = [[*pair, c] for pair in pairs for c in given_ if c.name > pair[1].name]
        everything += [cost_of(asked, "clarify", at) for asked in (*pairs, *triples)]
    assert decision.expected_cost <= min(everything) + 1e-9
    assert decision.runner_up is None or decision.runner_up.expected_cost >= decision.expected_cost


@given(candidate_lists(), costs)
def test_it_never_asks_while_a_question_is_open(given_: list[Candidate], at: Costs) -> None:
    assert decide(given_, at, may_clarify=False).kind != "clarify"


@given(candidate_lists(), costs, st.booleans(), probabilities)
def test_a_surer_winner_still_wins_and_costs_no_more(
    given_: list[Candidate], at: Costs, may_clarify: bool, surer: float
) -> None:
    before = decide(given_, at, may_clarify=may_clarify)
    assume(before.kind in {"answer", "cite"} and surer >= before.chosen[0].p)
    winner = before.chosen[0]
    raised = [
        Candidate(kind=one.kind, name=one.name, p=surer) if one.name == winner.name else one for one in given_
    ]
    after = decide(raised, at, may_clarify=may_clarify)
    assert after.expected_cost <= before.expected_cost + 1e-9
    assert after.kind in {"answer", "cite"} or after.expected_cost == pytest.approx(before.expected_cost)


@pytest.mark.parametrize(
    ("candidates", "kind", "action"),
    [
        ([intent("greet", 0.95), passage("p1", 0.3)], "answer", "utter_greet"),
        ([intent("greet", 0.2), passage("p1", 0.9)], "cite", "action_cite"),
        ([intent("a", 0.5), intent("b", 0.45)], "clarify", "action_clarify"),
        ([intent("a", 0.1), intent("b", 0.05)], "hand_over", "action_hand_over"),
        ([], "hand_over", "action_hand_over"),
    ],
)
def test_the_four_ways_with_the_default_costs(candidates: list[Candidate], kind: str, action: str) -> None:
    decision = decide(candidates, Costs(), may_clarify=True)
    assert (decision.kind, decision.action) == (kind, action)


def test_one_candidate_is_no_choice_to_ask_about() -> None:
    assert decide([intent("a", 0.6)], Costs(), may_clarify=True).kind == "hand_over"


def test_choices_that_read_the_same_are_one_choice() -> None:
    same = [Candidate(kind="intent", name=name, p=0.5, title="Returns") for name in ("a", "b")]
    assert decide(same, Costs(), may_clarify=True).kind != "clarify"


def test_the_same_candidate_twice_counts_once() -> None:
    assert decide([intent("a", 0.5), intent("a", 0.5)], Costs(), may_clarify=True).kind == "hand_over"


def test_the_why_has_the_numbers() -> None:
    decision = decide([intent("greet", 0.95)], Costs(), may_clarify=True)
    assert decision.why == "answer(greet p=0.95) costs 0.50 < hand_over() costs 3.00"


@pytest.mark.parametrize("p", [-0.1, 1.1, float("nan")])
def test_a_p_that_is_no_probability_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="probability"):
        decide([intent("a", p)], Costs(), may_clarify=True)


@pytest.mark.parametrize("wrong", [-1, float("inf"), float("nan")])
def test_costs_are_finite_and_not_negative(wrong: float) -> None:
    with pytest.raises(ValueError, match="costs"):
        Costs(wrong=wrong)


@pytest.mark.parametrize(
    ("intents", "seen"), [(["greet", "out_of_scope"], "out_of_scope"), (["greet"], "nlu_fallback")]
)
def test_rules_see_what_was_handed_over_as_rejected(intents: list[str], seen: str) -> None:
    domain = parse_domain({"intents": intents}, where="domain.yml")
    handed_over = decide([intent("greet", 0.1)], Costs(), may_clarify=True)
    event = decision_event(handed_over, domain, timestamp=5.0)
    assert (event.kind, event.intent, event.timestamp) == ("hand_over", seen, 5.0)
    assert event.runner_up is not None
    assert event.candidates == ({"kind": "intent", "name": "greet", "p": 0.1, "title": ""},)


def test_an_answer_is_seen_as_its_intent_and_a_citation_as_none() -> None:
    domain = parse_domain({"intents": ["greet"]}, where="domain.yml")

    def seen(decision: Decision) -> str | None:
        return decision_event(decision, domain, timestamp=0.0).intent

    assert seen(decide([intent("greet", 1.0)], Costs(), may_clarify=True)) == "greet"
    assert seen(decide([passage("p", 1.0)], Costs(), may_clarify=True)) is None
