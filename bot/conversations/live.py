"""Test cases played live: a conversation with the trained assistant, its actions and its articles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from bot.conversations.reading import LiveTest
from bot.conversations.results import Played, Turn
from bot.dialog.events import ActionExecuted, BotUttered, Event, Shown, SlotSet
from bot.dialog.state import ACTION_LISTEN, ACTION_SESSION_START
from bot.session import Session

_PASSED_OVER: Final = (ACTION_LISTEN, ACTION_SESSION_START)


async def play_live(test: LiveTest, session: Session) -> Played:
    """Play the customer's part and hold what the assistant does against each step."""
    session.restart()
    live = _Live(session, Played(name=test.name, where=test.where, line=test.line))
    for step in test.steps:
        ((name, wanted),) = step.items()
        if name == "user":
            await live.say(str(wanted).strip())
        else:
            _CHECKS[name](live, wanted)
    return live.played


class _Live:
    """A conversation on its way, with what the assistant did since the customer spoke."""

    def __init__(self, session: Session, played: Played) -> None:
        self.session = session
        self.played = played
        self.events: tuple[Event, ...] = ()
        self._heard = 0
        self._seen = 0

    @property
    def turn(self) -> Turn:
        if not self.played.turns:
            self.played.turns.append(Turn(said=""))
        return self.played.turns[-1]

    async def say(self, text: str) -> None:
        self.played.turns.append(Turn(said=text))
        response = await self.session.say(text)
        self.events, self._heard, self._seen = response.events, 0, 0
        for event in response.events:
            if isinstance(event, ActionExecuted):
                self.played.reached |= {str(event.metadata.get("why", "")), event.name or ""}
            elif isinstance(event, BotUttered):
                self.played.reached.add(str(event.metadata.get("utter_action", "")))
                self.turn.notes.append(f"bot: {event.text or '(no text)'}")

    def says(self, wanted: Any) -> None:
        """A later message of the turn with this text, or that `contains` it."""
        part = str(wanted.get("contains", "")) if isinstance(wanted, Mapping) else None
        text = _spaced(part if part is not None else str(wanted))
        messages = [_spaced(event.text or "") for event in self.events if isinstance(event, BotUttered)]
        left = messages[self._heard :]
        found = next(
            (place for place, one in enumerate(left) if (text in one if part is not None else text == one)),
            None,
        )
        self.turn.expect(
            "says",
            text,
            text if found is not None else " / ".join(left) or "nothing",
            passed=found is not None,
        )
        self._heard += 0 if found is None else found + 1

    def utters(self, wanted: Any) -> None:
        names = [
            str(event.metadata.get("utter_action", ""))
            for event in self.events
            if isinstance(event, BotUttered)
        ]
        self.turn.expect("action", str(wanted), ", ".join(names) or "nothing", passed=str(wanted) in names)

    def acts(self, wanted: Any) -> None:
        """The next action of the turn; those before it that no step names are passed over."""
        done = (event for event in self.events if isinstance(event, ActionExecuted))
        names = [event.name or event.action_text or "" for event in done if event.name not in _PASSED_OVER]
        left = names[self._seen :]
        passed = str(wanted) in left
        self._seen += left.index(str(wanted)) + 1 if passed else 0
        self.turn.expect("action", str(wanted), ", ".join(left) or "nothing", passed=passed)

    def was_set(self, wanted: Any) -> None:
        for name, value in _slots(wanted):
            now = self.session.tracker.slots.get(name)
            set_here = [
                event.value for event in self.events if isinstance(event, SlotSet) and event.name == name
            ]
            passed = bool(set_here) or now is not None if value is ... else value in (*set_here, now)
            shown = name if value is ... else f"{name} = {value!r}"
            self.turn.expect("slot", shown, f"{name} = {now!r}", passed=passed)

    def was_not_set(self, wanted: Any) -> None:
        for name, value in _slots(wanted):
            now = self.session.tracker.slots.get(name)
            passed = now is None if value is ... else now != value
            shown = name if value is ... else f"{name} = {value!r}"
            self.turn.expect("slot", f"not {shown}", f"{name} = {now!r}", passed=passed)

    def form(self, wanted: Any) -> None:
        loop = self.session.tracker.active_loop
        self.turn.expect("form", str(wanted), str(loop.name if loop else None))

    def cites(self, wanted: Any) -> None:
        cited = [
            str(item.get("document_id"))
            for event in self.events
            if isinstance(event, Shown) and event.what == "citations"
            for item in event.items
        ]
        self.turn.expect("cites", str(wanted), ", ".join(cited) or "nothing", passed=str(wanted) in cited)

    def buttons(self, wanted: Any) -> None:
        shown = [
            str(button.get("title"))
            for event in self.events
            if isinstance(event, BotUttered)
            for button in event.data.get("buttons") or ()
        ]
        titles = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
        missing = [title for title in titles if title not in shown]
        self.turn.expect("buttons", ", ".join(titles), ", ".join(shown) or "none", passed=not missing)

    def owner(self, wanted: Any) -> None:
        self.turn.expect("owner", str(wanted), self.session.tracker.owner)


def _slots(wanted: Any) -> Iterator[tuple[str, Any]]:
    """`- name`, `- name: value`, or one mapping; `...` stands for any value."""
    if isinstance(wanted, Mapping):
        yield from wanted.items()
    for item in wanted if isinstance(wanted, list) else ():
        if isinstance(item, Mapping):
            yield from item.items()
        else:
            yield str(item), ...


def _spaced(text: str) -> str:
    return " ".join(text.split())


_CHECKS: Final[Mapping[str, Callable[[_Live, Any], None]]] = {
    "bot": _Live.says,
    "utter": _Live.utters,
    "action": _Live.acts,
    "slot_was_set": _Live.was_set,
    "slot_was_not_set": _Live.was_not_set,
    "active_loop": _Live.form,
    "cites": _Live.cites,
    "buttons": _Live.buttons,
    "owner": _Live.owner,
}
