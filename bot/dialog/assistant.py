"""An assistant as the dialog core knows it: domain, rules and stories, ready to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .domain import Domain
from .learned import Learned
from .rules import Rule, Rules, index_rules
from .stories import MAX_HISTORY, Stories, Story, index_stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Made by `build_assistant`; conversations share it.

    Attributes:
        learned: what was learned from the stories, where it helps.
    """

    domain: Domain
    rules: Rules = field(default_factory=Rules)
    stories: Stories = field(default_factory=Stories)
    learned: Learned | None = None


def build_assistant(
    domain: Domain,
    rules: Sequence[Rule] = (),
    stories: Sequence[Story] = (),
    *,
    max_history: int | None = MAX_HISTORY,
) -> Assistant:
    """An assistant from its parsed files.

    Args:
        max_history: moments that stories are remembered by; None for the whole session.

    Raises:
        DomainError: when the stories' checkpoints lead to too many ways.
    """
    indexed = index_stories(stories, domain, max_history=max_history)
    return Assistant(domain=domain, rules=index_rules(rules), stories=indexed)
