"""An assistant as the dialog core knows it: domain, rules and stories, ready to be looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .domain import Domain
from .rules import Rule, Rules, index_rules
from .stories import Stories, Story, index_stories


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistant:
    """Made by `build_assistant`; conversations share it."""

    domain: Domain
    rules: Rules = field(default_factory=Rules)
    stories: Stories = field(default_factory=Stories)


def build_assistant(domain: Domain, rules: Sequence[Rule] = (), stories: Sequence[Story] = ()) -> Assistant:
    """An assistant from its parsed files."""
    return Assistant(domain=domain, rules=index_rules(rules), stories=index_stories(stories, domain))
