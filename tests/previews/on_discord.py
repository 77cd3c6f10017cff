"""What the scenes are in Discord: our real payloads, what Discord would find wrong with them, and how it would draw them."""

from html import escape
from typing import Any

from adapters.discord.components import write_form, write_rows
from adapters.discord.outgoing import write_private, write_reply
from bot.messages import Reply
from bot.pressed import Form, Prompts
from tests.discord_rules import fault_of_form, fault_of_message
from tests.previews import marks
from tests.previews.story import Scene
from tests.previews.words import Words

Json = dict[str, Any]

_SELECT = 3


def payload(scene: Scene) -> Json | None:
    """What Discord is sent; None where Discord has nothing like it. What Slack shows as our home comes there after `/me`."""
    match scene.shown:
        case Form() as form:
            return write_form(form)
        case Prompts():
            return None
        case Reply() as reply if scene.kind in ("private", "home"):
            return write_private(reply)
        case Reply() as reply:
            return {"content": write_reply(reply), "components": write_rows(reply)}


def fault(scene: Scene) -> str:
    """What Discord would say, or ""."""
    sent = payload(scene)
    if sent is None:
        return ""
    return fault_of_form(sent) if scene.kind == "form" else fault_of_message(sent)


def draw(scene: Scene, words: Words) -> str:
    """As HTML; "" where there is nothing to draw."""
    sent = payload(scene)
    if sent is None:
        return ""
    if scene.kind == "form":
        return _modal(sent, words)
    asked = _asked(scene) if scene.before else ""
    private = f'<div class="only" dir="auto">👁 {escape(words.alone_in_discord)}</div>' if scene.kind in ("private", "home") else ""
    rows = "".join(f'<div class="row">{"".join(map(_button, row["components"]))}</div>' for row in sent["components"])
    name = f'<div class="who"><b>Polydesk</b> <span class="app">{escape(words.app)}</span> <time>14:02</time></div>'
    said = f"{name}{marks.discord(sent['content'])}{rows}{private}"
    return f'{asked}<div class="message"><span class="face">P</span><div>{said}</div></div>'


def _asked(scene: Scene) -> str:
    name = f'<div class="who"><b>{escape(scene.by.name)}</b> <time>14:02</time></div>'
    return f'<div class="message"><span class="face person">S</span><div>{name}<div dir="auto">{escape(scene.before)}</div></div></div>'


def _button(button: Json) -> str:
    shown = escape(button.get("label") or button["emoji"]["name"])
    return f'<span class="button style{button["style"]}" dir="auto">{shown}</span>'


def _modal(form: Json, words: Words) -> str:
    title, inputs = f'<div class="title" dir="auto"><b>{escape(form["title"])}</b></div>', "".join(map(_label, form["components"]))
    buttons = f'<span class="button style2">{words.cancel}</span><span class="button style1">{words.submit}</span>'
    return f'<div class="modal">{title}{inputs}<div class="end">{buttons}</div></div>'


def _label(label: Json) -> str:
    field, title = label["component"], f'<label dir="auto">{escape(label["label"])}</label>'
    if field["type"] == _SELECT:
        options = "".join(f'<div dir="auto">{escape(option["label"])}</div>' for option in field["options"])
        return f'{title}<div class="select">{options}</div>'
    return f'{title}<div class="entry" dir="auto">{escape(field.get("value", "")) or "&nbsp;"}</div>'
