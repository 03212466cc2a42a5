"""`kefu knowledge` over articles of several kinds and a conversation, with the real encoder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app

ARTICLES = {
    "returns": "# Returns\n\nYou can return an item within 30 days of delivery. We pay the postage.",
    "warranty": "# Warranty\n\nThe warranty lasts two years and covers faults in material.",
    "d7": "---\nproduct: Kestrel D7\n---\n# Kestrel D7: descaling\n\nDescale it every two months; it takes 25 minutes.",
    "d9": "---\nproduct: Kestrel D9\n---\n# Kestrel D9: descaling\n\nDescale it once a year; it takes an hour.",
}
QUESTIONS = [
    {"id": "1", "question": "how long can I send things back?", "document_ids": ["returns"]},
    {
        "id": "2",
        "question": "how often must I descale it?",
        "document_ids": ["d9"],
        "context": ["I have a Kestrel D9", "Nice!"],
    },
    {"id": "3", "question": "who won the football match", "document_ids": []},
]


def _run(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["knowledge", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.model
def test_built_searched_and_measured(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, text in ARTICLES.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"not a pdf")
    asked = tmp_path / "asked.jsonl"
    asked.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    assert (
        CliRunner().invoke(app, ["knowledge", "build", str(folder), "--out", str(tmp_path / "x")]).exit_code
        != 0
    )
    assert not (tmp_path / "x").exists()
    built = _run("build", folder, "--out", tmp_path / "index", "--skip-damaged")
    assert "4 documents" in built
    _run("search", tmp_path / "index", "--input", asked, "--output", tmp_path / "hits.jsonl", "-k", 3)
    lines = [json.loads(line) for line in (tmp_path / "hits.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [one["id"] for one in lines] == ["1", "2", "3"]
    assert [one["hits"][0]["document_id"] for one in lines[:2]] == ["returns", "d9"]
    assert lines[0]["p_answerable"] > lines[2]["p_answerable"]
    figures = json.loads(_run("evaluate", tmp_path / "index", asked, "--report", tmp_path / "report"))
    assert figures["arms"]["fused"]["recall_at_1"] == 1.0
    assert figures["citations_faithful"] == 1.0
    assert figures["answerability_auroc"] == 1.0
    assert "football" in (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
