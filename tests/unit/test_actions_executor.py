"""A project's own rasa-sdk actions, run by the real SDK in this process."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from textwrap import dedent

import pytest

from bot.actions.executor import InProcessActions
from bot.actions.loop import ActionFailed
from bot.actions.protocol import KEY
from bot.dialog.events import SlotSet, UserUttered
from bot.dialog.tracker import Tracker
from encoders.errors import InputError
from tests.unit.dialog_assistant import Talk, assistant
from tests.unit.test_dialog_forms import DOMAIN, RULES

HEAD = """
from rasa_sdk import Action, ActionExecutionRejection, FormValidationAction
from rasa_sdk.events import SlotSet
import asyncio, sys, threading, time
"""
Load = Callable[..., Awaitable[InProcessActions]]


@pytest.fixture
async def load(tmp_path: Path) -> AsyncIterator[Load]:
    """Writes an `actions.py` and loads it."""
    loaded: list[InProcessActions] = []

    async def write(code: str, *, timeout_s: float = 5.0) -> InProcessActions:
        (tmp_path / "actions.py").write_text(HEAD + dedent(code), encoding="utf-8")
        loaded.append(await InProcessActions.load(tmp_path, clock=lambda: 7.0, timeout_s=timeout_s))
        return loaded[-1]

    yield write
    for actions in loaded:
        actions.close()


def action(name: str, body: str, run: str = "def run") -> str:
    lines = "\n".join(f"        {line}" for line in dedent(body).strip().splitlines())
    return (
        f"class {name.title().replace('_', '')}(Action):\n    def name(self): return {name!r}\n"
        f"    {run}(self, dispatcher, tracker, domain):\n{lines}\n"
    )


@pytest.fixture
def tracker() -> Tracker:
    domain = assistant(DOMAIN).domain
    said = UserUttered(
        text="hi", parse_data={"intent": {"name": "book"}, "metadata": {"a": 1}}, message_id="m1"
    )
    return Tracker.start("c1", domain).update(said)


async def test_an_action_speaks_and_gives_events(load: Load, tracker: Tracker) -> None:
    actions = await load(
        action("action_a", 'dispatcher.utter_message(text="hello")\nreturn [SlotSet("city", "Delft")]')
        + action("action_b", "await asyncio.sleep(0)", run="async def run")
    )
    result = await actions("action_a", tracker, key="m1:1")
    assert result.events == (SlotSet(timestamp=7.0, name="city", value="Delft"),)
    assert result.responses[0]["text"] == "hello"
    assert set(actions.names) == {"action_a", "action_b"}
    assert (await actions("action_b", tracker, key="m1:2")).events == ()


async def test_an_action_sees_the_conversation_the_domain_and_its_key(load: Load, tracker: Tracker) -> None:
    actions = await load(
        action(
            "action_a",
            f"""
            seen = [tracker.sender_id, tracker.latest_message["intent"]["name"],
                    dict(tracker.latest_message["metadata"]), sorted(domain["forms"])]
            tracker.slots["city"] = "changed"
            tracker.latest_message["metadata"]["{KEY}"] = "changed"
            domain["forms"].clear()
            return [SlotSet("note", seen)]
            """,
        )
    )
    for _ in range(2):
        result = await actions("action_a", tracker, key="m1:1")
        assert result.events[0].value == ["c1", "book", {"a": 1, KEY: "m1:1"}, ["table_form"]]  # type: ignore[attr-defined]
    assert tracker.slots["city"] is None


async def test_a_blocking_action_blocks_nobody_else(load: Load, tracker: Tracker) -> None:
    actions = await load(action("action_a", "time.sleep(0.3)"))
    running = asyncio.create_task(actions("action_a", tracker, key="k"))
    turns = 0
    while not running.done():
        await asyncio.sleep(0.01)
        turns += 1
    assert turns >= 10


async def test_an_action_that_takes_too_long_is_abandoned_with_its_thread(
    load: Load, tracker: Tracker
) -> None:
    actions = await load(
        action("action_slow", "time.sleep(2)") + action("action_quick", "return [SlotSet('city', 'x')]"),
        timeout_s=0.2,
    )
    began = time.monotonic()
    with pytest.raises(ActionFailed, match="no answer within"):
        await actions("action_slow", tracker, key="k")
    assert (await actions("action_quick", tracker, key="k")).events
    assert time.monotonic() - began < 1.5


async def test_a_waiting_action_that_takes_too_long_leaves_the_thread_in_use(
    load: Load, tracker: Tracker
) -> None:
    name = "return [SlotSet('city', threading.current_thread().ident)]"
    actions = await load(
        action("action_slow", "await asyncio.sleep(5)", run="async def run") + action("action_name", name),
        timeout_s=0.2,
    )
    before = await actions("action_name", tracker, key="k")
    with pytest.raises(ActionFailed):
        await actions("action_slow", tracker, key="k")
    assert await actions("action_name", tracker, key="k") == before


@pytest.mark.parametrize(
    "body",
    [
        "raise RuntimeError('secret')",
        "sys.exit(3)",
        "raise KeyboardInterrupt",
        "return [{'event': 'slot', 'name': 'city', 'value': object()}]",
        "return [{'event': 'slot', 'name': 'city', 'value': float('nan')}]",
    ],
)
async def test_whatever_an_action_does_it_only_fails(load: Load, tracker: Tracker, body: str) -> None:
    actions = await load(action("action_a", body) + action("action_b", "return []"))
    with pytest.raises(ActionFailed) as failure:
        await actions("action_a", tracker, key="k")
    assert "secret" not in str(failure.value)
    assert (await actions("action_b", tracker, key="k")).events == ()


async def test_an_action_may_decline(load: Load, tracker: Tracker) -> None:
    actions = await load(action("action_a", "raise ActionExecutionRejection('action_a')"))
    assert (await actions("action_a", tracker, key="k")).rejected


async def test_an_unknown_action_is_a_failure(load: Load, tracker: Tracker) -> None:
    actions = await load("")
    with pytest.raises(ActionFailed, match="no action of that name"):
        await actions("action_none", tracker, key="k")


async def test_events_that_are_none_are_left_out(
    load: Load, tracker: Tracker, caplog: pytest.LogCaptureFixture
) -> None:
    actions = await load(action("action_a", "return [{'event': 'slot'}, SlotSet('city', 'x')]"))
    assert len((await actions("action_a", tracker, key="k")).events) == 1
    assert "left out" in caplog.text


async def test_a_project_without_code_has_no_actions(tmp_path: Path) -> None:
    actions = await InProcessActions.load(tmp_path, clock=lambda: 0.0)
    assert actions.names == ()
    actions.close()
    actions.close()


async def test_a_package_with_relative_and_absolute_imports(tmp_path: Path, tracker: Tracker) -> None:
    folder = tmp_path / "actions"
    folder.mkdir()
    (folder / "shared.py").write_text("CITY = 'Delft'\n", encoding="utf-8")
    (folder / "__init__.py").write_text("from .shared import CITY\n", encoding="utf-8")
    run = action("action_a", "return [SlotSet('city', shared.CITY)]")
    (folder / "more.py").write_text(HEAD + "from actions import shared\n" + run, encoding="utf-8")
    before = list(sys.path)
    actions = await InProcessActions.load(tmp_path, clock=lambda: 0.0)
    assert (await actions("action_a", tracker, key="k")).events[0].value == "Delft"  # type: ignore[attr-defined]
    assert sys.path == before
    actions.close()


async def test_only_the_projects_own_complete_actions_are_registered(load: Load) -> None:
    actions = await load(
        "class Shared(Action):\n    pass\n"
        + action("action_a", "return []")
        + "from rasa_sdk import Action as B\n"
    )
    assert actions.names == ("action_a",)


@pytest.mark.parametrize(
    ("code", "problem", "line"),
    [
        ("import not_there_at_all", "ModuleNotFoundError", 5),
        ("x = (", "SyntaxError", 5),
        ("raise SystemExit(1)", "SystemExit", 5),
        ("class A(Action):\n    def name(self): return 1 / 0", "cannot be made", 6),
        ("class A(Action):\n    def name(self): return 'a'\n    def run(self): pass", "3 parameters", None),
    ],
)
async def test_code_that_cannot_be_loaded_names_file_and_line(
    load: Load, code: str, problem: str, line: int | None
) -> None:
    with pytest.raises(InputError, match=problem) as error:
        await load(code)
    assert "actions.py" in error.value.where
    assert line is None or error.value.where.endswith(f":{line}")


async def test_a_form_with_the_sdks_own_validation(load: Load) -> None:
    actions = await load(
        """
        class Validate(FormValidationAction):
            def name(self): return "validate_table_form"
            def validate_city(self, value, dispatcher, tracker, domain):
                if value == "Delft":
                    return {"city": value}
                dispatcher.utter_message(text=f"not {value}")
                return {"city": None}
            async def validate_people(self, value, dispatcher, tracker, domain):
                return {"people": int(value)}
            def validate_note(self, value, dispatcher, tracker, domain):
                return {"note": value.upper()}
        """
    )
    now = Talk(assistant(DOMAIN, RULES), execute=actions)
    assert await now.says("a table", "book") == ["table_form", "“which city?”"]
    assert await now.says("Paris", "inform", {"city": "Paris"}) == [
        "table_form",
        "“not Paris”",
        "“which city?”",
    ]
    assert await now.says("chat", "chat") == ["utter_chat", "“chat”", "table_form", "“which city?”"]
    assert await now.says("4 in Delft", "inform", {"city": "Delft", "number": 4}) == [
        "table_form",
        "“a note?”",
    ]
    assert (await now.says("quiet", "inform"))[-1] == "“4 in Delft, QUIET”"
    assert now.tracker.active_loop is None
