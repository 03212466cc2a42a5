"""The small bot as a process of its own, to be killed.

python -m tests.served_process FOLDER PLATFORM_URL [DATABASE]
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp

from bot.channels.base import Channel, Pace
from bot.channels.whatsapp import WhatsApp
from tests.channel_cases import WHATSAPP
from tests.served_bot import served


async def main(folder: Path, platform_url: str, database: str = "") -> None:
    """Serve until the end; the first line of output is the address."""

    def channels(session: aiohttp.ClientSession) -> dict[str, Channel]:
        channel = WHATSAPP.open(session, platform_url)
        assert isinstance(channel, WhatsApp)
        return {"whatsapp": replace(channel, pace=Pace())}  # nobody waits for WhatsApp's patience here

    async with served(folder, channels, database=database) as bot:
        print(bot.client.make_url(""), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), *sys.argv[2:]))
