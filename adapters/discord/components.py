"""What can be pressed and filled in on Discord: Reply -> rows of buttons, Form -> a modal.

What a button or a form is about travels in its `custom_id`, so that any process can read it, at any time.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import discord

from bot.messages import Button, Reply
from bot.pressed import Field, Form
from bot.shaping import shortened

Payload = dict[str, Any]

_ROW, _BUTTON, _SELECT, _TEXT, _LABEL = 1, 2, 3, 4, 18
"""The types of component that we use."""
_STYLES = {"": 2, "primary": 1, "danger": 4}
_ROWS, _IN_A_ROW, _LONGEST_BUTTON = 5, 5, 80
_FIELDS, _LONGEST_TITLE, _LONGEST_LABEL = 5, 45, 45
_OPTIONS, _LONGEST_OPTION = 25, 100
LONGEST_ENTRY = 4000
"""Characters of one field of a form."""
_LONGEST_ID = 100


def write_rows(reply: Reply) -> list[Payload]:
    """The buttons under a reply, at most five in a row; whether it helped is asked first."""
    buttons = [*(_feedback(reply.turn) if reply.feedback else ()), *map(_button, reply.buttons)]
    rows = list(_in_rows(buttons))
    return [{"type": _ROW, "components": row} for row in rows[:_ROWS]]


def view_of(reply: Reply) -> discord.ui.View:
    """The same for discord.py's own calls. Needs a running loop."""
    return _Rows(write_rows(reply))


class _Rows(discord.ui.View):
    """Rows that are written already. It is over from the start: discord.py must not remember it, since presses are read elsewhere."""

    def __init__(self, rows: list[Payload]) -> None:
        super().__init__(timeout=None)
        self._rows = rows
        self.stop()

    def to_components(self) -> list[Payload]:
        return self._rows


def write_form(form: Form) -> Payload:
    """A form as a modal; Discord names its submit button itself."""
    fields = [_label(field) for field in form.fields[:_FIELDS]]
    return {"custom_id": _id(form.name, form.value), "title": shortened(form.title, _LONGEST_TITLE), "components": fields}


def _feedback(turn: str) -> Iterator[Payload]:
    for action, emoji in (("good", "👍"), ("bad", "👎")):
        yield {"type": _BUTTON, "style": _STYLES[""], "custom_id": _id(action, turn), "emoji": {"name": emoji}}


def _button(button: Button) -> Payload:
    label = shortened(button.label, _LONGEST_BUTTON)
    return {"type": _BUTTON, "style": _STYLES[button.weight], "custom_id": _id(button.action, button.value), "label": label}


def _in_rows(buttons: Sequence[Payload]) -> Iterator[list[Payload]]:
    for start in range(0, len(buttons), _IN_A_ROW):
        yield list(buttons[start : start + _IN_A_ROW])


def _label(field: Field) -> Payload:
    component = _select(field) if field.options else _entry(field)
    return {"type": _LABEL, "label": shortened(field.label, _LONGEST_LABEL), "component": component}


def _entry(field: Field) -> Payload:
    entry = {"type": _TEXT, "custom_id": field.name, "style": 2 if field.long else 1, "required": field.required}
    text = {"value": shortened(field.text, LONGEST_ENTRY)} if field.text else {}
    return entry | {"max_length": LONGEST_ENTRY} | text


def _select(field: Field) -> Payload:
    """One of at most 25; `text` is the value chosen at first."""
    options = [
        {"label": shortened(label, _LONGEST_OPTION), "value": value, "default": value == field.text}
        for value, label in field.options[:_OPTIONS]
    ]
    return {"type": _SELECT, "custom_id": field.name, "options": options, "required": field.required}


def _id(word: str, value: str) -> str:
    """`word:value`, as `interactions` reads it. Raises ValueError for one that Discord would not take."""
    text = f"{word}:{value}"
    if len(text) > _LONGEST_ID:
        raise ValueError(f"what {word} is about is too long for Discord")
    return text
