"""What works without a line of YAML: choosing in words, a person, again, from the start, another language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from bot.dialog.assistant import Assistant
from bot.dialog.commands import choice_of, command_of
from bot.dialog.decision import Costs
from bot.dialog.events import BotUttered, Chosen
from bot.dialog.tracker import Tracker
from bot.reader import Reading
from bot.release import Release
from bot.respond import Responder, Response
from bot.runtime import Runtime
from bot.session import Session
from bot.settings import ProjectSettings
from bot.web.metrics import Metrics
from intents.understanding import IntentScore, Understanding
from knowledge.documents import Retrieved
from tests.unit.dialog_assistant import assistant

DOMAIN = """
intents: [track, cancel, affirm, deny]
slots:
  note: {type: text, influence_conversation: false, mappings: [{type: from_text, conditions: [{active_loop: f}]}]}
forms: {f: {required_slots: [note]}}
responses:
  utter_track: [{text: it is on its way}]
  utter_cancel: [{text: cancelled}]
  utter_ask_note: [{text: what shall I note?}]
"""
LANGUAGES = ("en", "zh")


class Told:
    """A reader that understands as told; everything around it is real."""

    knowledge = None

    def __init__(self, **ranking: float) -> None:
        self.ranking: Mapping[str, float] = ranking

    async def read(
        self, text: str, *, context: object = (), language: str | None = None, where: object = None
    ) -> Reading:
        scores = tuple(IntentScore(intent=name, confidence=p) for name, p in self.ranking.items())
        understanding = Understanding(
            text=text, ranking=scores, in_scope=1.0, language=language or "en", model_id="m"
        )
        return Reading(understanding=understanding, retrieved=Retrieved())


def session(built: Assistant | None = None, **ranking: float) -> tuple[Session, Told]:
    told = Told(**ranking)
    runtime = Runtime(
        release=Release(id="r", folder=Path(), facts={}),
        assistant=built or assistant(DOMAIN),
        reader=told,  # type: ignore[arg-type]
        costs=Costs(),
        settings=ProjectSettings(languages=LANGUAGES),
    )
    return Session(runtime, Responder(execute=lambda _: _nothing_runs, metrics=Metrics())), told


async def _nothing_runs(name: str, tracker: Tracker, *, key: str):
    raise AssertionError(f"{name} must not run")


def said(response: Response) -> list[str]:
    return [event.text or "" for event in response.events if isinstance(event, BotUttered)]


@pytest.mark.parametrize(
    ("answer", "answered"),
    [
        ("yes", "it is on its way"),
        ("the second one", "cancelled"),
        ("第二个", "cancelled"),
        ("Cancel", "cancelled"),
        ("none of these", "Could you say that in other words?"),
        ("都不是", "可以换个说法吗？"),
    ],
)
async def test_a_clarification_is_answered_in_words(answer: str, answered: str) -> None:
    now, told = session(track=0.5, cancel=0.45)
    assert "Which of these" in said(await now.say("my order"))[0]
    told.ranking = {"track": 0.2, "cancel": 0.2}
    response = await now.say(answer)
    assert said(response) == [answered]
    assert now.tracker.clarification is None
    chosen = any(isinstance(event, Chosen) for event in response.events)
    assert chosen is (answered not in {"Could you say that in other words?", "可以换个说法吗？"})


async def test_the_projects_own_yes_and_no_count_too() -> None:
    now, told = session(track=0.5, cancel=0.45)
    await now.say("my order")
    told.ranking = {"affirm": 0.9}
    assert said(await now.say("jawohl")) == ["it is on its way"]


@pytest.mark.parametrize("text", ["can I talk to a real person", "转人工！", "Agent"])
async def test_a_person(text: str) -> None:
    now, _ = session(track=0.4)
    await now.say(text)
    assert now.tracker.owner == "waiting"


async def test_an_intent_that_claims_the_phrase_keeps_it() -> None:
    now, _ = session(track=0.9)
    assert said(await now.say("agent")) == ["it is on its way"]


async def test_again_and_from_the_start() -> None:
    now, told = session(track=0.95)
    await now.say("my order")
    told.ranking = {"track": 0.1}
    assert said(await now.say("Can you repeat that?")) == ["it is on its way"]
    assert said(await now.say("再说一遍")) == ["it is on its way"]
    assert "start over" in said(await now.say("start over"))[0]
    assert now.tracker.moments[:1] and now.tracker.state.from_start  # noqa: PT018


async def test_a_language_is_kept_once_it_is_asked_for() -> None:
    now, told = session(track=0.1)
    assert said(await now.say("Chinese, please")) == ["好的，接下来我用中文回复您。"]
    told.ranking = {"blah": 0.1}
    assert said(await now.say("xyz"))[0].startswith("我为您转接")


async def test_a_phrase_is_no_answer_to_a_form() -> None:
    built = assistant(DOMAIN, "rules: [{rule: f, steps: [{intent: track}, {action: f}, {active_loop: f}]}]")
    now, told = session(built, track=0.95)
    assert said(await now.say("track")) == ["what shall I note?"]
    told.ranking = {"track": 0.1}
    assert said(await now.say("say that again")) == ["what shall I note?"]
    assert now.tracker.slots["note"] is None
    await now.say("转人工")
    assert now.tracker.owner == "waiting"
    assert now.tracker.slots["note"] is None


async def test_a_project_may_answer_in_its_own_way() -> None:
    own = DOMAIN.replace("[track,", "[repeat, track,") + "  utter_repeat: [{text: no}]\n"
    now, _ = session(assistant(own), track=0.1)
    assert said(await now.say("repeat that")) == ["no"]


def test_only_whole_messages_and_spoken_languages_count() -> None:
    assert command_of("an agent called me yesterday", LANGUAGES) is None
    assert command_of("English please!", ("zh",)) is None
    assert command_of("English please!", LANGUAGES) == ("switch_language", "en")
    assert choice_of("maybe later", [{"title": "a", "payload": "/a"}]) is None
    assert choice_of("yes", []) is None


async def test_what_the_projects_fallback_takes_is_listed_as_not_understood() -> None:
    now, _ = session(replace(assistant(DOMAIN), fallback="utter_default"), track=0.02)
    response = await now.say("quantum soup")
    assert said(response) == ["Sorry, I did not understand that. Could you put it another way?"]
    assert response.reason == "not understood"
    assert response.tracker.owner == "bot"
