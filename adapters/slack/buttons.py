"""What can be pressed under a message, as Slack wants it. All that a press must tell us later stands in the message itself.

`action_id` is our action and its value, `block_id` the kind of block and the message's key. Under a message that one person alone
sees the `block_id` also says to which place it belongs: Slack does not tell an ephemeral message's id when it takes one, and a
direct message instead of it stands somewhere else. Labels are plain text, in which Slack makes nothing of mentions and links.
"""

from adapters.slack.mrkdwn import units
from bot.language import phrases
from bot.messages import Button, Place, Reply
from bot.shaping import shortened

MOST_BUTTONS = 25
"""In one block of actions."""
FEEDBACK = "feedback"
"""The action_id of the two thumbs; their values are "good" and "bad", and the number of the answer's turn after a colon."""
_LONGEST_LABEL = 75
_LONGEST_IN_DIALOG = 30
_LONGEST_TITLE = 100


def write_buttons(reply: Reply, key: str = "", place: Place | None = None) -> list[dict[str, object]]:
    """The blocks under a reply's text. `place`: where a reply for one person alone belongs."""
    blocks: list[dict[str, object]] = []
    # Slack refuses a block in which an `action_id` stands twice.
    buttons = list({(button.action, button.value): button for button in reply.buttons}.values())
    for start in range(0, len(buttons), MOST_BUTTONS):
        elements = [_button(button, reply.language) for button in buttons[start : start + MOST_BUTTONS]]
        blocks.append({"type": "actions", **_marked(f"buttons{start or ''}", key, place), "elements": elements})
    if reply.feedback:
        blocks.append({"type": "context_actions", **_marked(FEEDBACK, key, place), "elements": [_thumbs(reply)]})
    return blocks


def plain(text: str, longest: int) -> dict[str, object]:
    """A text object in which nothing is a mention, a link or an emoji's name; never empty, which Slack refuses."""
    return {"type": "plain_text", "text": short(" ".join(text.split()), longest) or "…", "emoji": False}


def short(text: str, longest: int) -> str:
    """At most so many UTF-16 units, which are two for an emoji."""
    shown = shortened(text, longest)
    return shown if units(shown) <= longest else shortened(text, longest // 2)


def private_id(key: str) -> str:
    """The id that a message has for us whose own id Slack does not tell."""
    return f"private-{key}"


def read_mark(block_id: str) -> tuple[str, Place | None]:
    """The key and the place in a `block_id` of ours; ("", None) for any other."""
    _, _, rest = block_id.partition(" ")
    key, _, place = rest.partition(" ")
    try:
        return key, Place.from_key(place) if place else None
    except ValueError:
        return "", None


def _marked(kind: str, key: str, place: Place | None) -> dict[str, object]:
    """Without a key Slack gives the block an id of its own."""
    return {"block_id": " ".join([kind, key, *([place.key] if place else [])])[:255]} if key else {}


def _button(button: Button, language: str) -> dict[str, object]:
    made: dict[str, object] = {
        "type": "button",
        "action_id": f"{button.action}:{button.value}"[:255],
        "text": plain(button.label, _LONGEST_LABEL),
    }
    if button.value:
        made["value"] = button.value
    if button.weight:
        made["style"] = button.weight
    if button.weight == "danger":
        made["confirm"] = _sure(button.label, language)
    return made


def _sure(label: str, language: str) -> dict[str, object]:
    return {
        "title": plain(label, _LONGEST_TITLE),
        "text": plain(phrases.say(phrases.ARE_YOU_SURE, language), 300),
        "confirm": plain(label, _LONGEST_IN_DIALOG),
        "deny": plain(phrases.say(phrases.PAGE_CANCEL, language), _LONGEST_IN_DIALOG),
        "style": "danger",
    }


def _thumbs(reply: Reply) -> dict[str, object]:
    def thumb(sign: str, value: str, label: str) -> dict[str, object]:
        spoken = short(phrases.say(label, reply.language), _LONGEST_LABEL)
        return {"text": plain(sign, _LONGEST_LABEL), "value": f"{value}:{reply.turn}", "accessibility_label": spoken}

    return {
        "type": "feedback_buttons",
        "action_id": FEEDBACK,
        "positive_button": thumb("👍", "good", phrases.HELPFUL),
        "negative_button": thumb("👎", "bad", phrases.NOT_HELPFUL),
    }
