"""`kefu knowledge …` as a user calls it, over a few articles of the demo."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app
from encoders.errors import ArtifactError, InputError

pytestmark = pytest.mark.model

ARTICLES = Path(__file__).parents[2] / "data" / "shop" / "knowledge" / "en"
NAMES = (
    "delivery-costs",
    "gift-cards",
    "kettle-limescale",
    "return-policy",
    "router-setup",
    "warranty-terms",
)


def kefu(*arguments: object) -> Result:
    """Run a command that is to succeed."""
    done = CliRunner().invoke(app, ["knowledge", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("knowledge")
    (folder / "articles").mkdir()
    for name in NAMES:
        shutil.copy(ARTICLES / f"{name}.md", folder / "articles")
    done = kefu("build", folder / "articles", "--out", folder / "index")
    assert done.stdout.startswith("6 documents, ")
    return folder / "index"


def test_search_prints_the_best_passages(index: Path) -> None:
    lines = kefu("search", index, "how do i get rid of limescale in my kettle", "-k", 3).stdout.splitlines()
    assert 1 <= len(lines) <= 3
    probability, passage, _ = lines[0].split("  ", 2)
    assert passage.startswith("kettle-limescale#")
    assert 0 <= float(probability) <= 1


def test_many_questions_are_answered_line_by_line(index: Path, tmp_path: Path) -> None:
    asked = {"q1": "what does shipping cost", "q2": "set up the router", "问题": "礼品卡怎么用"}
    (tmp_path / "in.jsonl").write_text(
        "".join(
            json.dumps({"id": id_, "question": text}, ensure_ascii=False) + "\n"
            for id_, text in asked.items()
        ),
        encoding="utf-8",
    )

    kefu("search", index, "--input", tmp_path / "in.jsonl", "--output", tmp_path / "out.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == list(asked)
    assert [line["hits"][0]["document_id"] for line in lines[:2]] == ["delivery-costs", "router-setup"]
    for line in lines:
        assert 0 <= line["p_answerable"] <= 1
        assert len({hit["passage_id"] for hit in line["hits"]}) == len(line["hits"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl", "out.jsonl"]


def test_evaluate_writes_and_prints_the_figures(index: Path, tmp_path: Path) -> None:
    rows = [
        ("what does shipping cost", ["delivery-costs"]),
        ("can i pay with a gift card", ["gift-cards"]),
        ("how long is the warranty", ["warranty-terms"]),
        ("until when can i send things back", ["return-policy"]),
        ("who is the president of the club", []),
    ]
    questions = tmp_path / "questions.jsonl"
    questions.write_text(
        "".join(
            json.dumps({"id": f"q{number}", "question": text, "document_ids": ids}) + "\n"
            for number, (text, ids) in enumerate(rows)
        )
    )

    printed = json.loads(kefu("evaluate", index, questions, "--report", tmp_path / "report").stdout)

    report = json.loads((tmp_path / "report" / "report.json").read_text(encoding="utf-8"))
    assert printed["questions"] == report["questions"] == 5
    assert report["answerable"] == 4
    assert report["arms"]["fused"]["recall_at_3"] >= 0.75
    assert "<script" not in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["search", "INDEX"], InputError, "give a QUESTION or --input"),
        (["search", "INDEX", "--input", "questions.jsonl"], InputError, "--output"),
        (["search", "nowhere", "hello"], ArtifactError, "nowhere"),
        (["evaluate", "INDEX", "nowhere.jsonl"], InputError, "nowhere.jsonl"),
        (["build", "nowhere", "--out", "index"], InputError, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], error: type, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    call = ["knowledge", *(str(index) if one == "INDEX" else one for one in arguments)]
    found = CliRunner().invoke(app, call)
    assert isinstance(found.exception, error)
    assert says in str(found.exception)
    assert list(tmp_path.iterdir()) == []
