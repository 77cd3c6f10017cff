"""Single fields of what Slack sends, read so that nothing malformed gets further: "" or nothing instead."""

import re
from collections.abc import Mapping

Json = Mapping[str, object]

TIME = re.compile(r"\d{1,12}\.\d{1,9}")
"""A `ts`, which is a message's id in its channel too."""
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")
_NOTHING: Json = {}


def text_of(values: Json, key: str) -> str:
    """A text; "" for what is none."""
    value = values.get(key)
    return value if isinstance(value, str) else ""


def id_of(values: Json, key: str) -> str:
    """An id of Slack's or a `ts`; "" for what is none."""
    value = text_of(values, key)
    return value if _ID.fullmatch(value) else ""


def json_of(values: Json, key: str) -> Json:
    """What stands under the key; empty for what has no fields."""
    value = values.get(key)
    return value if isinstance(value, Mapping) else _NOTHING


def time_of(values: Json, key: str) -> float | None:
    """A `ts` in seconds since 1970."""
    text = text_of(values, key)
    return float(text) if TIME.fullmatch(text) else None
