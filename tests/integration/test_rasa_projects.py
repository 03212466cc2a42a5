"""Rasa's own example projects: each loads, checks, trains, passes its story tests and is talked to.

Run with `pytest --rasa-projects FOLDER` (or KEFU_RASA_PROJECTS). Actions run under rasa-sdk's own server, in a process
of its own; they are written from the published contract (tests/data/rasa_actions).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from bot.checking.check import check_project
from bot.conversations.reading import StoryTest, read_tests
from bot.conversations.report import difference_lines
from bot.conversations.results import Played
from bot.conversations.story import play_story
from bot.dialog.events import BotUttered
from bot.project import Project, open_project
from bot.release import Release, open_release, release_ids
from bot.session import open_session
from bot.train import train_project
from intents.training.options import TrainingOptions
from tests.integration.action_process import running_actions

pytestmark = [pytest.mark.integration, pytest.mark.model]
ACTIONS = Path(__file__).parents[1] / "data" / "rasa_actions"
PROJECTS = (
    "examples/formbot", "examples/moodbot", "examples/responseselectorbot", "examples/rules", "financial-demo",
    "helpdesk-assistant",
)  # fmt: skip
Get = Callable[[str], Project]


@pytest.fixture(scope="module")
def project(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Get:
    """A trained copy of a project, made once."""
    given = pytestconfig.getoption("--rasa-projects")
    if not given:
        pytest.skip("no Rasa projects: give --rasa-projects FOLDER or set KEFU_RASA_PROJECTS")
    folder = tmp_path_factory.mktemp("rasa")

    def get(name: str) -> Project:
        copy = folder / name
        if not copy.exists():
            shutil.copytree(Path(given) / name, copy, copy_function=shutil.copyfile)
            for path in (copy, *copy.rglob("*")):
                path.chmod(0o755 if path.is_dir() else 0o644)
        opened = open_project(copy)
        if not release_ids(opened):
            train_project(opened, TrainingOptions(recipe="fast"))
        return opened

    return get


def newest(project: Project) -> Release:
    return open_release(project, release_ids(project)[-1])


@pytest.mark.parametrize("name", PROJECTS)
def test_it_checks_without_errors(project: Get, name: str) -> None:
    assert [str(one) for one in check_project(project(name)) if one.level == "error"] == []


@pytest.mark.parametrize(
    ("name", "tests", "floor"),
    [("helpdesk-assistant", 12, 12), ("financial-demo", 48, 44), ("examples/formbot", 3, 3)],
)
async def test_its_story_tests_pass(project: Get, name: str, tests: int, floor: int) -> None:
    opened = project(name)
    played: list[Played] = []
    async with open_session(opened, newest(opened), with_actions=False) as session:
        for test in read_tests(opened.folder / "tests"):
            assert isinstance(test, StoryTest)
            played.append(await play_story(test, session))
    assert len(played) == tests
    failed = [line for one in played if not one.passed for line in (one.name, *difference_lines(one))]
    assert sum(one.passed for one in played) >= floor, "\n".join(failed)


async def test_next_actions_are_learned_where_held_out_stories_are_helped(project: Get) -> None:
    """The financial demo's stories of leaving one form for another are alike; the helpdesk's are few and its own."""
    demo = project("financial-demo")
    learned = newest(demo).facts["next_actions"]
    assert learned["kept"], learned["why"]
    assert learned["right_with"] - learned["right_without"] >= 15
    assert learned["hurt"] == 0
    assert not newest(project("helpdesk-assistant")).facts["next_actions"]["kept"]
    async with open_session(demo, newest(demo), with_actions=False) as session:
        assert session.runtime.assistant.learned is not None


@pytest.fixture(scope="module")
def served(project: Get) -> Iterator[Callable[[str, str], Project]]:
    """A project whose `endpoints.yml` names a running action server."""
    with ExitStack() as stack:

        def serve(name: str, actions: str) -> Project:
            opened = project(name)
            url = stack.enter_context(running_actions(ACTIONS / actions))
            (opened.folder / "endpoints.yml").write_text(f"action_endpoint:\n  url: {url}\n")
            return opened

        yield serve


async def talk(project: Project, *lines: str) -> list[str]:
    """What the bot says to each line, joined."""
    answers: list[str] = []
    async with open_session(project, newest(project)) as session:
        for line in lines:
            response = await session.say(line)
            said: Sequence[BotUttered] = [one for one in response.events if isinstance(one, BotUttered)]
            answers.append("\n".join(one.text or "" for one in said))
    return answers


async def test_a_form_with_numbers_and_wrong_answers(served: Callable[[str, str], Project]) -> None:
    bot = served("examples/formbot", "formbot")
    answers = await talk(
        bot, "hi", "im looking for a restaurant", "irish food", "chinese food", "0", "4", "yes", "no", "great"
    )  # fmt: skip
    assert answers[1] == "What cuisine?"
    assert answers[3] == "How many people?"
    assert answers[4].startswith("Number of people should be a positive integer")
    assert answers[5] == "Do you want to sit outside?"
    assert "All done!" in answers[-1]
    assert "num_people: 4" in answers[-1]


async def test_an_incident_with_an_interruption_and_its_address_again(
    served: Callable[[str, str], Project],
) -> None:
    bot = served("helpdesk-assistant", "helpdesk")
    answers = await talk(
        bot, "I'm having issues with my password", "ann@example.com", "help", '/inform{"priority":"high"}',
        "it is lost", "/affirm", "Can you check the status of my incident", "/affirm",
    )  # fmt: skip
    assert answers[0] == "What is your email address?"
    assert answers[1] == "What is the priority of this issue?"
    assert answers[2].endswith("What is the priority of this issue?")
    assert "title: Problem resetting password" in answers[4]
    assert "would be opened for ann@example.com" in answers[5]
    assert "ann@example.com" in answers[6]
    assert answers[7] == "The incident of ann@example.com is in progress."


async def test_one_form_leads_into_another_and_back(served: Callable[[str, str], Project]) -> None:
    bot = served("financial-demo", "financial")
    answers = await talk(
        bot, "i want to transfer money", "pay my credit card", "yes", "emblem", "$100", "tomorrow", "yes", "yes",
        "Katy", "20 dollars", "yes",
    )  # fmt: skip
    assert answers[0] == "Who do you want to transfer money to?"
    assert answers[1] == "Leave the money transfer for the credit card payment?"
    assert answers[2].endswith("Towards which credit card account do you want to make a payment?")
    assert "schedule a payment of $100.00 towards your Emblem account" in answers[5]
    assert answers[6].endswith("Back to the money transfer?")
    assert answers[7] == "Who do you want to transfer money to?"
    assert answers[-1] == "Successfully transferred $20.00 to Katy Parrow."
