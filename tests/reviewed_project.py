"""A small project with live conversations and mined drafts, reviewed on a real store."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.commands.new import new_project
from bot.project import Project, open_project
from bot.project_edits import with_examples
from bot.review.aid import Turns
from bot.review.reading_aid import named, redacted
from bot.store.records import ConversationUpdate, Turn
from bot.store.store import Store
from encoders.artifacts import building
from intents.examples import Example
from intents.mining.mine import MINED
from intents.mining.review import Decision, write_review

START = 1_767_225_600.0  # 2026-01-01


class NearAid:
    """The reading aid's own functions, in this process."""

    async def redacted(self, turns: Turns, wanted: Sequence[int]) -> list[str]:
        said = [{"text": text, "agent": agent} for text, agent in turns]
        return list(redacted({"turns": said, "wanted": list(wanted)})["texts"])

    async def named(self, clusters: Sequence[Sequence[tuple[str, str]]], taken: Sequence[str]) -> list[str]:
        return list(named({"clusters": [list(one) for one in clusters], "taken": list(taken)})["names"])


def made_project(folder: Path) -> Project:
    """`kefu new`, in two languages."""
    new_project(folder)
    settings = folder / "kefu.yml"
    settings.write_text(settings.read_text() + "\nlanguages: [en, zh]\n")
    return open_project(folder)


def mined(project: Project, name: str = "drafts/2026") -> Path:
    """Drafts of two intents in the project: three turns and two, an answer for the first."""
    said = {
        "gift_wrap": [
            ("h1", 0, "do you gift wrap"),
            ("h2", 2, "gift wrapping?"),
            ("h3", 0, "can you wrap it"),
        ],
        "broken_cup": [("h4", 0, "my cup has a crack"), ("h2", 6, "a cup is broken")],
    }
    folder = project.folder / name
    folder.parent.mkdir(exist_ok=True)
    examples = [
        Example(text=text, intent=intent, metadata={"example": {"conversation": conversation, "turn": turn}})
        for intent, turns in said.items()
        for conversation, turn, text in turns
    ]
    with building(folder, kind=MINED) as draft:
        (draft / "nlu.yml").write_text(with_examples("", draft / "nlu.yml", examples))
        (draft / "assignments.jsonl").write_text(
            "".join(
                json.dumps({"conversation_id": conversation, "turn": turn, "text": text, "intent": intent})
                + "\n"
                for intent, turns in said.items()
                for conversation, turn, text in turns
            )
        )
        (draft / "responses.yml").write_text(
            "responses:\n  utter_gift_wrap:\n  - text: We wrap for 3.50 euros.\n"
            "    metadata: {conversation: h1, turn: 1}\n"
        )
        write_review(draft, [Decision(intent=intent, about="3 turns") for intent in said])
    return folder


def asked(
    text: str, *, kind: str = "hand_over", p: float = 0.2, in_scope: float = 0.9
) -> list[dict[str, Any]]:
    """A customer's message and what was decided about it."""
    candidate = {"kind": "intent", "name": "greet", "p": p, "title": "Greet"}
    return [
        {
            "event": "user", "timestamp": START, "text": text, "input_channel": "web",
            "parse_data": {"intent": {"name": "greet", "confidence": p}, "in_scope": in_scope, "language": "en"},
        },
        {
            "event": "decision", "timestamp": START, "kind": kind, "action": "action_hand_over",
            "candidates": [candidate], "chosen": [candidate] if kind in ("answer", "cite") else [],
            "why": f"{kind} costs 3.00",
        },
    ]  # fmt: skip


async def converse(
    store: Store, conversation_id: str, events: Sequence[dict[str, Any]], **update: Any
) -> None:
    """Append events to a conversation."""
    row = await store.conversation(conversation_id)
    facts = {"channel": "web", "account": "default", "sender": conversation_id, "language": "en", **update}
    said = [event["text"] for event in events if event["event"] == "user"]
    await store.commit_turn(
        Turn(
            conversation_id=conversation_id,
            expected_seq=row.last_seq if row else 0,
            events=tuple(events),
            conversation=ConversationUpdate(**{"preview": said[-1] if said else "", **facts}),
        )
    )
