"""Who gets a conversation that waits."""

from __future__ import annotations

from typing import Any

import pytest

from bot.assist.routing import Agent, Rules, Waiting, choose, waiting_of

RULES = Rules(any_skill_after_s=60, any_language_after_s=180)


def agent(name: str, *, chats: int = 0, most: int = 4, speaks: str = "", knows: str = "") -> Agent:
    return Agent(
        name=name,
        languages=frozenset(speaks.split()),
        skills=frozenset(knows.split()),
        most_chats=most,
        chats=chats,
    )


def chat(language: str = "en", topics: str = "refund", waits_s: float = 0.0, not_for: str = "") -> Waiting:
    return Waiting(language=language, topics=frozenset(topics.split()), waits_s=waits_s, not_for=not_for)


@pytest.mark.parametrize(
    ("waiting", "agents", "name"),
    [
        (chat(), [], None),
        (chat(), [agent("Ann")], "Ann"),
        (chat(), [agent("Ann", chats=4)], None),
        (chat(), [agent("Ann", most=0)], None),
        (chat(), [agent("Ann", chats=2), agent("Bob", chats=1)], "Bob"),
        # Load is a part of the cap: 2 of 8 is less than 1 of 2.
        (chat(), [agent("Ann", chats=1, most=2), agent("Bob", chats=2, most=8)], "Bob"),
        (chat("zh"), [agent("Ann", speaks="en"), agent("Lin", speaks="zh", chats=3)], "Lin"),
        (chat("zh"), [agent("Ann", speaks="en")], None),
        (chat("zh", waits_s=61), [agent("Ann", speaks="en")], None),
        (chat("zh", waits_s=181), [agent("Ann", speaks="en")], "Ann"),
        (chat(), [agent("Ann", knows="repairs"), agent("Bob", knows="refund", chats=3)], "Bob"),
        (chat(), [agent("Ann", knows="repairs")], None),
        (chat(waits_s=61), [agent("Ann", knows="repairs")], "Ann"),
        (chat(waits_s=61), [agent("Ann", knows="repairs"), agent("Bob", knows="refund", chats=3)], "Bob"),
        (chat(), [agent("Ann"), agent("Bob", knows="refund")], "Bob"),
        (chat(waits_s=999), [agent("Ann", chats=4)], None),
        (chat(not_for="Ann"), [agent("Ann"), agent("Bob", chats=3)], "Bob"),
        (chat(language=""), [agent("Ann", speaks="en")], "Ann"),
    ],
)
def test_language_then_skill_then_room_decide(
    waiting: Waiting, agents: list[Agent], name: str | None
) -> None:
    assert choose(waiting, agents, RULES) == name


def test_topics_are_the_last_messages_intents_and_who_put_it_back_does_not_get_it() -> None:
    def user(intent: str | None) -> dict[str, Any]:
        return {"event": "user", "parse_data": {"intent": {"name": intent}}}

    def owner(name: str, agent: str | None = None, reason: str = "") -> dict[str, Any]:
        return {"event": "owner", "owner": name, "agent": agent, "reason": reason}

    events = [user("greet"), user("refund"), {"event": "user"}, owner("waiting", reason="asked"), user(None)]
    found = waiting_of(events, language="en", waits_s=3.0)
    assert found == Waiting(language="en", topics=frozenset({"greet", "refund"}), waits_s=3.0)
    events += [owner("person", "Ann", "claimed"), owner("waiting", reason="transferred")]
    assert waiting_of(events, language="en", waits_s=3.0).not_for == "Ann"
    events += [owner("person", "Bob", "routed"), owner("waiting", reason="agent left")]
    assert waiting_of(events, language="en", waits_s=3.0).not_for == ""
