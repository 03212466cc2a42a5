"""What the suggestions have learned: past answers, and which suggestions agents take. Read from files and events."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from bot.assist.feedback import SUGGESTIONS
from bot.assist.past import Exchange, PastAnswers, exchanges_of
from bot.assist.ranking import Ranking
from bot.errors import StoreError
from bot.project import Project
from bot.store.cursors import Cursors, StoredEvent
from encoders.encoder import Encoder
from encoders.errors import InputError
from encoders.workers import ModelWorkers, WorkersBusy
from intents.transcripts.conversation import Conversation, Speaker, Turn

log = logging.getLogger("kefu.assist")

MOST_EXCHANGES: Final = 5000
"""So many past answers are kept, the newest."""
TYPES: Final = ("user", "agent", "bot", "owner", "shown", "chosen")
_SPEAKERS: Final[Mapping[str, Speaker]] = {"user": "customer", "agent": "agent", "bot": "bot"}
_BATCH = 16
_ROWS = 1000
_PAUSE_S = 2.0
_MOST_OPEN = 2000


class Learning:
    """Grows while it is used: reads the project's dialogs once, then the event log as it is written."""

    def __init__(self, project: Project | None, cursors: Cursors, workers: ModelWorkers) -> None:
        self.ranking = Ranking()
        self.wanted = asyncio.Event()
        self._project = project
        self._cursors = cursors
        self._workers = workers
        self._exchanges: deque[Exchange] = deque(maxlen=MOST_EXCHANGES)
        self._encoder: Encoder | None = None
        self._past: PastAnswers | None = None
        self._done = 0
        self._added = 0
        self._open: OrderedDict[str, list[Turn]] = OrderedDict()
        self._shown: dict[str, Mapping[str, Any]] = {}

    def past(self, encoder: Encoder) -> PastAnswers:
        """The past answers with this encoder's vectors; with a new encoder they are read again in the background."""
        if self._past is None or self._encoder is None or self._encoder.id != encoder.id:
            self._encoder, self._past, self._done = encoder, PastAnswers(encoder.dimension), self._first
        return self._past

    async def run(self, encoder: Callable[[], Encoder | None]) -> None:
        """Learn until cancelled; `encoder` gives the one that serves, None before a release is loaded.

        It begins when somebody is there to be helped: a server without people answers customers with all it has.
        """
        await self.wanted.wait()
        self._keep(await asyncio.to_thread(self._from_dialogs))
        position = 0
        while True:
            try:
                if (serving := encoder()) is not None:
                    self.past(serving)
                position, more = await self._follow(position)
                await self._embed()
            except (StoreError, WorkersBusy) as error:
                log.warning("learning waits: %s", error, extra={"action": "learning_waits"})
                more = False
            if not more:
                await asyncio.sleep(_PAUSE_S)

    def learn(self, event: StoredEvent) -> None:
        """Take one event in; events of a conversation come in order."""
        data, conversation_id = event.data, event.conversation_id
        match data["event"]:
            case "shown" if data.get("what") == SUGGESTIONS:
                self._shown[conversation_id] = data
            case "chosen" if data.get("what") == SUGGESTIONS:
                self._choice(self._shown.pop(conversation_id, None), data)
            case "user" | "agent" | "bot":
                self._line(conversation_id, data)
            case "owner" if data.get("owner") in ("bot", "closed"):
                self._ended(conversation_id)

    @property
    def _first(self) -> int:
        """The number, of all that were ever added, of the oldest exchange that is kept."""
        return self._added - len(self._exchanges)

    def _from_dialogs(self) -> list[Exchange]:
        from intents.transcripts.read import dialog_files, read_conversations

        folder = self._project.folder / "dialogs" if self._project else None
        if folder is None or not folder.is_dir() or not dialog_files(folder):
            return []
        try:
            found = [one for each in read_conversations(folder) for one in exchanges_of(each)]
        except InputError as error:
            log.warning("the dialogs give no suggestions: %s", error)
            return []
        except ImportError as error:  # without kefu[train] nothing takes personal data out
            log.warning("past answers are not suggested: %s is not installed", error.name)
            return []
        return found[-MOST_EXCHANGES:]

    async def _follow(self, position: int) -> tuple[int, bool]:
        events = await self._cursors.read(position, limit=_ROWS, types=TYPES)
        for event in events:
            self.learn(event)
        return (events[-1].id if events else position), len(events) == _ROWS

    def _choice(self, shown: Mapping[str, Any] | None, chosen: Mapping[str, Any]) -> None:
        if shown is None:
            return
        items: Sequence[Mapping[str, Any]] = shown.get("items") or ()
        item = chosen.get("item") or {}
        keys = [one["key"] for one in items]
        taken = keys.index(item["key"]) if item.get("key") in keys else None
        self.ranking.learn(items, taken, str((shown.get("metadata") or {}).get("intent", "")))

    def _line(self, conversation_id: str, data: Mapping[str, Any]) -> None:
        lines = self._open.setdefault(conversation_id, [])
        self._open.move_to_end(conversation_id)
        if data.get("text"):
            lines.append(Turn(speaker=_SPEAKERS[data["event"]], text=data["text"]))
        while len(self._open) > _MOST_OPEN:
            self._ended(next(iter(self._open)))

    def _ended(self, conversation_id: str) -> None:
        """A person is done with a conversation: what they answered may be answered again."""
        lines = self._open.pop(conversation_id, [])
        if any(turn.speaker == "agent" for turn in lines):
            try:
                self._keep(exchanges_of(Conversation(id=conversation_id, turns=tuple(lines))))
            except ImportError:
                return

    def _keep(self, exchanges: Iterable[Exchange]) -> None:
        for exchange in exchanges:
            self._exchanges.append(exchange)
            self._added += 1

    async def _embed(self) -> None:
        """Vectors for what has none yet, a few at a time: live messages go first."""
        while self._past is not None and self._encoder is not None and self._done < self._added:
            past, encoder = self._past, self._encoder
            start = max(self._done - self._first, 0)
            batch = list(islice(self._exchanges, start, start + _BATCH))
            vectors = await self._workers.run(encoder.encode, [one.asked for one in batch])
            if past is self._past:  # no other release began to serve meanwhile
                past.add(batch, vectors)
                self._done = max(self._done, self._first) + len(batch)
