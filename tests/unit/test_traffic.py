"""Who is answered by which release when the traffic is split."""

from __future__ import annotations

from bot.store.traffic import Split

CHATS = [f"chat {number}" for number in range(4000)]


def taken(percent: float, release: str = "r2") -> set[str]:
    split = Split(release=release, percent=percent)
    return {chat for chat in CHATS if split.takes(chat)}


def test_about_that_many_are_taken() -> None:
    for percent in (1.0, 10.0, 50.0, 90.0):
        assert abs(len(taken(percent)) / len(CHATS) - percent / 100) < 0.03


def test_none_and_all() -> None:
    assert taken(0.0) == set()
    assert taken(100.0) == set(CHATS)


def test_a_conversation_stays_while_the_share_grows() -> None:
    assert taken(5.0) < taken(20.0) < taken(21.0)
    assert taken(20.0) == taken(20.0)


def test_each_release_takes_others() -> None:
    """Else the same customers would be tried on every time."""
    both = taken(20.0, "r2") & taken(20.0, "r3")
    assert abs(len(both) / len(CHATS) - 0.04) < 0.02
