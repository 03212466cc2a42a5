"""What every knowledge base must do, whatever is behind it: files of a release, and a real PostgreSQL with pgvector."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from encoders.encoder import Encoder, serving_encoder
from encoders.errors import ArtifactError
from encoders.resolve import ENGLISH
from knowledge.base import KnowledgeBase, LiveKnowledgeBase
from knowledge.build import build_index
from knowledge.documents import Document, Question
from knowledge.filters import Filter
from knowledge.index import KnowledgeIndex
from knowledge.ingest import read_documents, read_questions
from knowledge.live import LiveKnowledge
from knowledge.postgres import tables
from knowledge.postgres.connection import Database
from knowledge.postgres.knowledge import PostgresKnowledge
from knowledge.postgres.looking import FEW_BARRED

from .knowledge_writer_process import generations
from .store_values import psql

pytestmark = pytest.mark.model
SHOP = Path(__file__).parents[2] / "data" / "shop" / "knowledge"
KILLS = 4


def article(identity: str, text: str, title: str = "", **metadata: Any) -> Document:
    return Document(id=identity, title=title or identity, text=text, language="en", metadata=metadata)


ARTICLES = [
    article("returns", "You can return an item within 30 days of delivery. We pay the postage.", "Returns"),
    article("warranty", "The warranty lasts two years and covers faults in material.", "Warranty"),
    article("parking-acorn", "Guests may park in the yard for free.", "Acorn Guest House: parking"),
    article("parking-nirala", "Parking is on the street and costs 3 pounds an hour.", "The Nirala: parking"),
    article("gift-cards", "Gift cards never expire and cannot be paid out.", "Gift cards"),
]
BIKES = article("bikes", "Bicycles are delivered assembled, except for the pedals.")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(serving_encoder(ENGLISH))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Opens indexes at one place, as several workers and releases would."""

    name: str
    open: Callable[[KnowledgeIndex], LiveKnowledgeBase]
    opened: list[LiveKnowledgeBase] = field(default_factory=list)

    def __call__(self, index: KnowledgeIndex) -> LiveKnowledgeBase:
        self.opened.append(self.open(index))
        return self.opened[-1]


@pytest.fixture(scope="module")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pgserver = pytest.importorskip("pgserver", reason="PostgreSQL needs pgserver")
    server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def database(postgresql: str, tmp_path: Path) -> str:
    """An empty database."""
    name = f"kefu_{tmp_path.name.lower()}"[:60].replace("-", "_")
    psql(postgresql, f'CREATE DATABASE "{name}"')
    return postgresql.replace("/postgres?", f"/{name}?")


@pytest.fixture(params=["faiss", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "faiss":
        made = Engine(name="faiss", open=lambda index: LiveKnowledge.open(index, tmp_path / "live"))
    else:
        url: str = request.getfixturevalue("database")
        made = Engine(name="postgresql", open=lambda index: PostgresKnowledge.open(index, url))
    yield made
    for one in made.opened:
        one.close()


def built(
    documents: Sequence[Document], encoder: Encoder, folder: Path, questions: Sequence[Question] = ()
) -> KnowledgeIndex:
    build_index(documents, encoder, folder, questions=questions)
    return KnowledgeIndex.open(folder, encoder)


@pytest.fixture(scope="module")
def index(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeIndex:
    return built(ARTICLES, encoder, tmp_path_factory.mktemp("index") / "index")


@pytest.fixture
def live(engine: Engine, index: KnowledgeIndex) -> LiveKnowledgeBase:
    return engine(index)


def first(knowledge: KnowledgeBase, question: str, *context: str) -> str:
    return knowledge.search(question, context=context, k=1).passages[0].text


def test_both_engines_are_what_the_server_asks_for(live: LiveKnowledgeBase) -> None:
    assert isinstance(live, LiveKnowledgeBase)
    assert live.passage("warranty#0") is not None
    assert live.passage("warranty#1") is live.passage("no-such#0") is None


def test_a_question_finds_the_place_that_was_named_turns_ago(live: LiveKnowledgeBase) -> None:
    asked = "Is there anywhere to park?"
    assert "yard" in first(live, asked, "I want to stay at the Acorn Guest House", "In the east.", "Good.")
    assert "street" in first(live, asked, "We'll eat at Nirala", "Shall I book a table?", "Not yet.")
    assert "two years" in first(live, "and for how long?", "what does the warranty cover", "Faults.")


def test_a_document_put_later_is_known_by_its_name_too(live: LiveKnowledgeBase) -> None:
    live.put(
        [article("parking-bedouin", "There is a garage below the house.", "Bedouin: parking", city="Leeds")]
    )
    asked = "Is there anywhere to park?"
    assert "garage" in first(live, asked, "A table at the Bedouin, please.", "Done.")
    assert "yard" in first(live, asked, "I want to stay at the Acorn Guest House", "In the east.")


def test_added_changed_and_deleted_documents_are_seen_at_once(live: LiveKnowledgeBase) -> None:
    live.put([BIKES])
    assert "pedals" in first(live, "is a bicycle delivered assembled?")
    live.put([article("returns", "You can return an item within 100 days of delivery.", "Returns")])
    assert "100 days" in first(live, "how long can I return an item?")
    assert [one.id for one in live.search("return an item", k=10).passages].count("returns#0") == 1
    live.delete(["returns", "bikes", "never-there"])
    found = {one.document_id for one in live.search("how long can I return an item?", k=10).passages}
    assert not found & {"returns", "bikes"}
    assert live.passage("returns#0") is None
    assert live.passage("warranty#0") is not None
    live.put([ARTICLES[0]])
    assert "30 days" in first(live, "how long can I return an item?")


def test_filters_hold_for_old_and_new_documents(live: LiveKnowledgeBase) -> None:
    live.put(
        [
            article(
                "offer",
                "Gift cards are sold with ten percent off.",
                "Offer",
                valid_from="2026-12-01",
                valid_until="2026-12-24",
                channel=["Web", "app"],
                silent=None,
            )
        ]
    )

    def found(**fits: Any) -> set[str]:
        hits = live.search("are gift cards cheaper?", where=Filter(**fits), k=10).passages
        return {one.document_id for one in hits}

    assert found() >= {"offer", "gift-cards"}
    for day, is_found in ((date(2026, 11, 30), False), (date(2026, 12, 1), True), (date(2026, 12, 24), True)):
        assert ("offer" in found(on=day)) == is_found
    assert "offer" not in found(on=date(2026, 12, 25))
    assert "offer" in found(equal=(("channel", "web "), ("silent", "x")), on=date(2026, 12, 5))
    assert "offer" not in found(equal=(("channel", "whatsapp"),))
    assert "gift-cards" in found(equal=(("channel", "whatsapp"), ("no' key--", "x")), language="en")
    assert not found(language="zh")


def test_few_that_fit_are_found_among_many_that_do_not(
    engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    many = [
        article(f"lamp-{place}", f"Lamp number {place} is bright and takes any bulb.", product="lamp")
        for place in range(FEW_BARRED + 100)
    ]
    desk = article("desk", "The desk is bright oak.", product="desk")
    live = engine(built([*many, desk], encoder, tmp_path / "index"))
    where = Filter(equal=(("product", "desk"),))
    hits = live.search("is the lamp bright?", where=where, k=10).passages
    assert [one.document_id for one in hits] == ["desk"]
    few = Filter(equal=(("product", "lamp"),))
    assert "desk" not in {one.document_id for one in live.search("bright oak", where=few, k=10).passages}


def test_changes_stay_and_other_workers_see_them(engine: Engine, index: KnowledgeIndex) -> None:
    live, other = engine(index), engine(index)
    live.put([BIKES])
    wait_for(lambda: "pedals" in first(other, "is a bicycle delivered assembled?"))
    assert "pedals" in first(engine(index), "is a bicycle delivered assembled?")
    other.delete(["bikes"])
    wait_for(lambda: live.passage("bikes#0") is None)


def test_workers_that_start_and_change_at_the_same_moment_do_not_disturb_each_other(
    engine: Engine, index: KnowledgeIndex
) -> None:
    with ThreadPoolExecutor(4) as threads:
        workers = list(threads.map(lambda _: engine(index), range(4)))
        puts = [[article(f"new-{place}", f"A new thing of kind {place}.")] for place in range(4)]
        list(threads.map(lambda worker, put: worker.put(put), workers, puts))
    for worker in workers:
        wait_for(lambda worker=worker: all(worker.passage(f"new-{place}#0") for place in range(4)))


def test_files_are_followed_and_what_was_put_stays(live: LiveKnowledgeBase) -> None:
    assert live.sync(ARTICLES) == 0
    live.put([BIKES, article("gift-cards", "Gift cards expire.")])
    assert live.sync(ARTICLES) == 0, "a file that has not changed does not undo what was put"
    edited = [article("warranty", "The warranty lasts five years.", "Warranty"), *ARTICLES[2:]]
    assert live.sync(edited) == 2
    assert "five years" in first(live, "how long does the warranty last?")
    assert live.passage("returns#0") is None
    assert live.passage("bikes#0") is not None
    assert live.sync(ARTICLES) == 2
    assert "two years" in first(live, "how long does the warranty last?")
    assert live.passage("returns#0") is not None


def test_a_newer_release_has_the_changes_too(
    engine: Engine, index: KnowledgeIndex, encoder: Encoder, tmp_path: Path
) -> None:
    edited = [article("warranty", "The warranty lasts five years.", "Warranty"), *ARTICLES[2:]]
    older = engine(index)
    older.sync(edited)
    older.put([BIKES])
    newer = engine(built(edited, encoder, tmp_path / "newer"))
    assert newer.sync(edited) == 0
    assert "five years" in first(newer, "how long does the warranty last?")
    assert newer.passage("bikes#0") is not None
    older.delete(["bikes"])
    wait_for(lambda: newer.search("is a bicycle assembled?").passages[0].document_id != "bikes")


def test_training_questions_lead_to_the_edited_article(
    engine: Engine, encoder: Encoder, tmp_path: Path
) -> None:
    question = Question(id="1", question="my thing broke after ages, who pays", document_ids=("warranty",))
    live = engine(built(ARTICLES, encoder, tmp_path / "index", [question]))
    before = live.search(question.question).passages[0]
    live.put([article("warranty", "Two years, faults in material.", "Guarantee")])
    after = live.search(question.question).passages[0]
    assert before.document_id == after.document_id == "warranty"
    assert after.title == "Guarantee"


@pytest.mark.parametrize("exact", [tables.EXACT, 10], ids=["one by one", "graph"])
def test_postgresql_finds_what_the_release_finds(
    exact: int, encoder: Encoder, tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real corpus: the demo's English articles, with its training questions fitting the ranker."""
    monkeypatch.setattr(tables, "EXACT", exact)
    documents = read_documents([SHOP / "en"])
    known = {one.id for one in documents}
    asked = [one for one in read_questions([SHOP / "questions.jsonl"]) if one.language != "zh"]
    asked = [one for one in asked if not one.document_ids or known & set(one.document_ids)]
    shown, held = asked[::2], asked[1::2][:120]
    index = built(documents, encoder, tmp_path / "index", shown)
    with_files = LiveKnowledge.open(index, tmp_path / "live")
    in_database = PostgresKnowledge.open(index, database)
    try:
        for changed in ([], [replace(one, title=f"{one.title} (new)") for one in documents[:5]]):
            if changed:
                for one in (with_files, in_database):
                    one.put(changed)
                    one.delete([documents[6].id])
            same = total = 0
            for question in held:
                wanted, found = (
                    one.search(
                        question.question, context=question.context, where=Filter(on=date(2026, 11, 1))
                    )
                    for one in (with_files, in_database)
                )
                total += 1
                same += [hit.id for hit in wanted.passages[:3]] == [hit.id for hit in found.passages[:3]]
                if not changed and exact > 10:
                    assert found.p_answerable == pytest.approx(wanted.p_answerable, abs=0.01)
                    assert found.p_seeking == wanted.p_seeking
            assert total > 50
            assert same / total >= 0.95
    finally:
        with_files.close()
        in_database.close()


def test_lost_connections_are_made_again(index: KnowledgeIndex, database: str) -> None:
    live = PostgresKnowledge.open(index, database)
    try:
        psql(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kefu knowledge'",
        )
        assert "two years" in first(live, "how long does the warranty last?")
    finally:
        live.close()
    with pytest.raises(ArtifactError, match="closed"):
        live.search("anything")


def test_a_database_that_is_not_there_is_refused(unused_tcp_port: int) -> None:
    with pytest.raises(ArtifactError, match="database failed"):
        Database(f"postgresql://kefu@127.0.0.1:{unused_tcp_port}/kefu")


def test_an_index_that_nobody_uses_is_dropped(
    index: KnowledgeIndex, encoder: Encoder, tmp_path: Path, database: str
) -> None:
    PostgresKnowledge.open(index, database).close()
    psql(database, f"UPDATE {tables.SHARED}.index SET used = now() - interval '8 days'")
    newer = PostgresKnowledge.open(built(ARTICLES[:3], encoder, tmp_path / "newer"), database)

    async def schemas(connection: Any) -> int:
        found: int = await connection.fetchval(
            "SELECT count(*) FROM information_schema.schemata WHERE schema_name LIKE 'kefu_knowledge_%'"
        )
        return found

    try:
        assert newer._database.run(schemas) == 1
    finally:
        newer.close()


@pytest.mark.integration
def test_a_kill_at_any_moment_leaves_all_of_a_change_or_nothing(
    index: KnowledgeIndex, database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "index"
    build_index(ARTICLES, index.encoder, folder)
    live = PostgresKnowledge.open(KnowledgeIndex.open(folder, index.encoder), database)
    try:
        newest = -1
        for _ in range(KILLS):
            command = [
                sys.executable,
                "-m",
                "tests.integration.knowledge_writer_process",
                str(folder),
                database,
            ]
            with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
                assert writer.stdout is not None
                for _ in range(3):
                    assert writer.stdout.readline(), "it has written nothing"
                writer.kill()
            (generation,) = generations(live)
            assert generation > newest
            newest = generation
    finally:
        live.close()


def wait_for(ready: Callable[[], bool], *, within_s: float = 60.0) -> None:
    until = time.monotonic() + within_s
    while not ready():
        assert time.monotonic() < until, "it was waited for in vain"
        time.sleep(0.02)
