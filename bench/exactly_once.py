"""Many conversations, each message delivered up to four times, while everything fails that can: is each answered once?

    python -m bench.exactly_once [--conversations 10000] [--turns 20] [--postgresql]

The server is killed with -9 again and again, with `--postgresql` its database is restarted as often, and the
platform answers slowly, with 429, 500 and 503, hangs up, and hangs up after it has taken a message.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from encoders.progress import progress
from tests.exactly_once import Count, PostgreSql, Trial, tried


def main() -> None:
    parser = argparse.ArgumentParser(description="Count answers while everything fails that can.")
    parser.add_argument("--conversations", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument(
        "--postgresql", action="store_true", help="from pip (pgserver), in a temporary folder"
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--every", type=float, default=5.0, help="seconds between kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        sys.exit(report(options, asyncio.run(counted(options, Path(folder)))))


async def counted(options: argparse.Namespace, folder: Path) -> Count:
    postgresql = PostgreSql(folder / "postgresql") if options.postgresql else None
    try:
        trial = Trial(
            folder=folder,
            database=postgresql.url if postgresql else f"sqlite+aiosqlite:///{folder / 'bot.sqlite'}",
            customers=options.conversations,
            turns=options.turns,
            kills=options.kills,
            restarts=options.kills if postgresql else 0,
            every_s=options.every,
            restart=postgresql.restart if postgresql else None,
        )
        with progress("Conversations", options.conversations) as step:
            return await tried(trial, step)
    finally:
        if postgresql is not None:
            postgresql.close()


def report(options: argparse.Namespace, count: Count) -> int:
    """Print what came of it; 0 when every message was answered once."""
    print(f"{options.conversations} conversations of {options.turns} turns in {count.seconds:.0f} s")
    print(
        f"sends whose outcome was unknown: {count.unknown}; of them the customer got twice: {count.repeated}"
    )
    print(
        f"left in the outbox: {count.left or 'nothing'}; conversations with a wrong answer: {len(count.wrong)}"
    )
    for line in count.wrong[:10]:
        print(f"  {line}")
    return int(bool(count.wrong or count.left or count.repeated > count.unknown))


if __name__ == "__main__":
    main()
