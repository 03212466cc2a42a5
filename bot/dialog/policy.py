"""What to do next: one plain function of the conversation so far, the assistant and the decision."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from .assistant import Assistant
from .commands import NONE_OF_THESE, REPEAT, SWITCH_LANGUAGE
from .decision import ACTION_HAND_OVER, OWN_ACTIONS, Decision
from .definitions import TALK_TO_PERSON
from .events import DecisionMade, UserUttered
from .learned import guessed
from .rules import Prediction
from .state import ACTION_FALLBACK, ACTION_LISTEN, ACTION_SESSION_START
from .tracker import Tracker
from .twostage import TWO_STAGE

ACTION_REPHRASE: Final = "action_default_ask_rephrase"
ACTION_DEACTIVATE_LOOP: Final = "action_deactivate_loop"
_BY_INTENT: Final = {
    "restart": "action_restart",
    "back": "action_back",
    "session_start": ACTION_SESSION_START,
}

_DEFAULTS: Final = {
    TALK_TO_PERSON: ACTION_HAND_OVER,
    REPEAT: "action_repeat",
    SWITCH_LANGUAGE: "action_switch_language",
    NONE_OF_THESE: ACTION_REPHRASE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionChoice:
    """The next action, and who chose it from what.

    Attributes:
        policy: followup, intent, form, decision, rules, stories, learned, response, default, fallback or listen.
        runner_up: what the next policy in order would have done, as `policy: action`; the learned one's own second.
        interrupts: the action is the active form asking again; what was said last is not its answer.
        says: the action is the words to say, from an end-to-end story.
    """

    action: str
    policy: str
    confidence: float
    why: str
    runner_up: str | None = None
    interrupts: bool = False
    says: bool = False


def next_action(tracker: Tracker, assistant: Assistant, decision: Decision | None) -> ActionChoice:
    """The next action; never raises, and listens when there is nothing to do.

    In order: an action that another asked for, the built-in intents, the active form, a citation or
    clarification that was decided on (with a form active it comes after rules and stories), rules, stories, what
    was learned from stories, the response of the intent's own name, the project's own fallback, the decision's
    own action.

    Args:
        decision: about the customer's last message; None for payloads and answers to a form.
    """
    if tracker.paused:
        return _choice(ACTION_LISTEN, "listen", "the conversation is paused")
    rejected = tracker.state.now.rejected if tracker.user_spoke_last else ()
    choices = (
        choice
        for policy in _POLICIES
        for choice in policy(tracker, assistant, decision)
        if choice.action not in rejected or choice.interrupts
    )
    first = next(choices, None) or _rest(tracker, assistant)
    second = next(choices, None)
    if second is None or first.runner_up is not None:
        return first
    return replace(first, runner_up=f"{second.policy}: {second.action}")


Choices = Iterator[ActionChoice]


def _followup(tracker: Tracker, _assistant: Assistant, _decision: Decision | None) -> Choices:
    if tracker.followup_action:
        yield _choice(tracker.followup_action, "followup", "the action before asked for it")


def _built_in(tracker: Tracker, _assistant: Assistant, _decision: Decision | None) -> Choices:
    if tracker.user_spoke_last and (action := _BY_INTENT.get(tracker.latest_intent or "")):
        yield _choice(action, "intent", f"what /{tracker.latest_intent} is for")


def _form(tracker: Tracker, assistant: Assistant, _decision: Decision | None) -> Choices:
    """The active form takes its customer's messages and waits after it has asked."""
    loop = tracker.active_loop
    if loop is None:
        return
    if loop.name not in {TWO_STAGE, *assistant.domain.forms}:
        yield _choice(ACTION_DEACTIVATE_LOOP, "form", f"there is no form {loop.name} any more")
    elif tracker.user_spoke_last and not loop.rejected:
        yield _choice(loop.name, "form", f"{loop.name} is active and asks for {tracker.requested_slot}")
    elif tracker.latest_action_name == loop.name:
        yield _choice(ACTION_LISTEN, "form", f"{loop.name} has asked for {tracker.requested_slot}")


def _decided(tracker: Tracker, _assistant: Assistant, decision: Decision | None) -> Choices:
    if (
        decision
        and decision.kind in {"cite", "clarify"}
        and tracker.user_spoke_last
        and not tracker.active_loop
    ):
        yield _own(decision)


def _rules(tracker: Tracker, assistant: Assistant, _decision: Decision | None) -> Choices:
    matching = assistant.rules.matching(
        tracker.moments, assistant.domain, from_start=tracker.state.from_start
    )
    for prediction in matching:
        if not (prediction.action == ACTION_LISTEN and _leaves_form_waiting(tracker, prediction)):
            yield _asking(tracker, _choice(prediction.action, "rules", f"rule: {prediction.rule.name}"))


def _stories(tracker: Tracker, assistant: Assistant, _decision: Decision | None) -> Choices:
    found = assistant.stories.recall(tracker.moments, assistant.domain)
    if found:
        choice = _choice(found.action, "stories", f"story: {found.story}")
        yield _asking(tracker, replace(choice, says=found.says))


def _learned(tracker: Tracker, assistant: Assistant, decision: Decision | None) -> Choices:
    """What stories like this one go on with; nothing is guessed about a message that was not understood."""
    if decision is not None and decision.kind != "answer":
        return
    if (found := guessed(tracker, assistant.learned)) is None:
        return
    yield ActionChoice(
        action=found.action,
        policy="learned",
        confidence=found.p,
        why=f"learned from stories, p={found.p:.2f}: {', '.join(found.because)}",
        runner_up=f"learned: {found.second} p={found.second_p:.2f}",
    )


def _form_after_all(tracker: Tracker, _assistant: Assistant, _decision: Decision | None) -> Choices:
    """A form whose interruption a rule or story left open takes the message that they do not."""
    loop = tracker.active_loop
    if loop is not None and tracker.user_spoke_last and loop.rejected:
        yield _choice(loop.name, "form", f"{loop.name} is still active and asks for {tracker.requested_slot}")


def _response(tracker: Tracker, assistant: Assistant, decision: Decision | None) -> Choices:
    user = tracker.state.now.user
    if user is None or not tracker.user_spoke_last or (decision is not None and decision.kind != "answer"):
        return
    for intent in (user.full_intent, user.intent):
        if intent and (response := assistant.domain.response_of(intent)):
            yield _choice(response, "response", f"the response of {intent}")
            return
    if action := _DEFAULTS.get(user.intent or ""):
        yield _choice(action, "default", f"what every assistant does about {user.intent}")


def _fallback_of_project(tracker: Tracker, assistant: Assistant, decision: Decision | None) -> Choices:
    """What the project does about messages that nothing answers; a form asks again instead."""
    if assistant.fallback is None or not tracker.user_spoke_last or tracker.active_loop is not None:
        return
    if decision is None or decision.kind in {"answer", "hand_over"}:
        why = f"nothing answers the intent {tracker.latest_intent}: the project's own fallback"
        yield _choice(assistant.fallback, "fallback", why)


def _own_action(tracker: Tracker, _assistant: Assistant, decision: Decision | None) -> Choices:
    if decision is None or not tracker.user_spoke_last:
        return
    if decision.kind == "hand_over" and tracker.active_loop and not _was_rejected_before(tracker):
        yield _choice(
            ACTION_REPHRASE, "form", "not understood inside a form: it asks again before a person is asked"
        )
    elif decision.action in OWN_ACTIONS:
        yield _own(decision)
    elif tracker.active_loop is None:
        yield _choice(ACTION_HAND_OVER, "fallback", f"nothing answers the intent {decision.intent}")


def _fallback(tracker: Tracker, _assistant: Assistant, _decision: Decision | None) -> Choices:
    if tracker.user_spoke_last and tracker.active_loop is None:
        yield _choice(ACTION_FALLBACK, "fallback", f"nothing answers the intent {tracker.latest_intent}")


_POLICIES: Final[tuple[Callable[[Tracker, Assistant, Decision | None], Choices], ...]] = (
    _followup,
    _built_in,
    _form,
    _decided,
    _rules,
    _stories,
    _learned,
    _form_after_all,
    _response,
    _fallback_of_project,
    _own_action,
    _fallback,
)


def _was_rejected_before(tracker: Tracker) -> bool:
    """Whether the customer's message before this one was not understood either."""
    messages = 0
    for event in reversed(tracker.applied):
        messages += isinstance(event, UserUttered)
        if messages == 1 and isinstance(event, DecisionMade):
            return event.kind == "hand_over"
        if messages > 1:
            return False
    return False


def _rest(tracker: Tracker, assistant: Assistant) -> ActionChoice:
    """Nothing is left to do: an interrupted form asks again, unless a person is to answer now."""
    loop = tracker.active_loop
    if loop is None or loop.name not in assistant.domain.forms or tracker.owner != "bot":
        return _choice(ACTION_LISTEN, "listen", "there is nothing else to do")
    why = f"{loop.name} was interrupted and asks again for {tracker.requested_slot}"
    return replace(_choice(loop.name, "form", why), interrupts=True)


def _asking(tracker: Tracker, choice: ActionChoice) -> ActionChoice:
    """The active form, chosen by a rule or story right after a message, only asks (Rasa's unhappy path)."""
    loop = tracker.active_loop
    asks = loop is not None and tracker.user_spoke_last and choice.action == loop.name
    return replace(choice, interrupts=asks)


def _leaves_form_waiting(tracker: Tracker, prediction: Prediction) -> bool:
    """Whether a rule that knows nothing of forms would end a turn that interrupted the active form."""
    return tracker.active_loop is not None and not prediction.knows_loop


def _own(decision: Decision) -> ActionChoice:
    return ActionChoice(
        action=decision.action,
        policy=decision.policy,
        confidence=max((candidate.p for candidate in decision.chosen), default=1.0),
        why=decision.why,
    )


def _choice(action: str, policy: str, why: str) -> ActionChoice:
    return ActionChoice(action=action, policy=policy, confidence=1.0, why=why)
