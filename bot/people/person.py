"""Somebody of the company, and what the role allows."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

LONGEST_NAME: Final = 80
MOST_CHATS: Final = 5
"""How many conversations an agent is given at once where nothing else was said."""


class Role(IntEnum):
    """What somebody may do; each role may do all that the ones before it may."""

    AGENT = 1
    SUPERVISOR = 2
    ADMIN = 3

    @property
    def word(self) -> str:
        """The role as settings, commands and pages write it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Self:
        """The role of that name.

        Raises:
            KeyError: when there is none.
        """
        return cls[word.upper()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who asks.

    Attributes:
        id: of the account; 0 for whoever came with the console's token.
        name: what customers read, and what conversations, notes and reviews are signed with. Empty for a program
            with the console's token, which names somebody in each request.
        languages: that the person answers in, as ISO 639-1 codes; empty stands for all.
        skills: intents or words of the operator's own that chats are routed by.
        most_chats: how many conversations the person is given at once.
    """

    id: int
    name: str
    role: Role
    languages: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    most_chats: int = MOST_CHATS


def name_key(name: str) -> str:
    """A name as it is compared: `Ann` and `ａｎｎ` are the same person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
