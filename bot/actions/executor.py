"""A project's rasa-sdk actions in this process, on a thread and an event loop of their own."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from bot.actions.loading import find_actions, load_actions
from bot.actions.loop import ActionFailed
from bot.actions.protocol import action_call, action_result
from bot.dialog.calls import ActionResult
from bot.dialog.tracker import Tracker
from encoders.errors import InputError

if TYPE_CHECKING:
    from rasa_sdk.executor import ActionExecutor

log = logging.getLogger(__name__)
TIMEOUT_S: Final = 10.0
T = TypeVar("T")


class InProcessActions:
    """Runs a project's actions as rasa-sdk's server would, without the server.

    All actions share one thread, on which their modules are imported too, because the code was written for a
    server with one: a blocking action delays other actions, never the conversations of this process. A call
    that takes too long is abandoned, and if it blocks, its thread with it.
    """

    def __init__(
        self, executor: ActionExecutor, thread: _LoopThread, *, clock: Callable[[], float], timeout_s: float
    ) -> None:
        self._executor = executor
        self._thread = thread
        self._clock = clock
        self._timeout_s = timeout_s

    @classmethod
    async def load(
        cls, folder: Path, *, clock: Callable[[], float], timeout_s: float = TIMEOUT_S
    ) -> InProcessActions:
        """The actions of a project; none is fine.

        Args:
            clock: seconds since the epoch, for events that come without a time.
            timeout_s: seconds that one action may take.

        Raises:
            InputError: the project's code cannot be imported.
        """
        thread = _LoopThread()
        try:
            executor = await asyncio.wrap_future(thread.submit(_executor(folder)))
        except BaseException:
            thread.stop()
            raise
        return cls(executor, thread, clock=clock, timeout_s=timeout_s)

    @property
    def names(self) -> tuple[str, ...]:
        """The actions there are."""
        return tuple(self._executor.actions)

    async def __call__(self, name: str, tracker: Tracker, *, key: str) -> ActionResult:
        """What the action did; see `bot.actions.loop.Execute`.

        Raises:
            ActionFailed: no such action, an exception, an answer that is no JSON, or no answer in time.
        """
        if name not in self._executor.actions:
            raise ActionFailed(name, "no action of that name is registered")
        thread = self._thread
        call = action_call(name, tracker, key) | {"domain": tracker.domain.as_dict()}
        future = thread.submit(_run(self._executor, call))
        try:
            answer = await asyncio.wait_for(asyncio.wrap_future(future), self._timeout_s)
        except TimeoutError as error:
            await self._abandon(thread)
            raise ActionFailed(name, f"no answer within {self._timeout_s:g} s") from error
        if isinstance(answer, ActionFailed):
            raise answer
        return self._result(name, answer)

    def close(self) -> None:
        """Stop the thread; an action under way is abandoned."""
        self._thread.stop()

    async def _abandon(self, thread: _LoopThread) -> None:
        """A thread that no longer answers is left behind for a new one."""
        if not await thread.answers() and thread is self._thread:
            log.error("an action blocks its thread, which is abandoned", extra={"action": "thread_abandoned"})
            thread.stop()
            self._thread = _LoopThread()

    def _result(self, name: str, answer: dict[str, Any]) -> ActionResult:
        if answer.get("rejected"):
            return ActionResult(rejected=True)
        return action_result(name, answer, now=self._clock())


async def _executor(folder: Path) -> ActionExecutor:
    """The SDK's own executor with exactly the project's actions; it scans for none."""
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    path = find_actions(folder)
    for name, action in load_actions(path).items() if path else ():
        try:
            executor.register_function(name, action.run)
        except Exception as error:  # that is the SDK's own word for a `run` with too few parameters
            raise InputError(path or folder, f"{name}: {error}") from error
    return executor


async def _run(executor: ActionExecutor, call: dict[str, Any]) -> dict[str, Any] | ActionFailed:
    """The answer of an action as plain JSON values; whatever it raises stays here."""
    from rasa_sdk.interfaces import ActionExecutionRejection

    name = call["next_action"]
    try:
        result = await executor.run(call)
        shape = {"events": result.events, "responses": result.responses} if result else {}
        answer = json.loads(json.dumps({"events": [], "responses": [], **shape}, allow_nan=False))
    except ActionExecutionRejection:
        return {"rejected": True}
    except asyncio.CancelledError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        log.exception("the action %s raised", name, extra={"action": "action_raised"})
        return ActionFailed(name, f"it raised {type(error).__name__}")
    return dict(answer)


class _LoopThread:
    """A daemon thread that runs an event loop, so that a stuck action does not keep the process alive."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name="actions", daemon=True)
        self._thread.start()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def answers(self, *, within_s: float = 0.2) -> bool:
        """Whether the loop still takes its turns."""
        try:
            await asyncio.wait_for(asyncio.wrap_future(self.submit(asyncio.sleep(0))), within_s)
        except TimeoutError:
            return False
        return True

    def stop(self) -> None:
        """Ends the loop as soon as it is free; more than once is fine."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            if tasks:
                self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        finally:
            self._loop.close()
