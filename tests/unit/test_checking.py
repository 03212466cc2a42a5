"""kefu check: each problem is found, at its line, with a suggestion where there is one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.checking.check import check_project
from bot.checking.problem import Problem
from bot.project import open_project

PETS = Path(__file__).parents[1] / "data" / "projects" / "pets"


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    return Path(shutil.copytree(PETS, tmp_path / "pets"))


def problems(folder: Path, level: str = "error") -> list[Problem]:
    return [problem for problem in check_project(open_project(folder)) if problem.level == level]


def add(file: Path, text: str) -> int:
    """Append to a file; the line of what was appended."""
    before = file.read_text()
    file.write_text(before + text)
    return before.count("\n") + 1


def test_a_sound_project_has_notes_alone(pets: Path) -> None:
    found = check_project(open_project(pets))
    assert {problem.level for problem in found} == {"note"}
    assert any("config.yml:5: note: CountVectorsFeaturizer" in str(problem) for problem in found)


@pytest.mark.parametrize(
    ("steps", "text"),
    [
        (
            "[{intent: gret}, {action: utter_greet}]",
            "the intent 'gret' is not in the domain. Did you mean 'greet'?",
        ),
        ("[{intent: greet}, {action: utter_gret}]", "Did you mean 'utter_greet'?"),
        ("[{intent: greet, entities: [anmal]}, {action: utter_greet}]", "Did you mean 'animal'?"),
        ("[{intent: sitter}, {action: register_form}, {active_loop: form}]", "the form 'form' is not"),
        ("[{intent: sitter}, {slot_was_set: [{agee: 1}]}, {action: utter_greet}]", "Did you mean 'age'?"),
    ],
)
@pytest.mark.parametrize("kind", ["rule", "story"])
def test_unknown_names_are_errors_with_their_line(pets: Path, kind: str, steps: str, text: str) -> None:
    file = pets / "data" / ("rules.yml" if kind == "rule" else "stories.yml")
    line = add(file, f"  - {kind}: mine\n    steps: {steps}\n")
    found = [problem for problem in problems(pets) if "mine" in problem.text]
    assert any(text in problem.text for problem in found)
    assert all(problem.where == f"{file}:{line + 1}" for problem in found)


def test_rules_that_contradict_each_other(pets: Path) -> None:
    line = add(
        pets / "data" / "rules.yml", "  - rule: mine\n    steps: [{intent: greet}, {action: utter_breeds}]\n"
    )
    (problem,) = problems(pets)
    assert problem.where == f"{pets / 'data' / 'rules.yml'}:{line}"
    assert "rule 'mine' goes on with utter_breeds, but rule 'greet' with utter_greet" in problem.text


def test_a_story_that_a_rule_decides_otherwise(pets: Path) -> None:
    line = add(
        pets / "data" / "stories.yml",
        "  - story: mine\n    steps: [{intent: greet}, {action: utter_breeds}]\n",
    )
    (problem,) = problems(pets)
    assert problem.where == f"{pets / 'data' / 'stories.yml'}:{line}"
    assert "rules come first" in problem.text


def test_an_interrupted_form_is_no_contradiction(pets: Path) -> None:
    add(
        pets / "data" / "stories.yml",
        "  - story: mine\n    steps: [{intent: register}, {action: register_form}, {active_loop: register_form}, "
        "{intent: ask_breeds}, {action: utter_breeds}, {action: register_form}, {active_loop: null}, "
        "{action: utter_registered}]\n",
    )
    assert problems(pets) == []


def test_an_open_checkpoint(pets: Path) -> None:
    add(pets / "data" / "stories.yml", "  - story: mine\n    steps: [{checkpoint: asked}, {intent: affirm}, "
        "{action: utter_breeds}]\n")  # fmt: skip
    (problem,) = problems(pets, "warning")
    assert "the checkpoint 'asked' is open: no story leads to it" in problem.text


@pytest.mark.parametrize(
    ("old", "new", "level", "text"),
    [
        ("required_slots: [animal, age]", "required_slots: [animal, agee]", "error", "Did you mean 'age'?"),
        ("entity: number", "entity: numbr", "error", "Did you mean 'number'?"),
        ("requested_slot: age}", "requested_slot: agge}", "error", "Did you mean 'age'?"),
        ("active_loop: register_form", "active_loop: form_register", "error", "the form 'form_register'"),
        ("utter_sitter_yes: [", "utter_sitter_yess: [", "warning", "'utter_sitter_yess' is never used"),
        ("utter_goodbye: [", "utter_by: [", "warning", "nothing answers the intent 'goodbye'"),
        ("utter_ask_age: [", "utter_ask_aeg: [", "warning", "nothing asks for the slot 'age'"),
        ("- number\n", "- number\n  - colour\n", "warning", "'colour' is never found"),
        ("[{text: Bye!}]", "[{text: Bye!, condition: [{type: slot, name: memb, value: 1}]}]", "error",
         "Did you mean 'member'?"),
        ("out_of_scope]", "out_of_scope, sing]", "warning", "the intent 'sing' has no examples"),
    ],
)  # fmt: skip
def test_the_domain(pets: Path, old: str, new: str, level: str, text: str) -> None:
    domain = pets / "domain.yml"
    written = domain.read_text()
    assert old in written
    domain.write_text(written.replace(old, new, 1))
    found = [problem for problem in problems(pets, level) if text in problem.text]
    assert found
    lines = domain.read_text().splitlines()
    for problem in found:
        file, _, line = problem.where.rpartition(":")
        assert file == str(domain) or "rules.yml" in file
        assert int(line) <= len(lines)


def test_actions_that_nothing_runs(pets: Path) -> None:
    line = add(pets / "domain.yml", "actions: [validate_register_form]\n")
    (problem,) = problems(pets, "warning")
    assert problem.where == f"{pets / 'domain.yml'}:{line}"
    assert "nothing runs the actions (validate_register_form)" in problem.text
    (pets / "endpoints.yml").write_text("action_endpoint: {url: 'http://localhost:5055/webhook'}\n")
    assert problems(pets, "warning") == []


def test_names_that_code_puts_together_are_used(pets: Path) -> None:
    add(pets / "domain.yml", "  utter_state_open: [{text: Open}]\n  utter_state_shut: [{text: Shut}]\n")
    assert len(problems(pets, "warning")) == 2
    (pets / "actions.py").write_text('SAID = f"utter_state_{state}"\n')
    assert problems(pets, "warning") == []


def test_an_entity_or_role_that_the_domain_does_not_have(pets: Path) -> None:
    line = add(
        pets / "data" / "nlu.yml",
        "  - intent: greet\n    examples: |\n"
        '      - hi from [Rex]{"entity": "animal", "role": "onw"}\n      - hi [Ann](name)\n',
    )
    found = problems(pets, "warning")
    assert [problem.where.rpartition(":")[2] for problem in found] == [str(line + 2), str(line + 3)]
    assert "Did you mean 'own'?" in found[0].text


def test_a_domain_in_several_files_names_the_file(pets: Path) -> None:
    whole = (pets / "domain.yml").read_text()
    (pets / "domain").mkdir()
    head, forms, tail = whole.partition("forms:")
    (pets / "domain" / "a.yml").write_text(head)
    (pets / "domain" / "b.yml").write_text(forms + tail.replace("[animal, age]", "[animal, ag]"))
    (pets / "domain.yml").unlink()
    assert problems(pets)[0].where == f"{pets / 'domain' / 'b.yml'}:2"
    (pets / "domain" / "b.yml").write_text("forms: {f: {required_slots: {a: []}}}\n" + tail.partition("responses:")[1]
                                           + tail.partition("responses:")[2])  # fmt: skip
    assert problems(pets)[0].where == f"{pets / 'domain' / 'b.yml'}:1"


def test_the_core_fallback_must_be_an_action(pets: Path) -> None:
    config = pets / "config.yml"
    named = "- name: RulePolicy\n    core_fallback_action_name: utter_gret\n"
    config.write_text(config.read_text().replace("- name: RulePolicy\n", named))
    (found,) = problems(pets)
    assert found.where == str(config)
    assert "Did you mean 'utter_greet'?" in found.text


def test_a_slot_class_of_the_projects_own_is_told_of(pets: Path) -> None:
    domain = pets / "domain.yml"
    text = domain.read_text().replace(
        "slots:\n", "slots:\n  herd: {type: addons.HerdSlot, mappings: [{type: custom}]}\n", 1
    )
    domain.write_text(text)
    found = [problem for problem in problems(pets, "warning") if "addons.HerdSlot" in problem.text]
    line = text[: text.index("  herd:")].count("\n") + 1
    assert [problem.where for problem in found] == [f"{domain}:{line}"]


@pytest.mark.parametrize("text", ["## intent:greet\n- hello\n", "## first story\n* greet\n  - utter_greet\n"])
def test_data_in_markdown_is_told_of(pets: Path, text: str) -> None:
    old = pets / "data" / "old.md"
    old.write_text(text)
    (pets / "data" / "notes.md").write_text("## To do\n\n* write more stories\n")
    assert [problem.where for problem in problems(pets, "warning")] == [str(old)]
