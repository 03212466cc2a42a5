"""`kefu intents …` as a user calls it, with a real encoder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli import app, main
from encoders.errors import ArtifactError, InputError
from intents.evaluation.recipes import open_recipe
from intents.nlu import load_training_data
from intents.training import TrainingOptions

pytestmark = pytest.mark.model


def kefu(*arguments: object) -> Result:
    """Run a command that is to succeed."""
    done = CliRunner().invoke(app, ["intents", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def _report(folder: Path) -> dict[str, Any]:
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<script" not in page
    assert "http" not in page.replace('http-equiv="Content-Security-Policy"', "")
    report: dict[str, Any] = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return report


def test_predict_keeps_the_lines(intent_model: Path, tmp_path: Path) -> None:
    texts = ["where is my parcel?", "", "我的包裹到哪了", "ｗｈｅｎ ａｒｅ ｙｏｕ ｏｐｅｎ"]
    (tmp_path / "in.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")

    kefu("predict", intent_model, "--input", tmp_path / "in.txt", "--output", tmp_path / "out.jsonl")

    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == texts
    assert lines[0]["intent"] == "track_order"
    assert lines[3]["intent"] == "opening_hours"
    assert all(abs(sum(one["confidence"] for one in line["ranking"]) - 1) < 1e-4 for line in lines)
    assert "out_of_scope" not in {one["intent"] for line in lines for one in line["ranking"]}


def test_evaluate_writes_and_prints_the_figures(
    intent_model: Path, intent_test: Path, tmp_path: Path
) -> None:
    done = kefu("evaluate", intent_model, intent_test, "--report", tmp_path / "report")

    report, printed = _report(tmp_path / "report"), json.loads(done.stdout)
    assert report["accuracy"] == printed["accuracy"] >= 0.8
    assert report["out_of_scope_auroc"] >= 0.8
    assert report["examples"] == 22
    assert report["operating_point"]["threshold"] == 0.7
    assert sum(row["texts"] for row in report["reliability"]) == report["in_scope"] == 18
    assert report["latency"]["median_ms"] > 0
    for one in report["confusions"]:
        assert all("intents-test.csv:" in source for source in one["sources"])


def test_a_wanted_precision_is_read_off_the_curve(intent_model: Path, intent_test: Path) -> None:
    point = json.loads(kefu("evaluate", intent_model, intent_test, "--precision", 0.95).stdout)[
        "operating_point"
    ]
    assert point["error"] <= 0.05
    assert point["coverage"] > 0.3


def test_cross_validation_goes_on_where_it_stopped(intent_data: Path, tmp_path: Path) -> None:
    first = kefu("cross-validate", intent_data, "--folds", 3, "--report", tmp_path)
    figures = _report(tmp_path)
    assert (figures["recipe"], figures["folds"], figures["examples"]) == ("fast", 3, 54)
    assert figures["accuracy"] >= 0.7
    assert "done before" not in first.stderr

    (tmp_path / "folds" / "fast-2.json").unlink()
    again = kefu("cross-validate", intent_data, "--folds", 3, "--report", tmp_path)
    assert again.stderr.count("done before") == 2
    assert _report(tmp_path)["accuracy"] == figures["accuracy"]


def test_the_folds_of_fast_are_what_training_makes(
    intent_data: Path, intent_test: Path, tmp_path: Path
) -> None:
    """The shortcut that encodes once gives what a model trained on the same rows says."""
    shown = load_training_data([intent_data])
    both = load_training_data([intent_data, intent_test])
    rows = np.arange(len(both.examples))
    cut = len(shown.examples)
    said = open_recipe("fast", both, TrainingOptions(recipe="fast"))(rows[:cut], rows[cut:], tmp_path / "m")

    kefu("train", intent_data, "--out", tmp_path / "model", "--recipe", "fast")
    kefu("predict", tmp_path / "model", "--input", intent_test, "--output", tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert list(said.given) == [line["intent"] for line in lines]
    assert np.allclose(said.confidence, [line["confidence"] for line in lines], atol=1e-3)
    assert np.allclose(said.in_scope, [line["in_scope"] for line in lines], atol=1e-3)


def test_compare_puts_bert_beside_the_baselines(intent_data: Path, tmp_path: Path) -> None:
    recipes = [part for name in ("naive-bayes", "svm", "fast") for part in ("--recipe", name)]
    done = kefu("compare", intent_data, "--folds", 3, "--report", tmp_path, *recipes)

    report = _report(tmp_path)
    assert set(report["recipes"]) == {"naive-bayes", "svm", "fast"}
    assert next(iter(report["recipes"])) == "fast"
    assert {pair["worse"] for pair in report["pairs"]} >= {"naive-bayes", "svm"}
    assert "fast over svm" in done.stdout


def test_audit_finds_what_was_planted(intent_data: Path, tmp_path: Path) -> None:
    text = intent_data.read_text(encoding="utf-8").replace("\nrefund me,refund", "\nrefund me,opening_hours")
    noisy = tmp_path / "noisy.csv"
    noisy.write_text(
        text + "Where is my parcel?,refund\ncannot log in any more,reset_password\n", encoding="utf-8"
    )

    done = kefu("audit", noisy, "--report", tmp_path / "report")

    report = _report(tmp_path / "report")
    wrong = text[: text.index("refund me,")].count("\n") + 1
    assert f"noisy.csv:{wrong}" in " ".join(one["examples"][0]["source"] for one in report["mislabelled"])
    assert [{one["intent"] for one in found["examples"]} for found in report["contradictions"]] == [
        {"track_order", "refund"}
    ]
    assert [len(found["examples"]) for found in report["duplicates"]] == [2]
    assert "Starved intents: 6" in done.stdout


def test_diff_says_what_a_change_of_the_data_did(
    intent_model: Path, intent_data: Path, intent_test: Path, tmp_path: Path
) -> None:
    rows = [
        line for line in intent_data.read_text(encoding="utf-8").splitlines() if not line.endswith(",refund")
    ]
    (tmp_path / "less.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    kefu("train", tmp_path / "less.csv", "--out", tmp_path / "less", "--recipe", "fast")

    done = kefu("diff", intent_model, tmp_path / "less", intent_test, "--report", tmp_path / "report")

    report = _report(tmp_path / "report")
    assert [one for one in report["worse"] if one["intent"] == "refund"]
    assert report["intents"]["refund"]["after"] == 0
    assert f"{len(report['worse'])} texts got worse" in done.stdout


def test_explain_names_words_and_examples(intent_model: Path) -> None:
    found = json.loads(kefu("explain", intent_model, "hello, I forgot my password again", "--json").stdout)

    assert found["intent"] == "reset_password"
    heaviest = max(found["words"], key=lambda one: one["weight"])
    assert heaviest["text"] in ("password", "forgot")
    assert all(found["text"][one["start"] : one["end"]] == one["text"] for one in found["words"])
    assert found["examples"][0]["text"] == "i forgot my password"
    assert found["examples"][0]["source"] == "intents.csv:26"
    assert "nothing" not in kefu("explain", intent_model, "parcel").stdout


def test_a_model_keeps_no_personal_data_of_its_texts(intent_data: Path, tmp_path: Path) -> None:
    own = tmp_path / "nlu.csv"
    own.write_text(
        intent_data.read_text(encoding="utf-8")
        + "i am at jane.roe@mail.example where is my parcel,track_order\n",
        encoding="utf-8",
    )
    kefu("train", own, "--out", tmp_path / "model", "--recipe", "fast")

    kept = (tmp_path / "model" / "texts.jsonl").read_text(encoding="utf-8")
    assert "jane.roe" not in kept
    assert "{email}" in kept
    assert str(tmp_path) not in kept


def test_what_goes_wrong_names_the_file_and_the_remedy(
    intent_model: Path, intent_test: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("text,label\nhello,greet\n,greet\n", encoding="utf-8")
    runner = CliRunner()
    found = runner.invoke(app, ["intents", "evaluate", str(intent_model), str(bad)])
    assert isinstance(found.exception, InputError)
    assert "bad.csv:3" in str(found.exception)
    found = runner.invoke(app, ["intents", "evaluate", str(tmp_path), str(intent_test)])
    assert isinstance(found.exception, ArtifactError)
    found = runner.invoke(
        app, ["intents", "cross-validate", str(bad), "--folds", "1", "--report", str(tmp_path)]
    )
    assert isinstance(found.exception, InputError)


def test_the_command_prints_no_traceback(
    intent_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["kefu", "intents", "evaluate", str(intent_model), "nowhere.csv"])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert capsys.readouterr().err == "kefu: nowhere.csv: there is no such file.\n"
