"""What the scenes are in Slack: our real payloads, what Slack would find wrong with them, and how it would draw them."""

from html import escape
from typing import Any

from adapters.slack.outgoing import write_reply, write_small
from adapters.slack.views import write_form, write_home
from bot.messages import Place, Reply
from bot.pressed import Form, Prompts
from tests.previews import marks
from tests.previews.story import Scene
from tests.previews.words import Words
from tests.slack_rules import fault_of_blocks, fault_of_post, fault_of_view

Json = dict[str, Any]

PLACE = Place("slack", "T0123ABCDEF", "C0123ABCDEF", "1795000000.123456")
KEY = "0123456789abcdef0123456789abcdef"
HANDLE = "https://hooks.slack.com/actions/T0123ABCDEF/1234567890123/abcdefghijklmnopqrstuvwx"
_LONGEST_PROMPT = 2000


def payload(scene: Scene) -> Json:
    """What Slack is sent."""
    match scene.shown:
        case Form() as form:
            return write_form(form, PLACE, HANDLE, hers=True)
        case Prompts(title, questions):
            return {"title": title, "prompts": [{"title": question, "message": question} for question in questions]}
        case Reply() as reply if scene.kind == "home":
            return write_home(reply, PLACE)
        case Reply() as reply if scene.kind == "private":
            return {"blocks": write_small(reply, KEY, PLACE)}
        case Reply() as reply:
            return {"channel": PLACE.channel, **write_reply(reply, KEY)}


def fault(scene: Scene) -> str:
    """What Slack would say, or ""."""
    sent = payload(scene)
    if scene.kind in ("form", "home"):
        return fault_of_view(sent, "modal" if scene.kind == "form" else "home")
    if scene.kind == "prompts":
        return (
            "" if 0 < len(sent["prompts"]) <= 4 and all(0 < len(one["title"]) <= _LONGEST_PROMPT for one in sent["prompts"]) else "prompts"
        )
    if scene.kind == "private" and isinstance(scene.shown, Reply):
        # Where nobody has pressed anything it goes as an ephemeral message, which takes what a message takes.
        ephemeral = {"channel": PLACE.channel, **write_reply(scene.shown, KEY, PLACE)}
        return fault_of_blocks(sent["blocks"], "response_url") or fault_of_post(ephemeral)
    return fault_of_post(sent)


def draw(scene: Scene, words: Words) -> str:
    """As HTML."""
    sent = payload(scene)
    if scene.kind == "form":
        return _modal(sent)
    if scene.kind == "home":
        return f'<div class="home"><div class="tabs"><b>Home</b> Messages About</div>{_blocks(sent["blocks"])}</div>'
    if scene.kind == "prompts":
        prompts = "".join(f'<span class="prompt" dir="auto">{escape(one["title"])}</span>' for one in sent["prompts"])
        return _message(f'<div dir="auto">{escape(sent["title"])}</div><div class="prompts">{prompts}</div>', words)
    asked = _asked(scene) if scene.before else ""
    private = f'<div class="only" dir="auto">👁 {escape(words.alone_in_slack)}</div>' if scene.kind == "private" else ""
    return f"{asked}{private}{_message(_blocks(sent['blocks']), words)}"


def _asked(scene: Scene) -> str:
    name = f'<div class="who"><b>{escape(scene.by.name)}</b> <time>14:02</time></div>'
    return f'<div class="message"><span class="face person">S</span><div>{name}<div dir="auto">{escape(scene.before)}</div></div></div>'


def _message(html: str, words: Words) -> str:
    name = f'<div class="who"><b>Polydesk</b> <span class="app">{escape(words.app)}</span> <time>14:02</time></div>'
    return f'<div class="message"><span class="face">P</span><div>{name}{html}</div></div>'


def _blocks(blocks: list[Json]) -> str:
    return "".join(map(_block, blocks))


def _block(block: Json) -> str:
    match block["type"]:
        case "markdown":
            return f'<div class="markdown">{marks.commonmark(block["text"])}</div>'
        case "section":
            return f'<div class="section">{marks.mrkdwn(block["text"]["text"])}</div>'
        case "context":
            return "".join(f'<div class="context">{marks.mrkdwn(one["text"])}</div>' for one in block["elements"])
        case "actions":
            return f'<div class="row">{"".join(map(_button, block["elements"]))}</div>'
        case "context_actions":
            thumbs = block["elements"][0]
            return '<div class="row">' + "".join(_thumb(thumbs[f"{one}_button"]) for one in ("positive", "negative")) + "</div>"
    raise ValueError(block["type"])


def _button(button: Json) -> str:
    return f'<span class="button {button.get("style", "")}" dir="auto">{escape(button["text"]["text"])}</span>'


def _thumb(thumb: Json) -> str:
    return f'<span class="thumb" title="{escape(thumb["accessibility_label"])}">{escape(thumb["text"]["text"])}</span>'


def _modal(view: Json) -> str:
    inputs = "".join(map(_input, view["blocks"]))
    title = f'<div class="title" dir="auto"><b>{escape(view["title"]["text"])}</b></div>'
    close, submit = (escape(view[part]["text"]) for part in ("close", "submit"))
    end = f'<div class="end"><span class="button">{close}</span><span class="button primary">{submit}</span></div>'
    return f'<div class="modal">{title}{inputs}{end}</div>'


def _input(block: Json) -> str:
    element, label = block["element"], escape(block["label"]["text"])
    if element["type"] == "static_select":
        options = "".join(f'<div dir="auto">{escape(option["text"]["text"])}</div>' for option in element["options"])
        return f'<label dir="auto">{label}</label><div class="select">{options}</div>'
    return f'<label dir="auto">{label}</label><div class="entry" dir="auto">{escape(element.get("initial_value", "")) or "&nbsp;"}</div>'
