"""Reading the best passages with a cross-encoder: real weights, exported, tuned, put into indexes and measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from encoders.cross_encoder import CrossEncoder, PairTokens
from encoders.encoder import Encoder, serving_encoder
from encoders.errors import ArtifactError
from encoders.logistic import Logistic
from encoders.resolve import ENGLISH, resolve_encoder
from knowledge.build import build_index
from knowledge.documents import Document, Passage, Question
from knowledge.index import KnowledgeIndex
from knowledge.ranker import Asked, Ranker
from knowledge.rerank import MOST, RERANKER, Reranker, fit_reranker, save_reranker, signals

pytestmark = pytest.mark.model
QUESTION = "can i send it back?"
TEXTS = [
    "You can return it within 30 days.",
    "The lamp is bright.",
    "耳机可以退货。",
    "It has two years of warranty.",
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cross-encoder as people put them on the hub: here MiniLM with a head that nobody has trained."""
    torch = pytest.importorskip("torch")
    from encoders.torch_cross_encoder import is_cross_encoder, load_torch_cross_encoder

    torch.manual_seed(0)
    source, folder = resolve_encoder(ENGLISH), tmp_path_factory.mktemp("models") / "cross"
    assert not is_cross_encoder(source)
    module = load_torch_cross_encoder(source)
    with torch.no_grad():
        module.model.classifier.weight.mul_(20)  # apart enough that int8 can be compared
    module.model.save_pretrained(folder)
    (folder / "tokenizer.json").write_bytes((source / "tokenizer.json").read_bytes())
    assert is_cross_encoder(folder)
    return folder


@pytest.fixture(scope="module")
def cross(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for the server."""
    from encoders.cross_onnx import export_cross_encoder
    from encoders.torch_cross_encoder import load_torch_cross_encoder

    out = tmp_path_factory.mktemp("exported") / "cross"
    export_cross_encoder(model, load_torch_cross_encoder(model), out, name="cross")
    return out


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.load(serving_encoder(ENGLISH))


def test_the_exported_graph_scores_as_the_model_does(model: Path, cross: Path) -> None:
    torch = pytest.importorskip("torch")
    from encoders.torch_cross_encoder import load_torch_cross_encoder

    served = CrossEncoder(cross).scores(QUESTION, TEXTS)
    tokens = PairTokens(model / "tokenizer.json", pad_id=0)
    with torch.inference_mode():
        rows = tokens.padded([(QUESTION, text) for text in TEXTS])
        wanted = load_torch_cross_encoder(model)(*map(torch.from_numpy, rows)).numpy()
    assert np.corrcoef(served, wanted)[0, 1] > 0.97
    assert np.array_equal(served, CrossEncoder(cross).scores(QUESTION, TEXTS))
    assert len(CrossEncoder(cross).scores("x" * 5000, ["y " * 5000])) == 1


def test_a_model_of_several_classes_is_refused(model: Path, tmp_path: Path) -> None:
    from transformers import AutoModelForSequenceClassification

    from encoders.torch_cross_encoder import load_torch_cross_encoder

    several = AutoModelForSequenceClassification.from_pretrained(
        model, num_labels=3, ignore_mismatched_sizes=True
    )
    several.save_pretrained(tmp_path / "several")
    with pytest.raises(ArtifactError, match="3 classes"):
        load_torch_cross_encoder(tmp_path / "several")


def test_what_a_score_says_is_learnt_from_questions() -> None:
    random = np.random.default_rng(0)
    asked = []
    for place in range(120):
        right = np.zeros(MOST)
        answerable = place % 4 > 0
        right[place % MOST] = answerable
        read = random.normal(size=MOST) + 3 * right
        asked.append(
            Asked(signals=signals(np.full(MOST, 0.3), read), right=right, answerable=answerable, language=0)
        )
    ranker = fit_reranker(asked)
    best = [int(np.argmax(ranker(one.signals))) for one in asked if one.answerable]
    assert (
        np.mean(
            [
                place == one.right.argmax()
                for place, one in zip(best, [a for a in asked if a.answerable], strict=True)
            ]
        )
        > 0.9
    )
    high, low = ranker(signals(np.array([0.3, 0.3]), np.array([4.0, -1.0])))
    assert high > 0.6
    assert low < 0.2


def reading(cross: Path, out: Path, encoder_id: str, *, learnt: tuple[str, ...] = ()) -> Path:
    """A reranker that goes by the score alone, the smallest first: an order that no search has."""
    by_score = Logistic(weights=np.array([0.0, -1.0]), bias=0.0, mean=np.zeros(2), scale=np.ones(2))
    copied = out.parent / "copied"
    from encoders.artifacts import link_folder

    link_folder(cross, copied)
    save_reranker(copied, Ranker(model=by_score), out, encoder_id=encoder_id, facts={}, learnt=learnt)
    return out


ARTICLES = [
    Document(
        id=f"a{place}",
        title=f"Lamp {place}",
        text=f"Lamp number {place} has {place + 2} bulbs.",
        language="en",
    )
    for place in range(10)
]


def test_an_index_reads_its_best_passages_and_keeps_the_rest_below(
    cross: Path, encoder: Encoder, tmp_path: Path
) -> None:
    reranker = reading(cross, tmp_path / "reranker", encoder.id)
    build_index(ARTICLES, encoder, tmp_path / "plain")
    build_index(ARTICLES, encoder, tmp_path / "index", reranker=reranker)
    asked = "how many bulbs has lamp 3?"
    plain = KnowledgeIndex.open(tmp_path / "plain", encoder).search(asked, k=10).passages
    index = KnowledgeIndex.open(tmp_path / "index", encoder)
    found = index.search(asked, k=10).passages
    read = CrossEncoder(cross).scores(asked, [f"{one.title}. {one.text}" for one in plain[:MOST]])
    assert [one.id for one in found[:MOST]] == [plain[place].id for place in np.argsort(read, kind="stable")]
    assert [one.p for one in found] == sorted((one.p for one in found), reverse=True)
    assert {one.id for one in found[MOST:]} == {one.id for one in plain[MOST:]}
    assert index.search(asked, k=1).passages[0].id == found[0].id
    assert index.reranked(None).search(asked, k=10).passages == plain


def test_what_it_has_learnt_from_does_not_calibrate(cross: Path, encoder: Encoder, tmp_path: Path) -> None:
    questions = [
        Question(
            id=str(place),
            question=f"how many bulbs has lamp {place % 10}, take {place}?",
            document_ids=(f"a{place % 10}",),
        )
        for place in range(40)
    ]
    learnt = tuple(one.question for one in questions[:30])
    reranker = reading(cross, tmp_path / "reranker", encoder.id, learnt=learnt)
    built = build_index(ARTICLES, encoder, tmp_path / "index", questions=questions, reranker=reranker)
    assert set(built.unseen) == {one.id for one in questions[30:]}


def test_a_reranker_of_another_encoder_is_refused(cross: Path, encoder: Encoder, tmp_path: Path) -> None:
    reranker = reading(cross, tmp_path / "reranker", "another")
    with pytest.raises(ArtifactError, match="another encoder"):
        build_index(ARTICLES, encoder, tmp_path / "index", reranker=reranker)
    assert not (tmp_path / "index").exists()


def test_it_is_an_arm_of_the_evaluation(cross: Path, encoder: Encoder, tmp_path: Path) -> None:
    reranker = reading(cross, tmp_path / "reranker", encoder.id)
    build_index(ARTICLES, encoder, tmp_path / "index", reranker=reranker)
    asked = [{"id": str(n), "question": f"lamp {n} bulbs", "document_ids": [f"a{n}"]} for n in range(5)]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, asked)), encoding="utf-8")
    arguments = [
        "knowledge",
        "evaluate",
        str(tmp_path / "index"),
        str(tmp_path / "q.jsonl"),
        "--report",
        str(tmp_path / "r"),
    ]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    arms = json.loads(done.stdout)["arms"]
    assert list(arms) == ["lexical", "dense", "fused", "reranked"]
    assert arms["fused"]["recall_at_1"] > arms["reranked"]["recall_at_1"]
    assert "reranked" in (tmp_path / "r" / "report.html").read_text(encoding="utf-8")


def project(folder: Path) -> Path:
    """A shop whose questions and articles share no word: only one who reads both can tell."""
    (folder / "knowledge").mkdir(parents=True)
    asked = []
    for place in range(20):
        text = f"---\ntitle: Thing {place}\n---\nThing {place} weighs {place + 3} kilos and is made of oak.\n"
        (folder / "knowledge" / f"a{place}.md").write_text(text, encoding="utf-8")
        asked += [
            {"question": f"{words} thing {place}", "document_ids": [f"a{place}"]}
            for words in ("how heavy is", "what is the wood of", "weight of")
        ]
    lines = "\n".join(json.dumps({"id": str(n), **one}) for n, one in enumerate(asked))
    (folder / "knowledge" / "questions.jsonl").write_text(lines, encoding="utf-8")
    return folder


@pytest.mark.parametrize("reranker", ["own", "given"])
def test_it_is_kept_only_if_held_out_questions_are_answered_better(
    reranker: str, model: Path, tmp_path: Path
) -> None:
    folder = project(tmp_path / "shop")
    name = "own" if reranker == "own" else str(model)
    arguments = ["knowledge", "tune", str(folder), "--reranker", name, "--epochs", "1"]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    facts: dict[str, Any] = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    assert facts["held_out"] == 20
    assert facts["kept"] == (folder / "reranker").is_dir() == (facts["sure"] >= 0.9)
    assert ("Kept in" in done.stdout) == facts["kept"]


def test_what_is_kept_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept is whole, and an index is built with it."""
    from knowledge.tuning import rerank

    encoder = Encoder.load(serving_encoder(ENGLISH))
    monkeypatch.setattr(rerank, "SURE", -1.0)  # kept whatever it is worth
    folder = project(tmp_path / "shop")
    arguments = ["knowledge", "tune", str(folder), "--reranker", "own", "--epochs", "1"]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    loaded = Reranker.load(folder / "reranker", encoder_id=encoder.id)
    assert 20 <= len(loaded.learnt) <= 40
    assert all("thing" in one for one in loaded.learnt)
    passage = Passage(id="a1#0", document_id="a1", title="Thing 1", text="Thing 1 weighs 4 kilos.")
    assert loaded("how heavy is thing 1", [passage], np.array([0.5])).shape == (1,)
    build = ["knowledge", "build", str(folder / "knowledge"), "--out", str(tmp_path / "index")]
    done = CliRunner().invoke(app, [*build, "--reranker", str(folder / "reranker")], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert KnowledgeIndex.open(tmp_path / "index", encoder).reranker is not None
    assert json.loads((folder / "reranker" / "manifest.json").read_text())["kind"] == RERANKER
