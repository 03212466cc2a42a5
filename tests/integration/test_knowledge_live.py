"""A knowledge base that changes while it is searched, with the real encoder; and what a kill leaves of a change."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import ArtifactError
from encoders.resolve import ENGLISH
from knowledge.build import build_index
from knowledge.documents import Document, Passage, Question
from knowledge.encode import EncodedDocument
from knowledge.index import KnowledgeIndex
from knowledge.live import LiveKnowledge
from knowledge.live_store import LiveStore

KILLS = 100


def _article(identity: str, text: str, title: str = "") -> Document:
    return Document(id=identity, title=title or identity, text=text, language="en")


ARTICLES = [
    _article("returns", "You can return an item within 30 days of delivery. We pay the postage.", "Returns"),
    _article("warranty", "The warranty lasts two years and covers faults in material.", "Warranty"),
    _article("parking-acorn", "Guests may park in the yard for free.", "Acorn Guest House: parking"),
    _article("parking-nirala", "Parking is on the street and costs 3 pounds an hour.", "The Nirala: parking"),
    _article("gift-cards", "Gift cards never expire and cannot be paid out.", "Gift cards"),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(serving_encoder(ENGLISH))


@pytest.fixture(scope="module")
def index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeIndex:
    folder = tmp_path_factory.mktemp("index") / "index"
    build_index(ARTICLES, encoder, folder)
    return KnowledgeIndex.open(folder, encoder)


@pytest.fixture
def live(index: KnowledgeIndex, tmp_path: Path) -> Iterator[LiveKnowledge]:
    opened = LiveKnowledge.open(index, tmp_path)
    yield opened
    opened.close()


def _first(knowledge: LiveKnowledge | KnowledgeIndex, question: str, *context: str) -> str:
    return knowledge.search(question, context=context, k=1).passages[0].text


@pytest.mark.model
def test_searches_go_on_when_the_store_is_gone(live: LiveKnowledge) -> None:
    live.put([_article("bikes", "Bicycles are delivered assembled, except for the pedals.")])
    live.close()
    time.sleep(0.25)
    assert "pedals" in _first(live, "is a bicycle delivered assembled?")
    with pytest.raises(ArtifactError, match="cannot be"):
        live.delete(["bikes"])


@pytest.mark.model
def test_training_questions_lead_to_the_edited_article(encoder: Encoder, tmp_path: Path) -> None:
    question = Question(id="1", question="my thing broke after ages, who pays", document_ids=("warranty",))
    build_index(ARTICLES, encoder, tmp_path / "index", questions=[question])
    live = LiveKnowledge.open(KnowledgeIndex.open(tmp_path / "index", encoder), tmp_path / "live")
    live.put([_article("warranty", "Two years, faults in material.", "Guarantee")])
    signals = live._current.candidates(
        live._current.query(question.question, encoder.encode([question.question])[0])
    )
    assert signals.signals[:, 2].max() == pytest.approx(1.0, abs=0.02)
    live.close()


def _encoded(identity: str, generation: int) -> EncodedDocument:
    passage = Passage(id=f"{identity}#0", document_id=identity, title="t", text=str(generation))
    return EncodedDocument(
        id=identity,
        content=generation + 1,
        names=(),
        metadata={},
        passages=(passage,) * 20,
        vectors=np.ones((20, 384), np.float32),
        questions=np.zeros((0, 384), np.float32),
        question_languages=(),
    )


def _change_for_ever(path: Path, begun: int) -> None:
    store = LiveStore(path, dimension=384)
    generation = max([0, *store.seen().values()])
    while True:
        generation += 1
        put = [_encoded("a", generation), _encoded("b", generation)]
        store.write(put, ["c"] if generation % 2 else [], seen={"a": generation})
        os.write(begun, b".")
        store.write([_encoded("c", generation)])


@pytest.mark.integration
def test_a_kill_at_any_moment_leaves_all_of_a_change_or_nothing(tmp_path: Path) -> None:
    path, chance = tmp_path / "live.sqlite", random.Random(7)
    generations = []
    for _ in range(KILLS):
        begun, begins = os.pipe()
        child = os.fork()
        if child == 0:
            _change_for_ever(path, begins)
        os.read(begun, 1)
        time.sleep(chance.uniform(0.0, 0.02))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(begun)
        os.close(begins)
        store = LiveStore(path, dimension=384)
        documents, seen = store.documents(), store.seen()
        if documents:
            a, b = documents["a"], documents["b"]
            assert a is not None
            assert b is not None
            assert a.content == b.content == seen["a"] + 1
            assert {one.text for one in (*a.passages, *b.passages)} == {str(seen["a"])}
            generations.append(a.content)
        store.close()
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert generations == sorted(generations)
    assert len(set(generations)) == len(generations) == KILLS, "each kill came while changes were made"
