"""Reading conversation tests: Rasa's stories with `user:` texts, and test cases that are played live."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.dialog.checkpoints import written_out
from bot.dialog.reading import DomainError
from bot.dialog.steps import Step
from bot.dialog.stories import parse_stories
from bot.yaml_files import Lines, read_yaml
from encoders.errors import InputError

LIVE_STEPS = (
    "user", "bot", "utter", "action", "slot_was_set", "slot_was_not_set", "active_loop", "cites",
    "buttons", "owner",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTest:
    """A story whose every next action is predicted, each time after what the story says came before."""

    name: str
    where: Path
    line: int | None
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveTest:
    """A conversation that is really had, actions and all."""

    name: str
    where: Path
    line: int | None
    steps: tuple[Mapping[str, Any], ...]


Test = StoryTest | LiveTest


def read_tests(folder: Path) -> list[Test]:
    """The tests in the YAML files of `folder`, in the order of files and lines.

    Files that are not called `test_…`, and those with `nlu:` data, may hold something else.

    Raises:
        InputError: with file and line, for a `test_…` file that has neither `stories` nor `test_cases`, and for
            a step that cannot be read.
    """
    tests: list[Test] = []
    for path in sorted(path for path in folder.rglob("*.y*ml") if path.is_file()):
        mapping = read_yaml(path)
        if not {"stories", "test_cases"} & mapping.keys():
            if "nlu" in mapping or not path.name.startswith("test_"):
                continue
            raise InputError(
                path,
                "holds no tests.",
                remedy="Give it `stories:` (Rasa's story tests) or `test_cases:` (played live).",
            )
        lines = Lines(path)
        tests += _stories(mapping, path, lines)
        tests += _cases(mapping, path, lines)
    return tests


def _stories(mapping: Mapping[str, Any], path: Path, lines: Lines) -> Iterator[StoryTest]:
    written = mapping.get("stories") or []
    try:
        parsed = parse_stories({"stories": written}, where=str(path))
        ways = list(written_out([(story.name, story.steps) for story in parsed]))
    except DomainError as error:
        raise InputError(path, error.problem, line=lines.of(error.path)) from error
    places = {story.get("story"): lines.of(("stories", index)) for index, story in enumerate(written)}
    for name, steps in ways:
        yield StoryTest(name=name, where=path, line=places.get(name), steps=steps)


def _cases(mapping: Mapping[str, Any], path: Path, lines: Lines) -> Iterator[LiveTest]:
    cases = mapping.get("test_cases") or []
    for index, case in enumerate(cases if isinstance(cases, list) else [cases]):
        line = lines.of(("test_cases", index))
        if not isinstance(case, Mapping) or not isinstance(case.get("steps"), list) or not case["steps"]:
            raise InputError(path, "a test case has a name `test_case` and a list of `steps`.", line=line)
        for number, step in enumerate(case["steps"]):
            _known(step, path, lines.of(("test_cases", index, "steps", number)))
        yield LiveTest(
            name=str(case.get("test_case", f"test case {index + 1}")),
            where=path,
            line=line,
            steps=tuple(case["steps"]),
        )


def _known(step: Any, path: Path, line: int | None) -> None:
    if not isinstance(step, Mapping) or len(step.keys() & set(LIVE_STEPS)) != 1 or len(step) != 1:
        found = ", ".join(map(str, step)) if isinstance(step, Mapping) else repr(step)
        raise InputError(
            path, f"a step has exactly one of {', '.join(LIVE_STEPS)} (found: {found}).", line=line
        )
