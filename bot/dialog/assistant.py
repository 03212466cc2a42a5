"""An assistant as the dialog core knows it: domain, rules and stories, ready to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .domain import Domain
from .learned import Learned
from .rules import Rule, Rules, index_rules
from .state import ACTION_FALLBACK
from .stories import MAX_HISTORY, Stories, Story, index_stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Made by `build_assistant`; conversations share it.

    Attributes:
        learned: what was learned from the stories, where it helps.
        fallback: the project's own action for what nothing answers, before anybody is handed over.
    """

    domain: Domain
    rules: Rules = field(default_factory=Rules)
    stories: Stories = field(default_factory=Stories)
    learned: Learned | None = None
    fallback: str | None = None


def build_assistant(
    domain: Domain,
    rules: Sequence[Rule] = (),
    stories: Sequence[Story] = (),
    *,
    max_history: int | None = MAX_HISTORY,
    fallback: str | None = None,
) -> Assistant:
    """An assistant from its parsed files.

    Args:
        max_history: moments that stories are remembered by; None for the whole session.
        fallback: the action for what nothing answers; one of the project's own named `action_default_fallback` is
            taken where none is given.

    Raises:
        DomainError: when the stories' checkpoints lead to too many ways.
    """
    indexed = index_stories(stories, domain, max_history=max_history)
    if fallback is None and domain.has_action(ACTION_FALLBACK):
        fallback = ACTION_FALLBACK
    return Assistant(domain=domain, rules=index_rules(rules), stories=indexed, fallback=fallback)
