from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.commands.apply import apply_command
from bot.commands.new import new_project
from bot.project import load_domain, open_project, training_files
from bot.project_edits import with_entries, with_examples, with_names, without_examples
from encoders.errors import InputError
from intents.examples import Example
from intents.nlu import load_training_data
from intents.nlu_yaml import parse_nlu_yaml

PATH = Path("nlu.yml")
NLU = """\
# the shop's examples
version: "3.1"
nlu:
  # greetings first
  - intent: greet
    examples: |
      - hi
      - hello   # not a comment

  - regex: order_number
    examples: |
      - WB-\\d{6}

# the end
responses:
  utter_faq/ask: []
"""


def example(text: str, intent: str, turn: int = 0) -> Example:
    return Example(text=text, intent=intent, metadata={"example": {"conversation": "c1", "turn": turn}})


def without_added(changed: str, text: str) -> list[str]:
    """The lines that are new; fails when one of the old is gone or moved."""
    lines = iter(changed.splitlines())
    added: list[str] = []
    for old in text.splitlines():
        for line in lines:
            if line == old:
                break
            added.append(line)
        else:
            raise AssertionError(f"lost: {old!r}")
    return [line for line in (*added, *lines) if line.strip()]


def test_examples_are_added_at_the_end_and_every_other_line_stays() -> None:
    changed = with_examples(
        NLU, PATH, [example("where is it", "track_order"), example("嗨：你好", "greet", 3)]
    )

    assert without_added(changed, NLU) == [
        "  - intent: track_order",
        "    examples:",
        '    - text: "where is it"',
        '      metadata: {"conversation": "c1", "turn": 0}',
        "  - intent: greet",
        "    examples:",
        '    - text: "嗨：你好"',
        '      metadata: {"conversation": "c1", "turn": 3}',
    ]
    assert changed.index("嗨") < changed.index("# the end")
    assert parse_nlu_yaml(changed, PATH).examples[-1].metadata == {
        "example": {"conversation": "c1", "turn": 3}
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        'version: "3.1"',
        'version: "3.1"\nnlu: []\n',
        "nlu:\n",
        "nlu:\n- intent: a\n  examples: |\n    - b",
    ],
)
def test_examples_are_added_to_any_file(text: str) -> None:
    changed = with_examples(
        text, PATH, [example("yes", "affirm"), example("see [here](http://a.example)", "affirm")]
    )

    assert [one.text for one in parse_nlu_yaml(changed, PATH).examples if one.intent == "affirm"] == [
        "yes",
        "see [here] (http://a.example)",
    ]


def test_what_was_added_can_be_taken_out_again() -> None:
    changed = with_examples(
        NLU, PATH, [example("a", "track"), example("b", "track", 1), example("c", "other")]
    )

    some = without_examples(changed, PATH, lambda one: one.metadata.get("example", {}).get("turn") == 0)

    assert [(one.intent, one.text) for one in parse_nlu_yaml(some, PATH).examples] == [
        ("greet", "hi"),
        ("greet", "hello   # not a comment"),
        ("track", "b"),
    ]
    assert [
        line for line in without_examples(changed, PATH, lambda one: bool(one.metadata)).splitlines() if line
    ] == [line for line in NLU.splitlines() if line]


def test_comments_around_an_example_that_goes_stay() -> None:
    text = (
        "nlu:\n- intent: a\n  examples:\n  # first\n  - text: one\n    metadata: {n: 1}\n  # second\n"
        "  - text: two\n    metadata: {n: 2}\n# next\n- intent: b\n  examples: |\n    - three\n"
    )

    changed = without_examples(text, PATH, lambda one: one.text == "one")

    assert changed == text.replace("  - text: one\n    metadata: {n: 1}\n", "")


DOMAIN = """\
version: "3.1"
intents:
- greet
- {ask: {use_entities: []}}  # asked often
# answers
responses:
    utter_greet:
      - text: "Hello"   # short


    # that was all
session_config: {}
"""


def test_names_and_entries_are_added_to_a_domain() -> None:
    changed = with_names(DOMAIN, Path("domain.yml"), "intents", ["track_order", "申请发票"])
    changed = with_entries(
        changed, Path("domain.yml"), "responses", {"utter_track_order": [{"text": "It's: on"}]}
    )
    changed = with_entries(changed, Path("domain.yml"), "slots", {"order": {"type": "text"}})

    assert without_added(changed, DOMAIN) == [
        "- track_order",
        "- 申请发票",
        "    utter_track_order:",
        '      - {"text": "It\'s: on"}',
        "slots:",
        '  order: {"type": "text"}',
    ]
    read = YAML(typ="safe").load(changed)
    assert read["intents"][-1] == "申请发票"
    assert read["responses"]["utter_track_order"] == [{"text": "It's: on"}]


@pytest.mark.parametrize(
    "text", ["intents: [greet]\n", "intents: {greet: {}}\n", "intents: &a\n- b\nother: *a\n"]
)
def test_a_section_that_cannot_be_added_to_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"domain\.yml: its 'intents' cannot be added to"):
        with_names(text, Path("domain.yml"), "intents", ["a"])


def test_a_review_is_applied_to_a_project_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, drafts = tmp_path / "shop", tmp_path / "drafts"
    new_project(folder)
    drafts.mkdir()
    before = {path: path.read_text(encoding="utf-8") for path in (folder / "nlu.yml", folder / "domain.yml")}
    known = load_training_data(training_files(open_project(folder))).examples[0]
    examples = [
        example("my cup is broken", "broken_cup"),
        example(known.text, "broken_cup"),
        example(known.text, known.intent),
    ]
    (drafts / "nlu.yml").write_text(with_examples("", PATH, examples), encoding="utf-8")
    (drafts / "responses.yml").write_text(
        'responses:\n  utter_broken_cup:\n  - text: "We send a new one."\n'
        f'  utter_{known.intent}:\n  - text: "other words"\n  utter_late:\n  - text: "{{order_id}} is late"\n',
        encoding="utf-8",
    )
    (drafts / "review.yml").write_text(
        f"intents:\n- {{intent: broken_cup, action: accept}}\n- {{intent: {known.intent}, action: accept}}\n",
        encoding="utf-8",
    )

    apply_command(folder, drafts)
    said = capsys.readouterr().out
    after = {path: path.read_text(encoding="utf-8") for path in before}
    apply_command(folder, drafts)

    assert "1 examples added, 1 were there already." in said
    assert "New intents: broken_cup." in said
    assert f"Kept as they were: utter_{known.intent}." in said
    assert f"{known.text!r} is in {known.intent}" in said
    assert all(without_added(after[path], text) for path, text in before.items())
    domain = load_domain(open_project(folder))
    assert "broken_cup" in domain.intents
    assert "utter_broken_cup" in domain.responses
    assert "Nothing is accepted" in capsys.readouterr().out
    assert {path: path.read_text(encoding="utf-8") for path in before} == after


def test_an_answer_with_a_variable_that_no_slot_gives_stays_a_draft(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, drafts = tmp_path / "shop", tmp_path / "drafts"
    new_project(folder)
    drafts.mkdir()
    (drafts / "nlu.yml").write_text(
        with_examples("", PATH, [example("it is late", "late")]), encoding="utf-8"
    )
    (drafts / "responses.yml").write_text(
        'responses:\n  utter_late:\n  - text: "{order_id} is late"\n', encoding="utf-8"
    )
    (drafts / "review.yml").write_text("intents:\n- {intent: late, action: accept}\n", encoding="utf-8")

    apply_command(folder, drafts)

    assert "utter_late is left in responses.yml: no slot gives {order_id}." in capsys.readouterr().out
    assert "utter_late" not in load_domain(open_project(folder)).responses
