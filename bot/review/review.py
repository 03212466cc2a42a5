"""What reviewers do: decide about messages, write answers and articles, take back; one at a time for a project."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bot.forget import Forgotten, forget_person
from bot.project import Project
from bot.project_edits import write_files
from bot.review.aid import Aid
from bot.review.articles import Article, articles, changed_text, new_article_path, new_text
from bot.review.edits import Overwritten
from bot.review.gather import redacted_line
from bot.review.mined import decided_elsewhere, draft_name, drafts_of, keep_in_step, mined_items
from bot.review.plans import Plan, answered, assigned, undone, written
from bot.store.locks import ConversationLocks
from bot.store.records import ConflictError
from bot.store.reviews import Decided, Item, Kind, NewItem, collision
from bot.store.store import Store
from intents.examples import OUT_OF_SCOPE

Seen = Sequence[tuple[int, int]]
"""Items as (id, version) that the person had before them."""
_LOCK = "review of the project's files"


class Refused(Exception):
    """It cannot be done; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A change that was made; `left` are items that stay open, with the intent that has their words already."""

    change_id: int | None
    left: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An article as a person wrote it; `seen` is the hash of what they edited, empty for a new one."""

    id: str
    title: str
    language: str
    text: str
    seen: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Who hears that the queue or its history has changed, and of each conversation that is gone."""

    changed: Callable[[], None]
    erased: Callable[[str], None]


class Review:
    """Decisions about the queue, each written to the project's files and to the history."""

    def __init__(
        self,
        *,
        project: Project,
        store: Store,
        aid: Aid,
        locks: ConversationLocks,
        told: Told,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`told` hears of changes, so that pages can."""
        self.project = project
        self.reviews = store.reviews
        self.archive = store.archive
        self._store = store
        self._aid = aid
        self._locks = locks
        self._changed = told.changed
        self._erased = told.erased
        self._now = now

    async def sync_drafts(self) -> None:
        """Bring the queue in step with the mined drafts.

        Raises:
            InputError: when drafts cannot be read; the queue stays as it was for them.
        """
        for folder in await asyncio.to_thread(drafts_of, self.project):
            waiting = await asyncio.to_thread(mined_items, self.project, folder)
            added = await self.reviews.add(waiting)
            there = await self.reviews.mined(draft_name(self.project, folder))
            settled = decided_elsewhere(there, waiting)
            await self.reviews.settle(settled)
            if added or settled:
                self._changed()

    async def claim(self, ids: Sequence[int], person: str) -> dict[int, str]:
        """Say that the person is at these items, and at no others; answers who has those that somebody has."""
        taken = await self.reviews.claim(ids, person)
        self._changed()
        return taken

    async def reword(self, item_id: int, version: int, text: str) -> bool:
        """Change what a message says as an example; False when somebody was first."""
        done = await self.reviews.reword(item_id, version, " ".join(text.split()))
        self._changed()
        return done

    async def assign(self, seen: Seen, intent: str, person: str, *, answers: Mapping[str, str]) -> Done:
        """Make the messages examples of an intent; a new one is made, with its answer by language.

        Raises:
            ConflictError: somebody was first. InputError: a file cannot be changed.
        """
        kind: Kind = "out_of_scope" if intent == OUT_OF_SCOPE else "assign"
        async with self._files():
            items = await self._checked(seen, person)
            plan = await asyncio.to_thread(assigned, self.project, items, intent, answers)
            return await self._apply(plan, kind=kind, target=intent, person=person, seen=seen)

    async def dismiss(self, seen: Seen, person: str) -> Done:
        """Take the messages off the queue; nothing is learnt from them.

        Raises:
            ConflictError: somebody was first.
        """
        async with self._files():
            await self._checked(seen, person)
            return await self._apply(Plan(), kind="dismiss", target="", person=person, seen=seen)

    async def answer(self, response: str, answers: Mapping[str, str], person: str) -> Done:
        """Write what a response says, by language.

        Raises:
            InputError: when the response cannot be changed.
        """
        async with self._files():
            plan = await asyncio.to_thread(answered, self.project, response, answers)
            return await self._apply(plan, kind="answer", target=response, person=person, seen=())

    async def article(self, draft: Draft, seen: Seen, person: str) -> Done:
        """Write an article, and let it be the answer to the messages.

        Raises:
            ConflictError: somebody was first. InputError: for an id that cannot be one.
            Refused: the article has changed, or a new one's id is taken.
        """
        async with self._files():
            items = await self._checked(seen, person)
            plan = await asyncio.to_thread(self._written, draft, items)
            return await self._apply(plan, kind="article", target=draft.id, person=person, seen=seen)

    async def undo(self, change_id: int, person: str) -> None:
        """Take a change back: its lines out of the files, its messages onto the queue.

        Raises:
            ConflictError: it was undone already. Refused: there is no such change, or its lines were edited since.
        """
        async with self._files():
            change = await self.reviews.change(change_id)
            if change is None or change.kind == "forget":
                raise Refused("There is no such change.")
            if change.undone_at is not None:
                raise ConflictError("It was undone already.")
            items = await self.reviews.of_change(change_id)
            try:
                plan = await asyncio.to_thread(undone, self.project, change, items)
            except Overwritten as error:
                raise Refused("These lines were edited since: change them by hand.") from error
            await asyncio.to_thread(_write, plan.files)
            await self.reviews.undo(change_id, person)
            await self._in_step(items)
        self._changed()

    async def correct(self, conversation_id: str, seq: int, intent: str, person: str) -> bool:
        """Put a customer's message on the queue under the intent that a person says it has; False where the message
        was decided about already.

        Raises:
            Refused: there is no such message of a customer.
            AidFailed: the message cannot be read for it now.
        """
        events = await self._store.load_events(conversation_id)
        said = next((event for number, event in events if number == seq), None)
        if said is None or said["event"] != "user" or not said.get("text"):
            raise Refused("There is no such message.")
        item = NewItem(
            source="corrected",
            conversation_id=conversation_id,
            place=str(seq),
            text=await redacted_line(self._aid, events, seq),
            language=str((said.get("parse_data") or {}).get("language") or ""),
            reason=person,
            cluster=f"live#{intent}",
            proposed=intent,
        )
        put = await self.reviews.correct(item)
        self._changed()
        return put

    async def forget(self, conversation_id: str, person: str) -> Forgotten:
        """Delete what is stored of the customer who had a conversation, and what was learned from it.

        Raises:
            InputError: when a file holds it in a form that cannot be rewritten.
        """
        async with self._files():
            done = await forget_person(
                self.project, self._store, conversation_id, locks=self._locks, erased=self._erased
            )
            if done.anything:
                await self.reviews.decide(Decided(kind="forget", target="", person=person, edits=(), seen=()))
        self._changed()
        return done

    @asynccontextmanager
    async def _files(self) -> AsyncIterator[None]:
        """The right to change the project's files."""
        async with self._locks.hold(_LOCK, timeout_s=60):
            yield

    async def _checked(self, seen: Seen, person: str) -> tuple[Item, ...]:
        items = await self.reviews.items([item_id for item_id, _ in seen])
        if problem := collision(seen, {item.id: item for item in items}, person, self._now()):
            raise ConflictError(problem)
        return items

    async def _apply(self, plan: Plan, *, kind: Kind, target: str, person: str, seen: Seen) -> Done:
        """Write the files, then the history: who dies in between finds the messages open and decides again."""
        settled = tuple((item_id, version) for item_id, version in seen if item_id not in plan.left)
        if seen and not settled:
            return Done(change_id=None, left=plan.left)
        await asyncio.to_thread(_write, plan.files)
        decided = Decided(kind=kind, target=target, person=person, edits=plan.edits, seen=settled)
        change_id = await self.reviews.decide(decided)
        await self._in_step(await self.reviews.of_change(change_id))
        self._changed()
        return Done(change_id=change_id, left=plan.left)

    async def _in_step(self, items: Sequence[Item]) -> None:
        """Keep the reviews of the drafts that the items are from in step."""
        for draft in {item.draft for item in items if item.draft}:
            there = await self.reviews.mined(draft)
            if (self.project.folder / draft).is_dir():
                await asyncio.to_thread(keep_in_step, self.project, there)

    def _written(self, draft: Draft, items: Sequence[Item]) -> Plan:
        known = {one.id: one for one in articles(self.project)}
        today = self._now().date()
        there = known.get(draft.id)
        if not draft.seen:
            path = new_article_path(self.project, draft.id, draft.language)
            if there is not None or path.exists():
                raise Refused(f"There is an article {draft.id} already.")
            text = new_text(draft.id, draft.title, draft.language, draft.text, today)
        else:
            if there is None or there.seen != draft.seen:
                raise Refused("The article has changed since you opened it.")
            path = self.project.folder / there.file
            text = changed_text(path.read_text(encoding="utf-8-sig"), draft.title, draft.text, today)
            if _same(there, draft):  # only more messages that it answers
                text = path.read_text(encoding="utf-8")
        return written(self.project, path, text, items, draft.id)


def _same(article: Article, draft: Draft) -> bool:
    return article.title == draft.title and article.text.strip() == draft.text.strip()


def _write(files: Mapping[Path, str | None]) -> None:
    for path in files:
        path.parent.mkdir(parents=True, exist_ok=True)
    write_files({path: text for path, text in files.items() if text is not None})
    for path in (path for path, text in files.items() if text is None):
        path.unlink(missing_ok=True)
