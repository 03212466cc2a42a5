"""Whether the learned next-action policy helps: stories of Rasa projects held out in turn, with and without it.

    python -m bench.next_actions PROJECT…

What `kefu train` decides by: rules stay, the other stories are remembered and learned from, and each next action of the
held-out story is predicted. No text is understood; a message counts as the intent that the story gives it.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bot.dialog.learned import features_of
from bot.dialog.stories import played
from bot.learned.evidence import held_out_steps, weighed
from bot.learned.rows import fit_next_actions, rows_of
from bot.project import Project, load_assistant, load_rules, max_history, open_project
from bot.runtime import costs_of


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the learned next-action policy.")
    parser.add_argument("projects", nargs="+", type=Path)
    for folder in parser.parse_args().projects:
        measure(open_project(folder))


def measure(project: Project) -> None:
    rules, stories = load_rules(project)
    assistant = load_assistant(project)
    began = time.process_time()
    steps = held_out_steps(assistant, rules, stories, max_history=max_history(project))
    evidence = weighed(steps, costs_of(project.settings))
    took = time.process_time() - began
    print(f"{project.folder.name}: {'kept' if evidence.kept else 'off'}")
    print(f"  held-out stories {evidence.stories}, next actions {evidence.steps}")
    print(
        f"  right without it {evidence.right_without}, with it {evidence.right_with}; it acted {evidence.acted} times"
    )
    print(f"  stories helped {evidence.helped}, hurt {evidence.hurt}, by chance p={evidence.chance:.5f}")
    print(f"  threshold {evidence.threshold}; {took:.1f} s (CPU); a guess {guess_ms(project):.3f} ms")


def guess_ms(project: Project) -> float:
    """Milliseconds of a guess, features included, over the moments of the stories."""
    assistant = load_assistant(project)
    _, stories = load_rules(project)
    model = fit_next_actions(rows_of(stories, assistant.domain), threshold=0.5)
    moments = [one for story in stories for one, _ in played(story.name, story.steps, assistant.domain)]
    if model is None:
        return 0.0
    began = time.thread_time()
    for _ in range(5):
        for one in moments:
            model.guess(features_of(one, assistant.domain))
    return (time.thread_time() - began) / (5 * len(moments)) * 1000


if __name__ == "__main__":
    main()
