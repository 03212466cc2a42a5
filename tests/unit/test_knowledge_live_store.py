"""The file of changed articles, opened by many at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from knowledge.live_store import LiveStore

OPENERS = 6


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(OPENERS) as pool:
        for attempt in range(20):
            path, together = tmp_path / f"{attempt}.sqlite", threading.Barrier(OPENERS)

            def opens(path: Path = path, together: threading.Barrier = together) -> None:
                together.wait()
                LiveStore(path, dimension=4).close()

            for opened in [pool.submit(opens) for _ in range(OPENERS)]:
                opened.result()
