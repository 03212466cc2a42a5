"""What a release did about each held-out message, kept beside its report, and two releases message by message."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.evaluation.outcomes import HeldOut, Outcome
from bot.project import Project

Json = dict[str, Any]
FILE = "messages.json"
_MEASURED = "held_out"


def digest(messages: Sequence[HeldOut]) -> str:
    """Names a set of held-out messages with their answers: only what was measured on the same can be compared."""
    lines = sorted(json.dumps([one.text, one.kind, sorted(one.answers)]) for one in messages)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def write_examples(outcomes: Sequence[Outcome], folder: Path) -> None:
    """Write `messages.json`: one object a message, in the order of the held-out files."""
    content = {
        _MEASURED: digest([one.message for one in outcomes]),
        "messages": [example(one) for one in outcomes],
    }
    path = folder / FILE
    path.write_text(json.dumps(content, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


def example(outcome: Outcome) -> Json:
    """What became of one message."""
    message, decision = outcome.message, outcome.decision
    return {
        "text": message.text,
        "kind": message.kind,
        "language": message.language,
        "wanted": sorted(message.answers),
        "result": outcome.result,
        "did": decision.kind,
        "choice": [one.name for one in decision.chosen],
        "p": round(outcome.p, 4),
        "cost": outcome.cost,
    }


def read_examples(project: Project, release_id: str) -> tuple[str, list[Json]] | None:
    """(which messages, what became of each); None where the release was not measured message by message."""
    try:
        content = json.loads((project.reports / release_id / FILE).read_text(encoding="utf-8"))
        return str(content[_MEASURED]), list(content["messages"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def difference(before: Sequence[Json], after: Sequence[Json]) -> Json:
    """What changed from one release to another on the same messages, the dearest changes first.

    A message got better when what was done about it costs less now (`bot.evaluation.outcomes`), worse when it
    costs more; `other` are those that cost the same for another reason.
    """
    changed: dict[str, list[Json]] = {"better": [], "worse": [], "other": []}
    for old, new in zip(before, after, strict=True):
        gain = old["cost"] - new["cost"]
        if gain or (old["did"], old["choice"]) != (new["did"], new["choice"]):
            kind = "better" if gain > 0 else "worse" if gain < 0 else "other"
            changed[kind].append(_change(old, new))
    for rows in changed.values():
        rows.sort(key=lambda row: -abs(row["before"]["cost"] - row["after"]["cost"]))
    return {"messages": len(after), "before": _whole(before), "after": _whole(after), **changed}


def _change(old: Mapping[str, Any], new: Mapping[str, Any]) -> Json:
    same = ("text", "kind", "language", "wanted")
    return {
        **{name: new[name] for name in same},
        "before": {name: value for name, value in old.items() if name not in same},
        "after": {name: value for name, value in new.items() if name not in same},
    }


def _whole(rows: Sequence[Json]) -> Json:
    """How often each result came, and what all of it cost."""
    results = [row["result"] for row in rows]
    counts = {name: results.count(name) for name in dict.fromkeys(sorted(results))}
    return {"results": counts, "cost": round(sum(row["cost"] for row in rows), 2)}
