"""Extracted answers: the article's own words, framed in the customer's language."""

from __future__ import annotations

from bot.dialog.decision import Candidate, Costs, decide
from bot.evaluation.outcomes import HeldOut, bins, judge, summary
from knowledge.answer import MOST_CHARACTERS, extract_answer
from knowledge.documents import Passage


def _passage(text: str, language: str = "en") -> Passage:
    return Passage(
        id="a#0",
        document_id="a",
        title="Rules › Cost",
        text=text,
        url="https://x.example/a",
        language=language,
    )


def test_a_short_passage_is_quoted_whole_with_its_source() -> None:
    answer = extract_answer("what does it cost", _passage("It costs €5. Free from €50."), language="en")
    assert answer.text == "From “Rules”: It costs €5. Free from €50."
    assert answer.citations[0].url == "https://x.example/a"


def test_a_long_passage_is_cut_to_the_sentences_that_answer() -> None:
    filler = " ".join(f"Sentence number {n} is about something else entirely." for n in range(20))
    answer = extract_answer(
        "how long is the battery life", _passage(f"{filler} The battery life is nine months."), language="en"
    )
    assert "nine months" in answer.text
    assert len(answer.text) < MOST_CHARACTERS + 60


RULE = (
    "Returning something\nAll of our shops are happy to help you with what you bought, and so are we by telephone. "
    "The people at the desk know what to do. You can return an item within 30 days of delivery.\nWhat you need\n"
    "- the item you want to return, in its packaging\n- the return label of the item, from your account\n"
    "- an identity card when you return an item that was a gift\nThen hand it in at any post office, they are open "
    "until six. We refund the price once the parcel is with us."
)


def test_the_sentence_that_states_the_rule_leads_and_not_the_list_that_repeats_the_words() -> None:
    answer = extract_answer("how long can I return an item", _passage(RULE), language="en")
    assert answer.quotes[0] == "You can return an item within 30 days of delivery."
    assert answer.text.startswith(
        "From “Rules”: You can return an item within 30 days of delivery.\nWhat you need\n"
    )


def test_quotes_stand_in_the_passage_word_for_word() -> None:
    answer = extract_answer("what do I need at the post office", _passage(RULE), language="en")
    assert answer.quotes
    assert all(quote in RULE for quote in answer.quotes)


def test_the_row_that_answers_is_quoted_however_long_the_table_is() -> None:
    rows = "\n".join(
        f"Country {name} – Time: {n} working days" for n, name in enumerate("ABCDEFGHIJKLMNOPQRST")
    )
    answer = extract_answer(
        "how many days to Austria",
        _passage(f"Times by country\n{rows}\nAustria – Time: 3 working days"),
        language="en",
    )
    assert "Austria – Time: 3 working days" in answer.quotes


def test_another_language_is_said_so() -> None:
    answer = extract_answer("铸铁锅生锈怎么办", _passage("Scrub the rust off."), language="zh")
    assert answer.foreign
    assert "《Rules》" in answer.text


def _judged(kind: str, p: float) -> str:
    message = HeldOut(
        text="x", kind=kind, language="en", answers=frozenset({"greet"} if kind == "intent" else ())
    )  # type: ignore[arg-type]
    decision = decide([Candidate(kind="intent", name="greet", p=p)], Costs(), may_clarify=True)
    return judge(message, decision, Costs()).result


def test_outcomes_are_judged_by_what_was_done() -> None:
    assert _judged("intent", 0.95) == "right"
    assert _judged("out_of_scope", 0.95) == "wrong"
    assert _judged("out_of_scope", 0.1) == "handed_over"


def test_shares_and_costs_add_up() -> None:
    costs = Costs()
    outcomes = []
    for p, kind in ((0.95, "intent"), (0.95, "out_of_scope"), (0.2, "out_of_scope"), (0.9, "intent")):
        answers = frozenset({"greet"} if kind == "intent" else ())
        message = HeldOut(text="x", kind=kind, language="en", answers=answers)  # type: ignore[arg-type]
        outcomes.append(
            judge(
                message, decide([Candidate(kind="intent", name="greet", p=p)], costs, may_clarify=True), costs
            )
        )
    report = summary(outcomes, [0.95] * 4, costs)
    assert report["shares"] == {
        "right": 0.5,
        "wrong": 0.25,
        "clarified": 0.0,
        "clarified_beside": 0.0,
        "handed_over": 0.25,
    }
    assert report["cost"]["kefu"] == 10.0 + 3.0
    assert report["cost"]["always_hand_over"] == 12.0
    assert sum(one["messages"] for one in bins(outcomes, 2)) == 4
