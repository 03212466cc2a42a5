"""The review: what comes onto the queue, what decisions do to files and history, who is first, what is undone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from bot.drafts import apply_drafts
from bot.event_stream import EventStream
from bot.project import Project, training_files
from bot.review.aid import ReadingAid
from bot.review.arranging import Arranging, Space
from bot.review.gather import ReviewSink
from bot.review.review import Draft, Refused, Review, Told
from bot.store.locks import ConversationLocks
from bot.store.records import ConflictError
from bot.store.reviews import CLAIM_S, Item
from bot.store.store import Store
from intents.mining.review import accepted, mark_applied, read_review
from intents.nlu import load_training_data
from tests.integration.store_values import Clock
from tests.reviewed_project import NearAid, asked, converse, made_project, mined

pytestmark = pytest.mark.integration


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite:///{tmp_path}/kefu.db", clock=clock)
    yield store
    await store.close()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made_project(tmp_path / "shop")


@pytest.fixture
def review(project: Project, store: Store, clock: Clock) -> Review:
    return Review(
        project=project,
        store=store,
        aid=NearAid(),
        locks=ConversationLocks(),
        told=Told(changed=lambda: None, erased=lambda _: None),
        now=clock,
    )


async def two_topics() -> Space:
    """A model that knows wrapping from everything else."""

    async def encode(texts: Sequence[str]) -> np.ndarray:
        return np.array([[1.0, 0.0] if "wrap" in text else [0.0, 1.0] for text in texts], np.float32)

    return Space(key="two", encode=encode, threshold=0.5)


async def gathered(store: Store) -> tuple[Item, ...]:
    """The queue after all events were looked at."""
    sink = ReviewSink(store=store, aid=NearAid(), added=lambda: None)
    await EventStream(store.cursors, sink, alone=True).give()
    return await store.reviews.open_items(live=True)


def seen(*items: Item) -> list[tuple[int, int]]:
    return [(item.id, item.version) for item in items]


def examples(project: Project, intent: str) -> list[str]:
    return [one.text for one in load_training_data(training_files(project)).examples if one.intent == intent]


def files(project: Project) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}


# ── what comes onto the queue ────────────────────────────────────────────────────────────────────────────


async def test_what_was_not_answered_surely_is_on_the_queue_without_names(store: Store) -> None:
    await converse(store, "a", asked("Hi, I am Olivia Bennett, hello", kind="answer", p=0.95))
    await converse(store, "a", asked("can Olivia Bennett have it gift wrapped? mail olivia@example.org"))
    await converse(store, "b", asked("who won the match", in_scope=0.1))
    await converse(store, "b", asked("and the cup", kind="answer", p=0.55))
    await converse(store, "b", asked("/greet"))
    found = {item.text: item.source for item in await gathered(store)}
    assert found == {
        "can {name} have it gift wrapped? mail {email}": "unanswered",
        "who won the match": "out_of_scope",
        "and the cup": "unsure",
    }
    await converse(store, "b", asked("one more"))
    assert len(await gathered(store)) == 4, "what is there is not added twice"


async def test_mined_drafts_are_on_the_queue_and_stay_in_step(review: Review, project: Project) -> None:
    folder = mined(project)
    await review.sync_drafts()
    await review.sync_drafts()
    items = await review.reviews.mined("drafts/2026")
    assert [(item.cluster, item.proposed) for item in items][:1] == [("drafts/2026#gift_wrap", "gift_wrap")]
    assert len(items) == 5
    cups = [item for item in items if item.proposed == "broken_cup"]
    await review.dismiss(seen(cups[0]), "Mei")
    assert [one.action for one in read_review(folder)] == ["review", "review"]
    done = await review.assign(seen(cups[1]), "broken_cup", "Mei", answers={})
    assert [one.action for one in read_review(folder)] == ["review", "applied"]
    assert "# 3 turns" in (folder / "review.yml").read_text(), "remarks stay"
    assert done.change_id is not None
    await review.undo(done.change_id, "Mei")
    assert [one.action for one in read_review(folder)] == ["review", "review"]


async def test_what_the_command_applied_is_off_the_queue(review: Review, project: Project) -> None:
    folder = mined(project)
    await review.sync_drafts()
    text = (folder / "review.yml").read_text()
    (folder / "review.yml").write_text(text.replace("action: review", "action: accept", 1))
    decisions = read_review(folder)
    apply_drafts(project, accepted(folder, decisions))
    mark_applied(folder, decisions)
    await review.sync_drafts()
    assert {item.proposed for item in await review.reviews.open_items()} == {"broken_cup"}


async def test_open_messages_are_clustered_and_named(store: Store) -> None:
    wrapped = ["please gift wrap my order", "can you gift wrap it", "gift wrap the lamp"]
    for number, text in enumerate([*wrapped, "who won the match"]):
        await converse(store, f"c{number}", asked(text))
    await gathered(store)
    told: list[bool] = []
    arranging = Arranging(store.reviews, NearAid(), two_topics, arranged=lambda: told.append(True))
    await arranging.arrange()
    await arranging.arrange()
    items = await store.reviews.open_items()
    clusters = {item.text: item.cluster for item in items}
    assert len({clusters[text] for text in wrapped}) == 1
    assert "wrap" in clusters[wrapped[0]]
    assert clusters["who won the match"] != clusters[wrapped[0]]
    assert told == [True], "nothing changed the second time"


async def test_what_somebody_is_at_stays_together(store: Store, clock: Clock) -> None:
    clock.now = datetime.now(UTC)
    for number, text in enumerate(["please gift wrap my order", "who won the match"]):
        await converse(store, f"c{number}", asked(text))
    at = next(item for item in await gathered(store) if "wrap" in item.text)
    await store.reviews.arrange({at.id: ("live#wrap", 0)})
    await store.reviews.claim([at.id], "Sue")
    arranging = Arranging(store.reviews, NearAid(), two_topics, arranged=lambda: None)
    await arranging.arrange()
    clusters = {item.text: item.cluster for item in await store.reviews.open_items()}
    assert clusters[at.text] == "live#wrap", "the page that shows it keeps it"
    assert clusters["who won the match"] not in ("", "live#wrap")


# ── decisions ────────────────────────────────────────────────────────────────────────────────────────────


async def test_many_become_a_new_intent_with_its_answer_and_back(
    review: Review, project: Project, store: Store
) -> None:
    for number, text in enumerate(["do you gift wrap", "is gift wrapping possible", "hello"]):
        await converse(store, f"c{number}", asked(text))
    items = await gathered(store)
    before = files(project)
    done = await review.assign(
        seen(*items), "gift_wrap", "Mei", answers={"en": "Yes: 3.50 euros.", "zh": "可以，3.5 欧元。"}
    )
    assert examples(project, "gift_wrap") == ["do you gift wrap", "is gift wrapping possible"]
    (left,) = await store.reviews.open_items()
    assert (left.text, done.left) == ("hello", {left.id: "greet"}), "another intent has these words"
    (change,) = await store.reviews.changes()
    assert (change.person, change.target, change.items) == ("Mei", "gift_wrap", 2)
    assert "gift" not in str([edit for edit in change.edits if "hunks" not in edit])
    await review.undo(change.id, "Lin")
    assert files(project) == before
    assert len(await store.reviews.open_items()) == 3
    (change,) = await store.reviews.changes()
    assert (change.undone_by, change.undone_at) == ("Lin", store._clock())
    with pytest.raises(ConflictError):
        await review.undo(change.id, "Lin")


async def test_of_two_reviewers_one_is_first(review: Review, project: Project, store: Store) -> None:
    await converse(store, "a", asked("do you gift wrap"))
    (item,) = await gathered(store)
    deeds = [
        review.assign(seen(item), "gift_wrap", "Mei", answers={}),
        review.assign(seen(item), "packaging", "Lin", answers={}),
        review.dismiss(seen(item), "Tom"),
    ]
    results = await asyncio.gather(*deeds, return_exceptions=True)
    assert [type(one) for one in results].count(ConflictError) == 2
    assert len(await store.reviews.changes()) == 1
    assert len(examples(project, "gift_wrap") + examples(project, "packaging")) <= 1


async def test_a_claim_keeps_others_out_until_it_ends(review: Review, store: Store, clock: Clock) -> None:
    await converse(store, "a", asked("do you gift wrap"))
    await converse(store, "b", asked("another thing"))
    one, other = await gathered(store)
    assert await review.claim([one.id], "Mei") == {}
    assert await review.claim([one.id, other.id], "Lin") == {one.id: "Mei"}
    with pytest.raises(ConflictError, match="Mei"):
        await review.dismiss(seen(one), "Lin")
    assert await review.claim([], "Lin") == {}, "let go of"
    await review.dismiss(seen(other), "Mei")
    clock.move(CLAIM_S + 1)
    await review.dismiss(seen(one), "Lin")
    assert await store.reviews.open_items() == ()


async def test_a_reworded_message_is_learnt_as_it_says_now(
    review: Review, project: Project, store: Store
) -> None:
    await converse(store, "a", asked("hey its me again do you gift wrap"))
    (item,) = await gathered(store)
    assert await review.reword(item.id, item.version, "do you gift wrap")
    assert not await review.reword(item.id, item.version, "too late")
    with pytest.raises(ConflictError):
        await review.assign(seen(item), "gift_wrap", "Mei", answers={})
    (item,) = await store.reviews.open_items()
    await review.assign(seen(item), "gift_wrap", "Mei", answers={})
    assert examples(project, "gift_wrap") == ["do you gift wrap"]


async def test_an_article_answers_messages_and_is_not_overwritten(review: Review, store: Store) -> None:
    await converse(store, "a", asked("do you gift wrap"))
    (item,) = await gathered(store)
    draft = Draft(id="gift-wrap", title="Gift wrap", language="en", text="We wrap for 3.50 euros.")
    await review.article(draft, seen(item), "Mei")
    assert "gift wrap" in (review.project.articles / "questions-review.jsonl").read_text()
    with pytest.raises(Refused, match="already"):
        await review.article(draft, (), "Lin")
    with pytest.raises(Refused, match="changed"):
        await review.article(Draft(**{**_facts(draft), "seen": "0" * 64}), (), "Lin")
    (change,) = await store.reviews.changes()
    await review.undo(change.id, "Mei")
    assert not (review.project.articles / "gift-wrap.md").exists()
    assert not (review.project.articles / "questions-review.jsonl").exists()


def _facts(draft: Draft) -> dict[str, str]:
    return {"id": draft.id, "title": draft.title, "language": draft.language, "text": draft.text}


async def test_edited_lines_are_not_undone(review: Review, project: Project) -> None:
    await review.answer("utter_greet", {"en": "Hello you."}, "Mei")
    domain = project.folder / "domain.yml"
    assert "Hello you." in domain.read_text()
    domain.write_text(domain.read_text().replace("Hello you.", "Hello there."))
    (change,) = await review.reviews.changes()
    with pytest.raises(Refused, match="by hand"):
        await review.undo(change.id, "Mei")


async def test_a_corrected_message_is_on_the_queue_under_its_label(review: Review, store: Store) -> None:
    await converse(store, "a", asked("do you gift wrap", kind="answer", p=0.99))
    assert await review.correct("a", 1, "gift_wrap", "Mei")
    (item,) = await store.reviews.open_items()
    assert (item.source, item.proposed, item.reason) == ("corrected", "gift_wrap", "Mei")
    assert await review.correct("a", 1, "packaging", "Lin"), "the last word counts while it is open"
    (item,) = await store.reviews.open_items()
    await review.dismiss(seen(item), "Mei")
    assert not await review.correct("a", 1, "gift_wrap", "Mei")
    for seq in (2, 99):
        with pytest.raises(Refused):
            await review.correct("a", seq, "gift_wrap", "Mei")


async def test_an_erased_conversation_leaves_the_queue(store: Store) -> None:
    await converse(store, "a", asked("do you gift wrap"))
    await gathered(store)
    await store.erase_conversation("a")
    assert await store.reviews.open_items() == ()


# ── the reading aid as a process ─────────────────────────────────────────────────────────────────────────


async def test_the_aid_answers_ends_and_starts_again() -> None:
    aid = ReadingAid(idle_s=0.0)
    try:
        turns = [("I am Olivia Bennett", False), ("Olivia wrote olivia@example.org", False)]
        assert await aid.redacted(turns, [1]) == ["{name} wrote {email}"]
        process = aid._process
        assert process is not None
        await process.wait()
        assert process.returncode == 0, "idle, it ended by itself"
        both = await asyncio.gather(aid.redacted(turns, [1]), aid.named([[("wrap my gift", "en")]], []))
        assert both[0] == ["{name} wrote {email}"]
        assert len(both[1]) == 1
    finally:
        await aid.close()
