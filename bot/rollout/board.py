"""What the releases page shows and does: every release with its figures, work in hand, and who is answered by which."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict
from typing import Any

from bot.active_release import ActiveRelease
from bot.errors import SettingsError
from bot.evaluation.examples import difference, read_examples
from bot.project import Project
from bot.release import KIND, release_ids
from bot.rollout.work import Work
from bot.store.jobs import Job
from bot.store.shadows import Disagreement
from bot.store.store import Store
from bot.store.traffic import Change, Traffic
from encoders.artifacts import read_manifest

Json = dict[str, Any]
MOST_RELEASES = 50


class NotComparable(Exception):
    """The two releases were not measured on the same messages; the text says what to do."""


class Board:
    """Reads and changes releases for people."""

    def __init__(self, project: Project, store: Store, active: ActiveRelease, work: Work) -> None:
        self._project = project
        self._store = store
        self._active = active
        self.work = work

    @property
    def active(self) -> str:
        """The release that serves here."""
        return self._active.current.release.id

    async def overview(self) -> Json:
        """The newest releases with their figures, what each does, the last jobs and the last changes."""
        traffic = await self._store.traffic.read()
        releases = await asyncio.to_thread(self._releases)
        return {
            **_traffic(traffic),
            "releases": releases,
            "before": await self._store.traffic.before(traffic.active) if traffic.active else "",
            "jobs": [job_json(one, with_log=False) for one in await self.work.newest()],
            "changes": [_change(one) for one in await self._store.traffic.changes()],
            "held_out": self._project.heldout_intents.is_file() or self._project.heldout_questions.is_file(),
        }

    async def has(self, release: str) -> bool:
        """Whether there is such a release."""
        return release in await asyncio.to_thread(release_ids, self._project)

    async def evaluation(self, release: str) -> Json | None:
        """The whole report of a release; None where it was not measured."""
        return await asyncio.to_thread(self._report, release) if await self.has(release) else None

    async def difference(self, release: str, against: str) -> Json:
        """What changes from one release to another, message by message.

        Raises:
            NotComparable: one of them was not measured on the same messages.
        """
        before = await self._examples(against)
        after = await self._examples(release)
        if before[0] != after[0]:
            raise NotComparable(
                f"The held-out messages have changed since {against} was measured. Evaluate both."
            )
        return await asyncio.to_thread(difference, before[1], after[1])

    async def _examples(self, release: str) -> tuple[str, list[Json]]:
        found = await asyncio.to_thread(read_examples, self._project, release)
        if found is None:
            raise NotComparable(f"{release} was not measured message by message yet. Evaluate it.")
        return found

    async def shadow(self, release: str) -> Json:
        """How a release in the shadow agrees with what answered, and the last messages where it did not."""
        found = await self._store.shadows.agreement(release)
        rows = await self._store.shadows.disagreements(release)
        kinds = [{"shadow": one, "said": other, "messages": count} for one, other, count in found.kinds]
        return {**asdict(found), "kinds": kinds, "disagreements": [_disagreement(one) for one in rows]}

    async def promote(self, release: str, *, by: str) -> None:
        """Serve this release.

        Raises:
            ArtifactError: when it cannot be used; the one before stays.
        """
        await self._active.promote(release, by=by)

    async def roll_back(self, *, by: str) -> str:
        """Serve what served before; its id.

        Raises:
            SettingsError: when it is not known what that was.
            ArtifactError: when it cannot be used; the new one stays.
        """
        active = await self._store.active_release()
        before = await self._store.traffic.before(active) if active else ""
        if not before:
            raise SettingsError("Nothing served before this release that is known of. Promote another one.")
        await self._active.promote(before, deed="rollback", by=by)
        return before

    async def shadow_with(self, release: str, *, by: str) -> None:
        """Let a release look on; an empty id ends it.

        Raises:
            ArtifactError: when it is missing or damaged.
        """
        await self._active.give("shadow", release, by=by)

    async def split_with(self, release: str, percent: float, *, by: str) -> None:
        """Let a release answer a part of the conversations; an empty id ends it.

        Raises:
            ArtifactError: when it is missing or damaged.
        """
        await self._active.give("split", release, percent=percent if release else 0.0, by=by)

    def _releases(self) -> list[Json]:
        newest = release_ids(self._project)[::-1][:MOST_RELEASES]
        return [self._release(one) for one in newest]

    def _release(self, release: str) -> Json:
        manifest = read_manifest(self._project.releases / release, kind=KIND) or {}
        facts: Json = manifest.get("facts", {})
        intents: Json = facts.get("intents") or {}
        knowledge: Json = facts.get("knowledge") or {}
        report = self._report(release)
        return {
            "id": release,
            "made": facts.get("made", ""),
            "recipe": intents.get("recipe", ""),
            "why": intents.get("why", ""),
            "intents": intents.get("intents", 0),
            "examples": intents.get("examples", 0),
            "articles": knowledge.get("documents", 0),
            "figures": headline(report) if report else None,
        }

    def _report(self, release: str) -> Json | None:
        try:
            text = (self._project.reports / release / "report.json").read_text(encoding="utf-8")
            report = json.loads(text)
        except (OSError, ValueError):
            return None
        return report if isinstance(report, dict) and "end_to_end" in report else None


def headline(report: Json) -> Json:
    """What one looks at first, and the same by language."""
    whole = report["end_to_end"]
    return {**_figures(whole), "languages": {name: _figures(of) for name, of in whole["by_language"].items()}}


def job_json(job: Job, *, with_log: bool = True) -> Json:
    """A job for the page."""
    shape = asdict(job)
    for name in ("began_at", "beat_at", "ended_at"):
        shape[name] = shape[name].isoformat() if shape[name] else None
    for name in ("pid", *(() if with_log else ("log",))):
        del shape[name]
    return shape


def _figures(part: Json) -> Json:
    return {
        "messages": part["messages"],
        "right": part["right_without_a_person"],
        "after_click": part["right_after_one_click_too"],
        "wrong": part["shares"]["wrong"],
        "handed_over": part["shares"]["handed_over"],
        "cost": part["cost"]["kefu"] / (part["cost"]["always_hand_over"] or 1.0),
    }


def _traffic(traffic: Traffic) -> Json:
    split = traffic.split
    return {
        "active": traffic.active or "",
        "shadow": traffic.shadow,
        "split": {"release": split.release, "percent": split.percent} if split else None,
    }


def _change(change: Change) -> Json:
    return {**asdict(change), "at": change.at.isoformat()}


def _disagreement(one: Disagreement) -> Json:
    return asdict(one)
