"""Stories that are written are read as the same; a conversation becomes a story test that passes."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.conversations.reading import StoryTest, read_tests
from bot.conversations.report import difference_lines
from bot.conversations.story import play_story
from bot.dialog.state import UserTurn
from bot.dialog.steps import ANY_VALUE, ActionStep, CheckpointStep, LoopStep, SlotStep, Step, UserStep
from bot.dialog.stories import parse_stories
from bot.dialog.writing import conversation_steps, written_story
from bot.project import load_rules, open_project
from tests.unit.test_conversation_tests import PETS, session

names = st.text(alphabet="abcdefghijklmnop_", min_size=1, max_size=8).filter(
    lambda name: name not in {"role", "group"}
)
words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)
values = st.one_of(st.none(), st.booleans(), st.integers(-99, 99), words)
marks = st.none() | names
entities = st.tuples(names, marks, marks, values)
slots = st.lists(st.tuples(names, values | st.just(ANY_VALUE)), min_size=1, max_size=3).map(tuple)


def intent(name: str, found: list[Any], said: str | None) -> UserStep:
    turn = UserTurn(intent=name.partition("/")[0], full_intent=name, entities=tuple(found))
    return UserStep(turn=turn, said=said)


steps: st.SearchStrategy[Step] = st.one_of(
    st.builds(
        intent,
        names | names.map(lambda name: f"faq/{name}"),
        st.lists(entities, max_size=2),
        st.none() | words,
    ),
    words.map(lambda said: UserStep(turn=UserTurn(text=said), said=said)),
    st.builds(ActionStep, name=names),
    st.builds(ActionStep, name=words, says=st.just(True)),
    st.builds(SlotStep, values=slots),
    st.builds(LoopStep, name=st.none() | names),
    st.builds(CheckpointStep, name=names, values=st.just(()) | slots),
)


def through_yaml(mapping: Any) -> Any:
    out = io.StringIO()
    YAML().dump(mapping, out)
    return YAML(typ="safe").load(out.getvalue())


@given(words, st.lists(steps, min_size=1, max_size=8))
def test_a_story_round_trips(name: str, written: list[Step]) -> None:
    mapping = through_yaml({"stories": [written_story(name, written)]})
    (story,) = parse_stories(mapping, where="stories.yml")
    assert (story.name, story.steps) == (name, tuple(written))


def test_a_file_of_stories_round_trips() -> None:
    _, stories = load_rules(open_project(PETS))
    mapping = through_yaml({"stories": [written_story(story.name, story.steps) for story in stories]})
    assert parse_stories(mapping, where="stories.yml") == tuple(stories)


async def test_a_conversation_becomes_a_test_that_passes(tmp_path: Path) -> None:
    now = session()
    for text in (
        "/register",
        "/ask_breeds",
        '/register{"animal": {"value": "cat", "role": "own"}}',
        "/greet",
    ):
        await now.say(text)
    mapping = {"stories": [{"story": "mine", "steps": list(conversation_steps(now.tracker.events))}]}
    with (tmp_path / "test_mine.yml").open("w") as file:
        YAML().dump(mapping, file)
    (test,) = read_tests(tmp_path)
    assert isinstance(test, StoryTest)
    played = await play_story(test, session())
    assert played.passed, list(difference_lines(played))
