"""The one HTTP server: is the desk alive, is it ready, its figures, and the routes that platforms bring."""

import errno
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from bot.errors import ConfigError

log = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024
Readiness = Callable[[], Awaitable[tuple[bool, Mapping[str, Any]]]]
Figures = Callable[[], Awaitable[bytes]]


class Server:
    """Listens on host and port (0: any free one; `setting` names it) between `start` and `stop`."""

    def __init__(
        self, host: str, port: int, routes: Iterable[web.RouteDef], ready: Readiness, metrics: Figures, setting: str = "PORT"
    ) -> None:
        self._host = host
        self._port = port
        self._setting = setting
        self._ready = ready
        self._metrics = metrics
        self._app = web.Application(client_max_size=LARGEST_BODY, middlewares=[_quiet_faults])
        self._app.add_routes(
            [web.get("/health", self._health), web.get("/ready", self._readiness), web.get("/metrics", self._figures), *routes]
        )
        self._runner: web.AppRunner | None = None
        self.address = ""

    async def start(self) -> None:
        """Listen; `address` is then where. ConfigError when the port cannot be had."""
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=5)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port, reuse_address=True).start()
        except OSError as exc:
            await self.stop()
            raise ConfigError([_why(exc, self._host, self._port, self._setting)]) from exc
        host = f"[{self._host}]" if ":" in self._host else self._host
        self.address = f"http://{host}:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close. Twice is fine."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _health(self, _request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def _readiness(self, _request: web.Request) -> web.Response:
        ready, report = await self._ready()
        return web.json_response({"ready": ready, **report}, status=200 if ready else 503, dumps=_dumps)

    async def _figures(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._metrics(), headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


def _why(exc: OSError, host: str, port: int, setting: str) -> str:
    """Which of the two is wrong, and what to write instead."""
    if exc.errno == errno.EADDRINUSE:
        return f"{setting}: another program listens at {host}:{port} already. Stop it, or set another number (0: any free one)."
    if exc.errno in (errno.EACCES, errno.EPERM):
        return f"{setting}: this user may not listen at {port}. Set {setting} to a number from 1024 on."
    return f"HOST: {host} is no address of this machine. Write 127.0.0.1 (this machine alone) or 0.0.0.0 (every network)."


@web.middleware
async def _quiet_faults(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Nobody outside sees an exception's text, and the log gets its kind only."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Exception as exc:  # noqa: BLE001  # the edge of the program
        log.error("a request failed: %s", type(exc).__name__, extra={"route": request.path})
        return web.Response(status=500, text="Something went wrong.\n")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
