"""Learning next actions from a project's stories, kept only where stories that were held out show that it helps."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.learned.evidence import CHANCE, Evidence, held_out_steps, weighed
from bot.learned.rows import fit_next_actions, rows_of
from bot.project import Project, load_assistant, load_rules, max_history
from bot.runtime import costs_of


def learn_next_actions(project: Project, out: Path) -> dict[str, Any]:
    """Write the model to the new folder `out` where it is kept; what is to be said of it, as JSON.

    Raises:
        InputError: for rules or stories that cannot be read.
    """
    rules, stories = load_rules(project)
    if len({story.name for story in stories}) < 2:
        return {"kept": False, "why": "off: there are no stories to learn from and to hold out."}
    assistant = load_assistant(project)
    steps = held_out_steps(assistant, rules, stories, max_history=max_history(project))
    evidence = weighed(steps, costs_of(project.settings))
    if evidence.kept:
        model = fit_next_actions(rows_of(stories, assistant.domain), threshold=evidence.threshold)
        if model is not None:
            model.save(out)
    return {**evidence.as_dict(), "why": _why(evidence)}


def _why(evidence: Evidence) -> str:
    """One line with the numbers."""
    if not evidence.acted:
        return f"off: in {evidence.stories} held-out stories it was never sure enough to act."
    said = (
        f"of {evidence.steps} next actions in {evidence.stories} held-out stories {evidence.right_without} are right "
        f"without it, {evidence.right_with} with it; it helps {evidence.helped} stories and hurts {evidence.hurt}"
    )
    if evidence.kept:
        return f"kept: {said}. It acts from p={evidence.threshold} on."
    return f"off: {said}, which may be luck (p={evidence.chance:.2f}, wanted below {CHANCE})."
