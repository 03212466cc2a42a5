"""Which documents a search may find: by language, by what their metadata says, and by the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from encoders.errors import InputError

FROM, UNTIL = "valid_from", "valid_until"
"""Metadata with the first and the last day (ISO) on which a document holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a document has to fit; one whose metadata is silent about something fits.

    Attributes:
        language: only documents of this language.
        on: the day on which they have to hold.
        equal: (key, value) pairs, such as ("channel", "whatsapp"): the metadata's value is it, or a list that has it.
    """

    language: str = ""
    on: date | None = None
    equal: tuple[tuple[str, str], ...] = ()

    def admits(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a document with this metadata fits, whatever its language."""
        if self.on is not None:
            begins, ends = day_of(metadata, FROM), day_of(metadata, UNTIL)
            if (begins and self.on < begins) or (ends and self.on > ends):
                return False
        return all(_has(metadata.get(key), value) for key, value in self.equal)


def check_validity(metadata: Mapping[str, Any], where: str) -> None:
    """Refuse days that are none.

    Raises:
        InputError: naming the field.
    """
    for name in (FROM, UNTIL):
        try:
            day_of(metadata, name)
        except ValueError:
            value = metadata[name]
            raise InputError(
                where, f"the field {name!r} is no day: {value!r}.", remedy="Write 2026-12-31."
            ) from None


def day_of(metadata: Mapping[str, Any], name: str) -> date | None:
    """A day in the metadata; None where it is silent.

    Raises:
        ValueError: when it is no day.
    """
    value = metadata.get(name)
    return date.fromisoformat(str(value)[:10]) if value not in (None, "") else None


def tags_of(metadata: Mapping[str, Any]) -> dict[str, list[str]]:
    """Every value that an `equal` filter may ask for, as `folded` has it."""
    return {
        key: [folded(value) for value in (found if isinstance(found, list | tuple) else [found])]
        for key, found in metadata.items()
        if found is not None
    }


def folded(value: Any) -> str:
    """A value as filters compare it."""
    return str(value).replace("\0", "").strip().casefold()


def _has(found: Any, wanted: str) -> bool:
    if found is None:
        return True
    values = found if isinstance(found, list | tuple) else [found]
    return any(folded(value) == folded(wanted) for value in values)
