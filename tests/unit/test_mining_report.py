from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from intents.mining.advice import advise, periods_of
from intents.mining.known import NEW
from intents.mining.output import Mined, MinedIntent, MiningSummary
from intents.mining.problem_turns import ProblemTurn
from intents.mining.report import report_html
from intents.mining.report_map import map_svg
from intents.mining.review import REVIEW, read_review
from intents.mining.vectors import Vectors, unit
from intents.transcripts.conversation import Conversation, Turn

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def around(*middles: list[float], each: int = 20) -> Vectors:
    rng = np.random.default_rng(0)
    rows = np.repeat(np.array(middles, np.float32), each, axis=0)
    return unit(rows + rng.normal(scale=0.05, size=rows.shape).astype(np.float32))


def test_close_intents_are_to_merge_and_an_intent_of_two_heaps_is_to_split() -> None:
    points = around([1, 0, 0, 0], [0.8, 0.6, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1])
    members = [np.arange(20), np.arange(20, 40), np.arange(40, 80)]

    advice = advise(["ship", "deliver", "both"], members, points, [])

    (pair,) = advice.merges
    assert {pair.one, pair.other} == {"ship", "deliver"}
    (split,) = advice.splits
    assert (split.intent, sorted(split.sizes)) == ("both", [20, 20])
    assert {index // 20 for half in split.typical for index in half} == {2, 3}
    assert all(0 <= value <= 1 for place in advice.places.values() for value in place)


def test_names_on_the_map_do_not_cover_each_other() -> None:
    places = {"track_parcel": (0.5, 0.5), "cancel_order": (0.51, 0.5), "退货": (0.1, 0.9)}

    svg = map_svg(places, {"track_parcel": 9, "cancel_order": 3, "退货": 4}, dict.fromkeys(places, 0.5))

    assert svg.count("<circle") == svg.count("<title>") == 3
    assert ">track_parcel</text>" in svg
    assert ">退货</text>" in svg
    assert ">cancel_order</text>" not in svg


def dialogs(days: int) -> list[Conversation]:
    return [
        Conversation(
            id=f"c{day}",
            turns=(Turn(speaker="customer", text="<b>where</b> is it", time=START + timedelta(days=day)),),
        )
        for day in range(days)
    ]


def test_a_short_history_is_told_by_day_and_a_long_one_by_month() -> None:
    short, long = periods_of(dialogs(3), {"c0"}), periods_of(dialogs(120), {"c0", "c1"})

    assert [(one.label, one.conversations, one.covered) for one in short] == [
        ("2026-01-05", 1, 1), ("2026-01-06", 1, 0), ("2026-01-07", 1, 0),
    ]  # fmt: skip
    assert [one.label for one in long] == ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    assert sum(one.conversations for one in long) == 120
    assert periods_of([Conversation(id="c", turns=(Turn(speaker="customer", text="hi"),))], set()) == []


def test_the_report_escapes_what_people_wrote_and_links_to_conversations_that_it_holds() -> None:
    conversations = {one.id: one for one in dialogs(4)}
    turns = [
        ProblemTurn(id=id, turn=0, turns=(0,), text="<b>where</b> is it", language="en", reason="opening")
        for id in conversations
    ]
    advice = advise(["track<order>"], [np.arange(4)], around([1, 0], each=4), periods_of(dialogs(4), {"c0"}))
    mined = Mined(
        turns=turns, confidence=np.ones(4, np.float32), drafts=[], advice=advice, conversations=conversations,
        intents=[MinedIntent(name="track<order>", coherence=0.9, match=NEW, turns=(0, 1, 2, 3), answers=())],
    )  # fmt: skip

    page = report_html(MiningSummary(turns=4, held_back=0, intents={"track<order>": 4}, facts={}), mined)

    assert "<b>where" not in page
    assert "track<order>" not in page
    assert 'href="#c-0"' in page
    assert 'id="c-0"' in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_what_the_report_says_to_merge_is_done_by_a_field_that_the_review_has(tmp_path: Path) -> None:
    turns = [
        ProblemTurn(id=str(i), turn=None, turns=(), text="where is it", language="en", reason="given")
        for i in range(40)
    ]
    members = [np.arange(20), np.arange(20, 40)]
    advice = advise(["ship", "deliver"], members, around([1, 0, 0, 0], [0.8, 0.6, 0, 0]), [])
    intents = [
        MinedIntent(name=name, coherence=0.9, match=NEW, turns=tuple(own.tolist()), answers=())
        for name, own in zip(("ship", "deliver"), members, strict=True)
    ]
    mined = Mined(
        turns=turns, confidence=np.ones(40, np.float32), drafts=[], advice=advice, conversations={}, intents=intents,
    )  # fmt: skip

    page = report_html(
        MiningSummary(turns=40, held_back=0, intents={"ship": 20, "deliver": 20}, facts={}), mined
    )

    advised = re.search(r"<code>(name: \w+)</code> for both", page)
    assert advised is not None
    (tmp_path / REVIEW).write_text(
        f"intents:\n- intent: deliver\n  action: accept\n  {advised[1]}\n", encoding="utf-8"
    )
    assert read_review(tmp_path)[0].final_name in ("ship", "deliver")
