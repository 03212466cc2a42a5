"""Conversation tests: stories are predicted as written, test cases are played; reports say what differed."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bot.conversations.coverage import coverage
from bot.conversations.live import play_live
from bot.conversations.reading import LiveTest, StoryTest, read_tests
from bot.conversations.report import difference_lines, write_report
from bot.conversations.results import Played
from bot.conversations.story import play_story
from bot.dialog.decision import Costs
from bot.project import load_assistant, load_rules, open_project
from bot.release import Release
from bot.respond import Responder
from bot.runtime import Runtime
from bot.session import Session
from bot.settings import ProjectSettings
from bot.web.metrics import Metrics
from encoders.errors import InputError

PETS = Path(__file__).parents[1] / "data" / "projects" / "pets"
STORY = """
stories:
- story: {name}
  steps:
{steps}
"""


def session() -> Session:
    """The pet hotel without models: payloads and written intents need none."""
    runtime = Runtime(
        release=Release(id="r", folder=PETS, facts={}),
        assistant=load_assistant(open_project(PETS)),
        reader=None,  # type: ignore[arg-type]
        costs=Costs(),
        settings=ProjectSettings(),
    )
    return Session(runtime, Responder(execute=lambda _: _nothing_runs, metrics=Metrics()))


async def _nothing_runs(name: str, tracker: object, *, key: str):
    raise AssertionError(f"{name} must not run")


async def story(tmp_path: Path, *steps: str) -> Played:
    written = "\n".join(f"  - {step}" for step in steps)
    (tmp_path / "test_a.yml").write_text(STORY.format(name="a", steps=written))
    (test,) = read_tests(tmp_path)
    assert isinstance(test, StoryTest)
    return await play_story(test, session())


async def live(tmp_path: Path, *steps: str) -> Played:
    written = "\n".join(f"  - {step}" for step in steps)
    (tmp_path / "test_a.yml").write_text(f"test_cases:\n- test_case: a\n  steps:\n{written}\n")
    (test,) = read_tests(tmp_path)
    assert isinstance(test, LiveTest)
    return await play_live(test, session())


def wrong(played: Played) -> list[tuple[str, str]]:
    return [(check.wanted, check.got) for turn in played.turns for check in turn.checks if not check.passed]


async def test_what_actions_did_is_what_the_story_says(tmp_path: Path) -> None:
    played = await story(
        tmp_path,
        "{user: /register, intent: register}",
        "{action: register_form}",
        "{active_loop: register_form}",
        "{active_loop: null}",
        "{action: utter_registered}",
    )
    assert played.passed
    assert {"rule: begin to register", "rule: registered", "utter_registered"} <= played.reached


async def test_the_form_declines_what_the_story_has_answered_otherwise(tmp_path: Path) -> None:
    played = await story(
        tmp_path,
        "{intent: register}",
        "{action: register_form}",
        "{active_loop: register_form}",
        "{intent: ask_breeds}",
        "{action: utter_breeds}",
        "{action: register_form}",
        "{active_loop: null}",
        "{action: utter_registered}",
    )
    assert played.passed, list(difference_lines(played))


async def test_one_wrong_action_does_not_spoil_what_follows(tmp_path: Path) -> None:
    played = await story(
        tmp_path, "{intent: greet}", "{action: utter_breeds}", "{intent: sitter}", "{action: utter_sitter}"
    )
    assert not played.passed
    assert ("utter_breeds", "utter_greet") in wrong(played)
    assert all(check.passed for check in played.turns[-1].checks)


async def test_more_than_the_story_says_is_a_difference_too(tmp_path: Path) -> None:
    played = await story(tmp_path, "{intent: greet}", "{intent: sitter}", "{action: utter_sitter}")
    assert ("action_listen", "utter_greet") in wrong(played)


async def test_a_misunderstood_message_is_reported(tmp_path: Path) -> None:
    played = await story(tmp_path, "{user: /greet, intent: sitter}", "{action: utter_sitter}")
    assert wrong(played) == [("sitter", "greet")]


async def test_what_is_marked_must_be_found(tmp_path: Path) -> None:
    played = await story(
        tmp_path, "{user: 'a [cat](animal)', intent: register}".replace("a [", "/register [")
    )
    assert ("animal = cat", "nothing") in wrong(played)


async def test_a_live_case_holds_words_slots_forms_and_owner(tmp_path: Path) -> None:
    played = await live(
        tmp_path,
        "user: /register",
        "action: register_form",
        "bot: What animal is it?",
        "active_loop: register_form",
        """user: '/register{"animal": {"value": "cat", "role": "own"}}'""",
        "slot_was_set: [{animal: cat}, animal]",
        "slot_was_not_set: [age]",
        "bot: {contains: 'How old'}",
        "user: /talk_to_person",
        "owner: waiting",
    )
    assert played.passed, list(difference_lines(played))


@pytest.mark.parametrize(
    ("step", "got"),
    [
        ("bot: Hi", "Hello! This is the pet hotel."),
        ("action: utter_breeds", "utter_greet"),
        ("utter: utter_breeds", "utter_greet"),
        ("slot_was_set: [{animal: cat}]", "animal = None"),
        ("slot_was_not_set: [{member: false}]", "member = False"),
        ("active_loop: register_form", "None"),
        ("cites: prices", "nothing"),
        ("buttons: [Yes]", "none"),
        ("owner: waiting", "bot"),
    ],
)
async def test_a_live_case_that_differs_says_how(tmp_path: Path, step: str, got: str) -> None:
    played = await live(tmp_path, "user: /greet", step)
    assert [found for _, found in wrong(played)] == [got]


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("stories:\n- story: a\n  steps:\n  - intnt: x\n", 4, "unknown step"),
        ("test_cases:\n- test_case: a\n  steps:\n  - says: x\n", 4, "exactly one of"),
        ("test_cases:\n- test_case: a\n", 2, "a list of `steps`"),
        ("stroies: []\n", None, "holds no tests"),
    ],
)
def test_a_test_that_cannot_be_read_is_an_error(
    tmp_path: Path, text: str, line: int | None, problem: str
) -> None:
    (tmp_path / "test_a.yml").write_text(text)
    with pytest.raises(InputError, match=problem) as error:
        read_tests(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'test_a.yml'}" + (f":{line}" if line else ""))


def test_other_files_among_the_tests_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "test_nlu.yml").write_text("nlu: []\n")
    (tmp_path / "data.yml").write_text("people: []\n")
    (tmp_path / "conversation.yml").write_text("stories:\n- story: a\n  steps: [{intent: greet}]\n")
    assert [test.name for test in read_tests(tmp_path)] == ["a"]


async def test_the_report_has_every_turn_and_what_was_not_reached(tmp_path: Path) -> None:
    good = await story(tmp_path, "{intent: greet}", "{action: utter_greet}")
    bad = await story(tmp_path, "{intent: greet}", "{action: utter_<b>}")
    rules, stories = load_rules(open_project(PETS))
    covered = coverage([good, bad], rules=rules, stories=stories, responses=["utter_greet", "utter_breeds"])
    write_report([good, bad], covered, tmp_path / "out")

    figures = json.loads((tmp_path / "out" / "results.json").read_text())
    assert (figures["passed"], figures["failed"]) == (1, 1)
    assert figures["tests"][1]["turns"][0]["checks"][0]["got"] == "utter_greet"
    assert figures["coverage"]["responses"]["missed"] == ["utter_breeds"]
    assert "breeds" in figures["coverage"]["rules"]["missed"]
    assert "greet" not in figures["coverage"]["rules"]["missed"]
    suite = ElementTree.parse(tmp_path / "out" / "junit.xml").getroot()
    assert suite.attrib["failures"] == "1"
    assert "utter_<b>" in "".join(suite.itertext())
    page = (tmp_path / "out" / "report.html").read_text()
    assert "utter_&lt;b&gt;" in page
    assert "utter_<b>" not in page
