"""Time and memory of `kefu import`: `python -m bench.importing [--turns 2000000] [--folder DIR]`.

Dialogs of ten turns are made up, half of them Chinese, and imported by the command's own function in a process of
its own: as kefu's JSONL, and as a CSV whose rows are in the order of time, so that conversations are mixed. An eighth
of the turns first, then all: a time per turn and a memory that stay the same are what one wants to see.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from intents.transcripts.importer import import_sources

_TURNS = 10  # of a conversation
_MIXED = 50  # conversations that go on at the same time in the table
_SAID = (
    "Hello, I ordered a coffee machine last week and it has not arrived, order WB-{n}.",
    "您好，我上周买的咖啡机到现在还没有收到，订单号是 WB-{n}，麻烦查一下。",
    "Thanks for waiting! Parcel {n} left our warehouse on Tuesday and should be with you tomorrow.",
    "好的，已经帮您登记，{n} 号工单，客服会在两小时内给您回电话。",
    "ok, and what happens if nobody is at home at {n}?",
)


def turns_of(number: int) -> Iterator[tuple[str, str, int]]:
    """(speaker, text, seconds since 1970) of each turn of a conversation."""
    rng = random.Random(number)
    for turn in range(_TURNS):
        text = rng.choice(_SAID).format(n=rng.randrange(100_000, 999_999))
        yield ("agent" if turn % 2 else "customer", text, 1_700_000_000 + number * 60 + turn * 20)


def write_jsonl(path: Path, turns: int) -> None:
    """A file of dialogs in kefu's own form."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(turns // _TURNS):
            said = [{"speaker": who, "text": text, "time": when} for who, text, when in turns_of(number)]
            file.write(
                json.dumps({"conversation_id": f"c{number}", "turns": said}, ensure_ascii=False) + "\n"
            )


def write_csv(path: Path, turns: int) -> None:
    """A table of messages in which fifty conversations are mixed at any time."""
    with path.open("w", encoding="utf-8") as file:
        file.write("conversation_id,speaker,text,time\n")
        for first in range(0, turns // _TURNS, _MIXED):
            open_ = [list(turns_of(number)) for number in range(first, min(first + _MIXED, turns // _TURNS))]
            for turn in range(_TURNS):
                for place, said in enumerate(open_):
                    who, text, when = said[turn]
                    file.write(f'c{first + place},{who},"{text}",{when}\n')


def measure(source: Path, project: Path) -> tuple[float, float, float, int]:
    """Seconds, processor seconds, peak MB and imported turns of an import in a process of its own."""
    command = [sys.executable, "-m", "bench.importing", "--one", str(source), str(project)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, worked, peak, turns = json.loads(done.stdout)
    return seconds, worked, peak, turns


def import_one(source: Path, project: Path) -> None:
    """Import and print what it took, for `measure`."""
    started = time.perf_counter()
    report = import_sources([source], project)
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds, worked = time.perf_counter() - started, used.ru_utime + used.ru_stime
    print(json.dumps([seconds, worked, used.ru_maxrss / 1024, report.turns]))


def main() -> None:
    """Print a row for each format and size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--turns", type=int, default=2_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--one", type=Path, nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        import_one(*options.one)
        return
    print("format      turns  file MB  seconds  processor s  µs per turn  peak MB")
    for name, write in (("jsonl", write_jsonl), ("csv", write_csv)):
        for turns in (options.turns // 8, options.turns):
            with tempfile.TemporaryDirectory(dir=options.folder) as place:
                source, project = Path(place) / f"old.{name}", Path(place) / "project"
                project.mkdir()
                write(source, turns)
                seconds, worked, peak, imported = measure(source, project)
                size = source.stat().st_size / 1e6
            each = worked / imported * 1e6
            row = (
                f"{name:6} {imported:10d} {size:8.0f} {seconds:8.1f} {worked:12.1f} {each:12.1f} {peak:8.0f}"
            )
            print(row, flush=True)


if __name__ == "__main__":
    main()
