"""`kefu knowledge tune` on the beginnings of the demo's articles, with the real encoder."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from bot.cli import app
from encoders.encoder import Encoder, serving_encoder
from encoders.errors import InputError
from encoders.resolve import ENGLISH, resolve_encoder
from knowledge.documents import Document, Question
from knowledge.index import KnowledgeIndex
from knowledge.ingest import read_documents, read_questions
from knowledge.tuning.pairs import labelled, mined, passage_texts

SHOP = Path(__file__).parents[2] / "data" / "shop" / "knowledge"
MOST = 42


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Articles cut to their first words, so that a test can tune on them."""
    folder = tmp_path / "shop" / "knowledge"
    folder.mkdir(parents=True)
    asked = [
        one for one in read_questions([SHOP / "questions.jsonl"]) if one.language == "en" and one.document_ids
    ][:MOST]
    wanted = {name for one in asked for name in one.document_ids}
    for article in read_documents([SHOP / "en"]):
        if article.id in wanted:
            first = re.sub(r"\s+", " ", article.text).strip("# ")[:60]
            text = f"---\ntitle: {article.title!r}\n---\n{first}\n"
            (folder / f"{article.id}.md").write_text(text, encoding="utf-8")
    lines = [json.dumps({"question": one.question, "document_ids": list(one.document_ids)}) for one in asked]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return tmp_path / "shop"


@pytest.mark.model
def test_a_tuned_encoder_is_kept_only_if_held_out_questions_are_answered_better(project: Path) -> None:
    done = CliRunner().invoke(
        app, ["knowledge", "tune", str(project), "--epochs", "1"], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    facts = json.loads(done.stdout[: done.stdout.rindex("}") + 1])
    assert facts["held_out"] == MOST // 3
    assert facts["kept"] == (project / "encoder").is_dir()
    assert facts["kept"] == (facts["sure"] >= 0.9)
    assert ("Kept in" in done.stdout) == facts["kept"]


@pytest.mark.model
def test_a_kept_encoder_is_a_model_folder_as_any_other(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    from encoders.torch_encoder import load_torch_encoder
    from knowledge.tuning.contrast import TorchVectors
    from knowledge.tuning.tune import Tuned, _write

    source = resolve_encoder(ENGLISH)
    module, tokens = load_torch_encoder(source, name=ENGLISH)
    plain = TorchVectors(module, tokens).encode(["how do I send it back"])
    with torch.no_grad():
        module.bert.encoder.layer[0].output.dense.weight.mul_(1.5)
    changed = TorchVectors(module, tokens).encode(["how do I send it back"])
    figures = Tuned(questions=1, held_out=1, before={}, after={}, sure=1.0, kept=True)
    _write(module, source, tmp_path / "encoder", figures)
    name = str(tmp_path / "encoder")
    read, its_tokens = load_torch_encoder(resolve_encoder(name), name=name)
    again = TorchVectors(read, its_tokens).encode(["how do I send it back"])
    assert np.allclose(again, changed, atol=1e-5)
    assert not np.allclose(again, plain, atol=1e-3)

    served = Encoder.load(serving_encoder(name))
    (vector,) = served.encode(["how do I send it back"])
    assert vector @ changed[0] > 0.97
    assert vector @ changed[0] > vector @ plain[0]
    assert served.id != Encoder.load(serving_encoder(ENGLISH)).id


@pytest.mark.model
def test_the_next_release_is_made_with_the_encoder_that_was_kept(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from encoders.torch_encoder import load_torch_encoder
    from knowledge.tuning.tune import Tuned, _write

    folder = tmp_path / "shop"
    assert CliRunner().invoke(app, ["new", str(folder)]).exit_code == 0
    source = resolve_encoder(ENGLISH)
    module, _ = load_torch_encoder(source, name=ENGLISH)
    for weight in module.bert.encoder.layer[-1].parameters():
        weight.data.mul_(1.2)
    figures = Tuned(questions=1, held_out=1, before={}, after={}, sure=1.0, kept=True)
    _write(module, source, folder / "encoder", figures)
    done = CliRunner().invoke(app, ["train", str(folder), "--recipe", "fast"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    (release,) = (folder / "releases").iterdir()
    tuned = Encoder.load(serving_encoder(str(folder / "encoder")))
    assert Encoder.load(release / "encoder").id == tuned.id
    found = KnowledgeIndex.open(release / "knowledge", tuned).search("how long can I send things back?")
    assert found.passages[0].document_id == "returns"


def test_pairs_name_the_nearest_right_passage_and_the_nearest_wrong_ones() -> None:
    documents = [
        Document(id=name, title=name, text=f"Text of {name}.", questions=("q", name)) for name in "abc"
    ]
    asked = labelled(
        documents, [Question(id="1", question="x", document_ids=("a", "b")), Question(id="2", question="y")]
    )
    assert [one.question for one in asked] == ["x", "a", "b", "c"]
    texts = passage_texts(documents)
    vectors = np.eye(3, dtype=np.float32)
    pair = mined(asked[:1], texts, np.array([[0.1, 0.9, 0.5]], np.float32), vectors)[0]
    assert pair.right == 1
    assert pair.hard == (2,)
    assert pair.allowed == {0, 1}


@pytest.mark.model
def test_too_few_questions_are_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "a.md").write_text("# Returns\n\nWithin 30 days.", encoding="utf-8")
    with pytest.raises(InputError, match="too few to tune with"):
        CliRunner().invoke(app, ["knowledge", "tune", str(tmp_path)], catch_exceptions=False)
    assert not (tmp_path / "encoder").exists()
