"""Projects: broken files are named with their line, and nothing is half-written."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.checking.check import check_project
from bot.commands.new import new_project
from bot.project import load_assistant, open_project
from encoders.errors import InputError

SHOP = Path(__file__).parents[2] / "data" / "shop"


def test_the_demo_has_nothing_wrong() -> None:
    assert [str(problem) for problem in check_project(open_project(SHOP))] == []


def test_a_new_project_has_nothing_wrong(tmp_path: Path) -> None:
    new_project(tmp_path / "mine")
    assert [str(problem) for problem in check_project(open_project(tmp_path / "mine"))] == []


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "keep.txt").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        new_project(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["keep.txt"]


def test_broken_yaml_names_file_and_line(tmp_path: Path) -> None:
    new_project(tmp_path / "mine")
    rules = tmp_path / "mine" / "rules.yml"
    rules.write_text('version: "3.1"\nrules:\n  - rule: x\n   steps: [\n')
    with pytest.raises(InputError, match=r"rules\.yml:4"):
        load_assistant(open_project(tmp_path / "mine"))


def test_an_unknown_setting_names_the_nearest(tmp_path: Path) -> None:
    new_project(tmp_path / "mine")
    (tmp_path / "mine" / "kefu.yml").write_text("name: x\nlangauge: en\n")
    with pytest.raises(InputError, match=r"kefu\.yml:2: .*'langauge' is unknown.*'language'"):
        open_project(tmp_path / "mine")


def test_an_intent_that_leads_nowhere_is_a_problem(tmp_path: Path) -> None:
    new_project(tmp_path / "mine")
    domain = tmp_path / "mine" / "domain.yml"
    domain.write_text(domain.read_text().replace("  - greet\n", "  - greet\n  - lost\n", 1))
    texts = [problem.text for problem in check_project(open_project(tmp_path / "mine"))]
    assert any("'lost' has no examples" in text for text in texts)
    assert any("nothing answers the intent 'lost'" in text for text in texts)
