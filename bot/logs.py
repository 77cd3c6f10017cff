"""Logs on standard error: lines for people at a terminal, JSON for machines. They carry ids, never what people wrote."""

import logging
import sys

LIBRARIES = (
    "slack_bolt",
    "slack_sdk",
    "discord",
    "openai",
    "httpx2",
    "httpcore2",
    "aiohttp",
    "alembic",
    "sqlalchemy",
    "asyncio",
    "procrastinate",
    "psycopg",
)
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _ForPeople(logging.Formatter):
    """`12:31:07 WARNING sending waits  place=slack:T1:C1:1712.0001`."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        extra = " ".join(f"{name}={value}" for name, value in vars(record).items() if name not in STANDARD)
        return f"{line}  {extra}" if extra else line


def set_up(quiet: bool = False) -> None:
    """Log to standard error. `quiet`: warnings only. Libraries speak only of errors, since some of them log whole payloads."""
    root = logging.getLogger()
    handler = logging.StreamHandler(sys.stderr)
    if sys.stderr.isatty():
        handler.setFormatter(_ForPeople("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    else:
        from pythonjsonlogger.json import JsonFormatter

        fields = {"asctime": "time", "levelname": "level", "name": "logger"}
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s", rename_fields=fields, json_ensure_ascii=False))
    root.handlers = [handler]
    root.setLevel(logging.WARNING if quiet else logging.INFO)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)
