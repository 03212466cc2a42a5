"""The key that signs visitors' tokens: made once, kept private."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.visitor_key import NAME, kept_key
from encoders.errors import InputError


def test_of_many_that_start_together_all_have_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(lambda _: kept_key(tmp_path / "work"), range(32)))
    assert len(keys) == 1
    (file,) = (tmp_path / "work").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(keys.pop()) >= 32


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    kept_key(tmp_path)
    (tmp_path / NAME).chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        kept_key(tmp_path)


def test_a_short_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.touch(mode=0o600)
    with pytest.raises(InputError, match="no key"):
        kept_key(tmp_path)
