"""A process that changes articles is killed with -9, again and again: what is left of each change?

    python -m bench.knowledge_crash [--kills 100] [--postgresql]

It changes three documents together and says so after each change. After each kill, at any moment, the articles are
opened and searched anew: all three must be of one generation, no older than the last that was said to be there. Files
are tried, or with `--postgresql` a server of one's own that pgserver brings.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from encoders.encoder import Encoder, serving_encoder
from encoders.progress import progress
from encoders.resolve import ENGLISH
from knowledge.build import build_index
from knowledge.documents import Document
from knowledge.index import KnowledgeIndex
from tests.integration.knowledge_writer_process import generations, opened

LONGEST_S = 0.3
"""A kill comes so long after the first change at the latest."""
QUESTION = "which generation is this?"


def main() -> None:
    parser = argparse.ArgumentParser(description="Kill a process that changes articles.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--postgresql", action="store_true")
    options = parser.parse_args()
    encoder = Encoder.load(serving_encoder(ENGLISH))
    with tempfile.TemporaryDirectory() as folder, place_of(Path(folder), options.postgresql) as place:
        index = Path(folder, "index")
        build_index([Document(id="old", title="Old", text="An old one.", language="en")], encoder, index)
        chance, newest, mid = random.Random(7), 0, 0
        with progress("Killing", options.kills) as step:
            for _ in range(options.kills):
                promised = killed(index, place, chance.uniform(0.0, LONGEST_S))
                found = checked(KnowledgeIndex.open(index, encoder), place, promised, newest)
                mid += found != promised
                newest = found
                step()
    engine = "PostgreSQL" if options.postgresql else "files"
    print(
        f"{options.kills} kills, {engine}: {newest} changes, each there as a whole, none lost; "
        f"{mid} kills came after a change was made and before it was said"
    )


@contextmanager
def place_of(folder: Path, postgresql: bool) -> Iterator[str]:
    """Where changes are kept."""
    if not postgresql:
        yield str(folder / "live")
        return
    import pgserver

    server = pgserver.get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def killed(index: Path, place: str, after_s: float) -> int:
    """Let a process change documents, kill it, and give the last change that it said it had made."""
    command = [sys.executable, "-m", "tests.integration.knowledge_writer_process", str(index), place]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(after_s)
        writer.kill()
        lines = [first, *writer.stdout]
    return int([line for line in lines if line.endswith("\n")][-1])


def checked(index: KnowledgeIndex, place: str, promised: int, newest: int) -> int:
    """The generation that is there.

    Raises:
        SystemExit: when a change is there in part, or one that was promised is lost.
    """
    live = opened(index, place)
    try:
        there = generations(live)
        hits = live.search(QUESTION, k=3).passages
    finally:
        live.close()
    found = min(there, default=0)
    said = {one.text for one in hits if one.document_id != "old"}
    if len(there) != 1 or found < max(promised, newest) or said != {f"This is generation {found}"}:
        raise SystemExit(
            f"after a kill: generations {sorted(there)}, promised {promised}, found by search: {said}"
        )
    return found


if __name__ == "__main__":
    main()
