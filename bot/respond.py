"""Working out one turn: from a message and the conversation so far to the events that follow.

No store and no web here: the server, `kefu chat` and `kefu test` all answer with this.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.actions.loop import Execute, Ports, Reword, begin_session, run_turn
from bot.actions.message import asked_language, parse_data_of, pinned_language, user_turn_events
from bot.answers import CITE_INTENT, borne_out_by, cite, clarify, hand_over, related
from bot.dialog.decision import ACTION_CITE, ACTION_CLARIFY, Candidate, Decision, decide
from bot.dialog.events import ActionExecuted, BotUttered, Event, OwnerSet, UserUttered
from bot.dialog.forms import answers_form
from bot.dialog.payloads import Payload, parse_payload, payload_parse_data
from bot.dialog.policy import ActionChoice
from bot.dialog.responses import Pick, uttered
from bot.dialog.tracker import Tracker
from bot.generation import Generate
from bot.meaning import meaning_of
from bot.messages import Message
from bot.reader import Reading
from bot.runtime import Runtime
from bot.web.metrics import Metrics
from encoders.text import detect_language
from knowledge.answer import Answer, extract_answer
from knowledge.documents import Passage
from knowledge.filters import Filter
from knowledge.generate import asked_of

MOST_CONTEXT = 12
"""Lines of both sides that a search may look back on."""
_OPEN = ("bot", "closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A turn worked out.

    Attributes:
        before: the conversation when the message was heard, a session begun or reopened for it among it.
        reason: why the message counts as not answered; empty when it was answered.
        failed: the turn could not be worked out and the events only say so.
    """

    events: tuple[Event, ...]
    tracker: Tracker
    decision: Decision | None = None
    reading: Reading | None = None
    before: Tracker | None = None
    reason: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message taken in and decided about, before anything is done.

    Attributes:
        decision: None for payloads and answers to a form.
    """

    events: tuple[Event, ...]
    tracker: Tracker
    decision: Decision | None
    reading: Reading | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Responder:
    """Answers messages with a release; time and chance come from here.

    Attributes:
        generate: words answers from articles; None where their own sentences are all there is.
    """

    execute: Callable[[Runtime], Execute]
    metrics: Metrics
    reword: Reword | None = None
    generate: Generate | None = None
    now: Callable[[], float] = time.time
    pick: Pick = random.randrange

    async def respond(self, tracker: Tracker, message: Message, runtime: Runtime) -> Response:
        """The events that a message leads to, and the conversation after them."""
        turn = _Turn(self, runtime, message)
        return await turn.respond(tracker)

    async def hear(self, tracker: Tracker, message: Message, runtime: Runtime) -> Heard:
        """What the message is taken to mean at this point of a conversation; nothing is done about it."""
        return await _Turn(self, runtime, message).hear(tracker)


class _Turn:
    """One message being answered."""

    def __init__(self, responder: Responder, runtime: Runtime, message: Message) -> None:
        self._responder = responder
        self._runtime = runtime
        self._message = message
        self._decision: Decision | None = None
        self._reading: Reading | None = None
        self._ports = Ports(
            execute=responder.execute(runtime),
            own_action=self._own_action,
            now=responder.now,
            pick=responder.pick,
            reword=responder.reword,
        )

    async def respond(self, tracker: Tracker) -> Response:
        events: list[Event] = []
        if tracker.owner in _OPEN and tracker.session_over(self._responder.now()):
            begun = await begin_session(tracker, self._ports)
            events, tracker = list(begun.events), begun.tracker
        if tracker.owner == "closed":
            reopened = OwnerSet(
                timestamp=self._responder.now(), owner="bot", reason="the customer wrote again"
            )
            events, tracker = [*events, reopened], tracker.update(reopened)
        before = tracker
        heard = await self.hear(before)
        events, tracker = [*events, *heard.events], heard.tracker
        if tracker.owner != "bot":
            return Response(events=tuple(events), tracker=tracker, reading=self._reading)
        if not self._message.text.strip() and self._message.attachments:
            return self._nothing_here(events, tracker)
        self._decision = heard.decision
        with self._responder.metrics.stage("dialog"):
            result = await run_turn(tracker, self._runtime.assistant, self._decision, self._ports)
        return Response(
            events=(*events, *result.events),
            tracker=result.tracker,
            decision=self._decision,
            reading=self._reading,
            before=before,
            reason=_reason(self._decision, result.events),
        )

    async def hear(self, tracker: Tracker) -> Heard:
        """The message's own events, and the decision about it where one is needed."""
        language = self._language(tracker)
        payload = parse_payload(self._message.text)
        parse_data = await self._parse(payload, tracker, language)
        if payload is None and self._reading is not None:
            payload = meaning_of(
                self._message.text,
                tracker,
                self._reading.understanding,
                languages=self._runtime.settings.languages,
                keywords=self._runtime.settings.handover.keywords,
            )
            if payload is not None:
                meant = payload_parse_data(payload, self._message.text)
                language = asked_language(payload) or language
                parse_data = {**parse_data, "language": language}
                parse_data |= {"intent": meant["intent"], "entities": meant["entities"]}
        said = user_turn_events(
            tracker,
            self._message,
            {**parse_data, "release": self._runtime.release.id},
            language=language,
            meant=payload,
            now=self._responder.now(),
        )
        tracker = tracker.extended(said)
        decided = tracker.owner == "bot" and not answers_form(tracker)
        return Heard(
            events=said,
            tracker=tracker,
            decision=self._decide(payload, tracker, language) if decided else None,
            reading=self._reading,
        )

    async def _parse(self, payload: Payload | None, tracker: Tracker, language: str) -> dict[str, object]:
        """What `POST /model/parse` would say; free text is understood and retrieved for."""
        if payload is not None or not self._message.text.strip():
            text = self._message.text
            return payload_parse_data(payload, text) if payload else {"text": text, "intent": {}}
        with self._responder.metrics.stage("models"):
            self._reading = await self._runtime.reader.read(
                self._message.text,
                context=_conversation(tracker),
                language=language,
                where=self._fitting(),
            )
        return parse_data_of(replace(self._reading.understanding, language=language))

    def _fitting(self) -> Filter:
        """Articles that hold today, and not for other channels alone."""
        today = datetime.fromtimestamp(self._responder.now(), UTC).date()
        return Filter(on=today, equal=(("channel", self._message.channel),))

    def _decide(self, payload: Payload | None, tracker: Tracker, language: str) -> Decision | None:
        if payload is not None:
            return _chosen_passage(payload)
        if self._reading is None:
            return None
        options = self._runtime.candidates(self._reading, language=language)
        return decide(options, self._runtime.costs, may_clarify=tracker.clarification is None)

    async def _own_action(self, choice: ActionChoice, tracker: Tracker) -> Sequence[Event]:
        now, pick = self._responder.now(), self._responder.pick
        if choice.action == ACTION_CITE and self._decision is not None:
            passage = await self._passage(self._decision.chosen[0].name)
            if passage is not None:
                language = tracker.language or self._runtime.settings.language
                answer = await self._answer(passage, tracker, language)
                also = related(self._reading, passage, language=language)
                return cite(answer, also=also, now=now)
        if choice.action == ACTION_CLARIFY and self._decision is not None:
            return clarify(self._decision, tracker, pick=pick, now=now)
        return hand_over(self._decision, tracker, pick=pick, now=now)

    async def _answer(self, passage: Passage, tracker: Tracker, language: str) -> Answer:
        """Worded by a language model where there is one that keeps to the articles, else in their own words."""
        question = self._question(tracker)
        if self._responder.generate is not None:
            asked = asked_of(
                question,
                passage,
                borne_out_by(self._reading),
                language=language,
                context=_conversation(tracker)[:-1],
            )
            with self._responder.metrics.stage("generation"):
                answer = await self._responder.generate(asked) if asked else None
            if answer is not None:
                return answer
        return await self._runtime.reader.run(extract_answer, question, passage, language=language)

    async def _passage(self, passage_id: str) -> Passage | None:
        found = self._reading.passage(passage_id) if self._reading else None
        reader = self._runtime.reader
        if found is not None or reader.knowledge is None:
            return found
        return await reader.run(reader.knowledge.passage, passage_id)

    def _question(self, tracker: Tracker) -> str:
        """What is asked: the message, or for a pressed button the customer's last own words."""
        if self._reading is not None:
            return self._message.text
        return (_own_words(tracker) or [self._message.text])[-1]

    def _nothing_here(self, events: list[Event], tracker: Tracker) -> Response:
        """A picture or a voice message alone: said honestly, kept for people."""
        said = uttered(tracker, "utter_nothing_here", pick=self._responder.pick, now=self._responder.now())
        added = (said,) if said else ()
        return Response(events=(*events, *added), tracker=tracker.extended(added))

    def _language(self, tracker: Tracker) -> str:
        """As the channel says, else as the message reads, else as before; one that the project speaks."""
        spoken = self._runtime.settings.languages
        known = tracker.language or self._runtime.settings.language
        given = self._message.metadata.get("language")
        if isinstance(given, str) and given in spoken:
            return given
        if (pinned := pinned_language(tracker)) in spoken:
            return pinned
        if parse_payload(self._message.text) is not None:
            return known
        found = detect_language(self._message.text, default=known)
        return found if found in spoken else known


def _own_words(tracker: Tracker) -> list[str]:
    """The customer's last free texts, oldest first."""
    texts = [event.text for event in tracker.events[-60:] if isinstance(event, UserUttered) and event.text]
    return [text for text in texts if parse_payload(text) is None]


def _conversation(tracker: Tracker) -> list[str]:
    """The last lines of both sides, oldest first: either may have named what a follow-up is about."""
    said = [event.text for event in tracker.events[-60:] if isinstance(event, UserUttered | BotUttered)]
    return [text for text in said if text and parse_payload(text) is None][-MOST_CONTEXT:]


def _chosen_passage(payload: Payload) -> Decision | None:
    """The citation that a button asked for."""
    if payload.intent != CITE_INTENT:
        return None
    names = [str(item["value"]) for item in payload.entities if item.get("entity") == "passage"]
    if not names:
        return None
    chosen = Candidate(kind="passage", name=names[0], p=1.0)
    return Decision(
        kind="cite",
        action=ACTION_CITE,
        candidates=(chosen,),
        chosen=(chosen,),
        policy="choice",
        expected_cost=0.0,
        runner_up=None,
        why="the customer chose this article",
    )


def _reason(decision: Decision | None, events: Sequence[Event]) -> str:
    """Why a message goes on the list of what was not answered."""
    if any(isinstance(event, OwnerSet) and event.reason.endswith("failed") for event in events):
        return "failed"
    if decision is None or decision.kind not in ("hand_over", "clarify"):
        return ""
    answered = any(isinstance(event, BotUttered) for event in events)
    handed = any(isinstance(event, OwnerSet) and event.owner == "waiting" for event in events)
    if handed or decision.kind == "clarify":
        return "handed over" if handed else "clarified" if answered else ""
    fell_back = any(isinstance(event, ActionExecuted) and event.policy == "fallback" for event in events)
    return "not understood" if fell_back else ""
