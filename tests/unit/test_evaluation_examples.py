"""Two releases on the same messages, one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.dialog.decision import Candidate, Costs, decide
from bot.evaluation.examples import difference, digest, example, read_examples, write_examples
from bot.evaluation.outcomes import HeldOut, Outcome, judge
from bot.project import Project
from bot.settings import ProjectSettings

COSTS = Costs(wrong=10, handover=3, clarify=1)
RETURNS = HeldOut(text="I want to send it back", kind="intent", language="en", answers=frozenset({"returns"}))
PARCEL = replace(RETURNS, text="Where is it?", answers=frozenset({"order"}))


def outcome(message: HeldOut, **p: float) -> Outcome:
    candidates = [Candidate(kind="intent", name=name, p=value, title=name) for name, value in p.items()]
    return judge(message, decide(candidates, COSTS, may_clarify=True), COSTS)


def test_what_got_better_worse_and_merely_otherwise() -> None:
    before = [
        outcome(RETURNS, returns=0.95),
        outcome(PARCEL, order=0.2),
        outcome(RETURNS, order=0.99),
        outcome(PARCEL, order=0.97),
    ]
    after = [
        outcome(RETURNS, returns=0.2),
        outcome(PARCEL, order=0.95),
        outcome(RETURNS, greet=0.99),
        outcome(PARCEL, order=0.92),
    ]
    found = difference([example(one) for one in before], [example(one) for one in after])
    assert [row["text"] for row in found["better"]] == [PARCEL.text]
    assert [row["text"] for row in found["worse"]] == [RETURNS.text]
    (other,) = found["other"]
    assert (other["before"]["choice"], other["after"]["choice"]) == (["order"], ["greet"])
    assert found["before"] == {"results": {"handed_over": 1, "right": 2, "wrong": 1}, "cost": 13.0}
    assert found["after"]["cost"] == 13.0
    assert found["messages"] == 4


def test_the_dearest_changes_come_first() -> None:
    before = [outcome(RETURNS, returns=0.2), outcome(PARCEL, returns=0.99)]
    after = [outcome(RETURNS, returns=0.99), outcome(PARCEL, order=0.99)]
    found = difference([example(one) for one in before], [example(one) for one in after])
    assert [row["text"] for row in found["better"]] == [PARCEL.text, RETURNS.text]


def test_they_are_kept_beside_the_report(tmp_path: Path) -> None:
    project = Project(folder=tmp_path, settings=ProjectSettings())
    assert read_examples(project, "r1") is None
    outcomes = [outcome(RETURNS, returns=0.95), outcome(PARCEL, order=0.2)]
    (tmp_path / "reports" / "r1").mkdir(parents=True)
    write_examples(outcomes, project.reports / "r1")
    found = read_examples(project, "r1")
    assert found is not None
    assert found == (digest([RETURNS, PARCEL]), [example(one) for one in outcomes])
    (project.reports / "r1" / "messages.json").write_text("{", encoding="utf-8")
    assert read_examples(project, "r1") is None


def test_other_messages_or_other_answers_are_another_measure() -> None:
    same = digest([RETURNS, PARCEL])
    assert digest([PARCEL, RETURNS]) == same
    assert digest([RETURNS]) != same
    assert digest([RETURNS, replace(PARCEL, answers=frozenset({"returns"}))]) != same
