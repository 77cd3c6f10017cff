"""Forms and our home, as Slack wants them. Pure. What a view must tell us when it comes back stands in its `private_metadata`."""

import json
from dataclasses import dataclass

from adapters.slack.buttons import plain, short
from adapters.slack.fields import Json, text_of
from adapters.slack.mrkdwn import units
from adapters.slack.outgoing import write_small
from bot.language import phrases
from bot.messages import Place, Reply
from bot.pressed import Field, Form
from bot.shaping import shortened, split_text

HOME = "home"
"""The handle of what was done on our home or in a window above it: there is no address to answer it at."""
_LONGEST_TITLE = 24
_LONGEST_ENTRY = 3_000
_LONGEST_LABEL = 2_000
_LONGEST_KEPT = 3_000
_MOST_OPTIONS, _LONGEST_OPTION, _LONGEST_VALUE = 100, 75, 150
_MOST_BLOCKS = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """What a view keeps for us: where it was opened, its `value`, and a handle that still answers there.

    `hers`: what it was opened from is a message that nobody else sees, and may be replaced.
    """

    place: Place | None = None
    value: str = ""
    handle: str = ""
    hers: bool = False


def write_form(form: Form, place: Place, handle: str = "", *, hers: bool = False) -> dict[str, object]:
    """A modal; `place`, `handle` and `hers` are those of what opened it."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": plain(form.title, _LONGEST_TITLE),
        "submit": plain(form.submit, _LONGEST_TITLE),
        "close": plain(phrases.say(phrases.PAGE_CANCEL, form.language), _LONGEST_TITLE),
        "private_metadata": _keep(Kept(place, form.value, handle, hers)),
        "blocks": [block for field in form.fields for block in _entries(field)][:_MOST_BLOCKS],
    }


def write_window(reply: Reply, place: Place) -> dict[str, object]:
    """A window above our home that shows a reply; what is pressed in it comes back as from our home."""
    return {
        "type": "modal",
        "callback_id": HOME,
        "title": plain(phrases.say(phrases.PAGE_BADGE, reply.language), _LONGEST_TITLE),
        "close": plain(phrases.say(phrases.CLOSE, reply.language), _LONGEST_TITLE),
        "private_metadata": _keep(Kept(place, handle=HOME)),
        "blocks": write_small(reply)[:_MOST_BLOCKS],
    }


def write_home(reply: Reply, place: Place) -> dict[str, object]:
    """Our home; `place` is the direct conversation with whoever sees it."""
    return {"type": "home", "private_metadata": _keep(Kept(place)), "blocks": write_small(reply)[:_MOST_BLOCKS]}


def read_kept(view: Json, workspace: str) -> Kept:
    """What a view that comes back has kept; nothing where that is not ours, or of another workspace."""
    try:
        kept = json.loads(text_of(view, "private_metadata"))
        place = Place.from_key(kept["place"])
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Kept()
    ours = (place.platform, place.workspace) == ("slack", workspace)
    return Kept(place, text_of(kept, "value"), text_of(kept, "handle"), kept.get("hers") is True) if ours else Kept()


def _keep(kept: Kept) -> str:
    plain_values = {"place": kept.place.key if kept.place else "", "value": kept.value, "handle": kept.handle, "hers": kept.hers}
    written = json.dumps(plain_values)
    return written if len(written) <= _LONGEST_KEPT else json.dumps({**plain_values, "handle": ""})


def _entries(field: Field) -> list[dict[str, object]]:
    """One input; as many as are needed for a text that is longer than Slack takes in one."""
    if field.options:
        return [_input(field, field.name, field.label, _select(field))]
    pieces = split_text(field.text, _LONGEST_ENTRY, units) if field.long else [short(" ".join(field.text.split()), _LONGEST_ENTRY)]
    labels = [field.label] if len(pieces) == 1 else [f"{field.label} ({number})" for number, _ in enumerate(pieces, 1)]
    return [
        _input(field, f"{field.name} {number}" if number else field.name, label, _line(field, piece))
        for number, (label, piece) in enumerate(zip(labels, pieces, strict=True))
    ]


def _input(field: Field, block_id: str, label: str, element: dict[str, object]) -> dict[str, object]:
    shown = plain(label, _LONGEST_LABEL)
    return {"type": "input", "block_id": block_id, "label": shown, "element": element, "optional": not field.required}


def _line(field: Field, text: str) -> dict[str, object]:
    element = {"type": "plain_text_input", "action_id": "entry", "multiline": field.long, "max_length": _LONGEST_ENTRY}
    return element | ({"initial_value": text} if text else {})


def _select(field: Field) -> dict[str, object]:
    options = [
        {"text": plain(label, _LONGEST_OPTION), "value": shortened(value, _LONGEST_VALUE)} for value, label in field.options[:_MOST_OPTIONS]
    ]
    first = [option for option in options if option["value"] == field.text]
    return {"type": "static_select", "action_id": "entry", "options": options, **({"initial_option": first[0]} if first else {})}
