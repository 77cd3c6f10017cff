"""Lanes over PostgreSQL for any number of processes: procrastinate's jobs, each of which says "drain this place".

A job's `lock` lets one drain at a time run for each place, its `queueing_lock` makes one wake-up of many. A job stays `doing`
when its process dies, so every working process sweeps: jobs that nobody works at are asked for again (decision 11).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from typing import Any

import psycopg
from procrastinate import App, JobContext
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, ProcrastinateException
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker

from bot.errors import StoreError
from bot.lanes.connector import PatientConnector
from bot.lanes.in_process import drained
from bot.outage import Outage

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Lanes that one process drains side by side: most of their time goes into waiting for a model. Were all at once at work themselves,
signs of life would come late."""
HEARTBEAT = 2.0
GONE = 10.0
"""Seconds without a heartbeat after which a process counts as gone."""
SWEEP = 2.0
LOOK = 0.5
"""Seconds until a lane that was woken while it was drained is drained again, at most: procrastinate does not tell that a lock is free."""
PAUSE = 1.0
"""Seconds between a worker that ended by itself and the next."""
PATIENCE = 2.0
"""Seconds beyond those of its jobs that the worker gets to end."""
CHANNEL = "polydesk_interrupt"


class EngineLanes:
    """With `drain` this process works at the lanes of `platforms`; without, it only wakes those who do."""

    def __init__(
        self,
        address: str,
        drain: Callable[[str], Awaitable[None]] | None = None,
        interrupt: Callable[[str], None] | None = None,
        platforms: Collection[str] = (),
        outage: Outage | None = None,
    ) -> None:
        """`address`: postgresql://user:password@host/name. `outage`: of this database, as others of this process see it."""
        self._drain = drain
        self._interrupt = interrupt
        self._queues = sorted(platforms)
        self._outage = outage or Outage()
        self._connector = PatientConnector(address, self._outage)
        self._app = App(connector=self._connector)
        self._job = self._app.task(name="drain", pass_context=True)(self._work)
        self._worker: Worker | None = None
        self._working: list[asyncio.Task[None]] = []
        self._telling: set[asyncio.Task[None]] = set()
        self._at_work: set[int] = set()
        self._missed: set[int] = set()
        self._early: set[str] | None = set()
        """Places that were woken before we were connected; None since."""
        self._closing = False

    async def start(self) -> None:
        """Connect, and begin to work if there is a drain. Raises StoreError."""
        try:
            await self._app.open_async()
        except (psycopg.Error, ConnectorException) as exc:
            await self._app.close_async()
            raise StoreError(f"the lanes cannot reach the database of DATABASE_URL ({type(exc).__name__})") from exc
        early, self._early = self._early or (), None
        for place in early:
            self.wake(place)
        if self._drain is not None:
            loops = {"lanes": self._stay_at_work(), "sweep": self._keep_sweeping(), "interrupts": self._hear_interrupts()}
            self._working = [asyncio.create_task(loop, name=name) for name, loop in loops.items()]

    def wake(self, place: str) -> None:
        """Ask for a drain. What cannot be asked for now is found in the inbox later."""
        if self._early is not None:
            self._early.add(place)
        else:
            self._tell(self._ask_for(place), place)

    def interrupt(self, place: str) -> None:
        """Every working process hears it."""
        said = self._connector.execute_query_async("SELECT pg_notify(%(channel)s, %(place)s)", channel=CHANNEL, place=place)
        self._tell(said, place)

    async def close(self, seconds: float) -> None:
        """Take nothing new; let what runs end within `seconds`, then stop it and leave it to others."""
        self._closing = True
        if self._worker is not None:
            self._worker.shutdown_graceful_timeout = seconds
            self._worker.stop()  # type: ignore[no-untyped-call]
            await asyncio.wait(self._working[:1], timeout=seconds + PATIENCE)
        if self._telling:
            await asyncio.wait(self._telling, timeout=PATIENCE)
        self._connector.patient = False
        await _cancelled([*self._working, *self._telling])
        with suppress(ConnectorException):
            await self._app.close_async()

    def _tell(self, saying: Coroutine[Any, Any, None], place: str) -> None:
        async def said() -> None:
            try:
                await saying
            except ProcrastinateException as exc:
                self._say("the lanes were not told", exc, place=place)

        task = asyncio.create_task(said(), name="tell the lanes")
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _ask_for(self, place: str) -> None:
        job = self._job.configure(lock=place, queueing_lock=place, queue=place.partition(":")[0])
        # That it is asked for already is read from the server's sentence, which procrastinate knows in English only.
        with suppress(AlreadyEnqueued, AssertionError):
            await job.defer_async(place=place)

    async def _work(self, context: JobContext, place: str) -> None:
        """One job. Whoever is stopped in it leaves a wake-up behind."""
        assert self._drain is not None  # noqa: S101
        assert context.job.id is not None  # noqa: S101
        self._at_work.add(context.job.id)
        try:
            while not await drained(self._drain, place):
                pass
        except asyncio.CancelledError:
            await self._ask_for(place)
            raise
        finally:
            self._at_work.discard(context.job.id)

    async def _stay_at_work(self) -> None:
        """One worker after the other, until we close: a worker ends by itself when the database forgets it, or a side task fails."""
        while not self._closing:
            self._worker = Worker(
                self._app,
                queues=self._queues,
                concurrency=MOST_AT_ONCE,
                fetch_job_polling_interval=LOOK,
                abort_job_polling_interval=60.0,
                shutdown_graceful_timeout=PATIENCE,
                delete_jobs="always",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT,
                stalled_worker_timeout=GONE,
            )
            try:
                await self._worker.run()  # type: ignore[no-untyped-call]
            except Exception as exc:  # noqa: BLE001  # whatever ended it, the next one begins
                self._say("the lanes stopped and begin anew", exc)
            if not self._closing:
                await asyncio.sleep(PAUSE)

    async def _keep_sweeping(self) -> None:
        while True:
            await asyncio.sleep(SWEEP)
            try:
                await self._sweep()
            except Exception as exc:  # noqa: BLE001  # this must go on while the process lives
                self._say("the lanes could not be swept", exc)

    async def _sweep(self) -> None:
        """First the new wake-up, then the old job's end: two who sweep at once, or one who dies between, do no harm.

        A job of ours that we do not know of twice running was lost with an answer of the database; one that we are at is none,
        though our own heartbeat was late: a second drain beside it would answer twice.
        """
        jobs = self._app.job_manager
        stalled = [job for job in await jobs.get_stalled_jobs(seconds_since_heartbeat=GONE) if job.id not in self._at_work]
        own = await jobs.list_jobs_async(status=Status.DOING.value, worker_id=self._worker_id)
        unknown = {job.id: job for job in own if job.id is not None and job.id not in self._at_work}
        stalled += [job for id, job in unknown.items() if id in self._missed]
        self._missed = set(unknown)
        for job in stalled:
            await self._again(job)

    @property
    def _worker_id(self) -> int:
        """-1, which none has, while there is no worker: None would mean all of them."""
        return self._worker.worker_id or -1 if self._worker is not None else -1

    async def _again(self, job: Job) -> None:
        place = str(job.task_kwargs["place"])
        log.warning("a lane is taken over", extra={"place": place})
        await self._ask_for(place)
        with suppress(ConnectorException):
            await self._app.job_manager.finish_job_by_id_async(job_id=job.id or 0, status=Status.FAILED, delete_job=True)

    def _say(self, what: str, exc: Exception, **ids: str) -> None:
        """A fault of ours is a line of its own; that the database is away is said once for all."""
        why = f"{what} ({type(exc.__cause__ or exc).__name__})"
        if isinstance(exc, ConnectorException):
            self._outage.failed(why)
        else:
            log.warning(why, extra=ids)

    async def _hear_interrupts(self) -> None:
        async def heard(*, channel: str, payload: str) -> None:  # noqa: ARG001
            if self._interrupt is not None:
                self._interrupt(payload)

        await self._connector.listen_notify(heard, [CHANNEL])


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
