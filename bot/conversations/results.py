"""What came of conversation tests, turn by turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Kind = Literal["intent", "entities", "action", "says", "slot", "form", "cites", "owner", "buttons", "words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One expectation and what the assistant did instead, or did as well.

    Attributes:
        why: who chose what was got, and from what.
    """

    kind: Kind
    wanted: str
    got: str
    passed: bool
    why: str = ""


@dataclass(slots=True, kw_only=True)
class Turn:
    """What the customer said, and what was then expected of the assistant."""

    said: str
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def expect(self, kind: Kind, wanted: str, got: str, *, passed: bool | None = None, why: str = "") -> None:
        """Hold `got` against `wanted`; `passed` where more than their being equal counts."""
        good = wanted == got if passed is None else passed
        self.checks.append(Check(kind=kind, wanted=wanted, got=got, passed=good, why=why))


@dataclass(slots=True, kw_only=True)
class Played:
    """One test, played.

    Attributes:
        reached: rules, stories and responses that were used on the way, as `rule: …`, `story: …`, `utter_…`.
    """

    name: str
    where: Path
    line: int | None = None
    turns: list[Turn] = field(default_factory=list)
    reached: set[str] = field(default_factory=set)

    @property
    def passed(self) -> bool:
        return all(check.passed for turn in self.turns for check in turn.checks)

    @property
    def place(self) -> str:
        return f"{self.where}:{self.line}" if self.line else str(self.where)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape of the report."""
        return {
            "name": self.name,
            "file": str(self.where),
            "line": self.line,
            "passed": self.passed,
            "turns": [
                {
                    "said": turn.said,
                    "checks": [
                        {"kind": one.kind, "wanted": one.wanted, "got": one.got, "passed": one.passed}
                        | ({"why": one.why} if one.why else {})
                        for one in turn.checks
                    ],
                    **({"notes": turn.notes} if turn.notes else {}),
                }
                for turn in self.turns
            ],
        }
