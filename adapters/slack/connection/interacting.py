"""What becomes of what people press, command and fill in: Slack is told at once that we have it, then the reaction is shown."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

from adapters.slack.connection.people import People
from adapters.slack.connection.privately import Privately
from adapters.slack.interactions import Pressed
from adapters.slack.outgoing import split_reply
from adapters.slack.views import HOME, write_form, write_home, write_window
from bot.errors import PlatformError, RateLimited, Unreachable
from bot.language import phrases
from bot.messages import Reply
from bot.pressed import ButtonPressed, CameBy, CommandGiven, Form, FormSent, Interact, Interaction, Prompts, Reaction, Shown

_log = logging.getLogger(__name__)

Call = Callable[..., Awaitable[Any]]

_SIGN_AFTER = 1.0
"""Seconds until whoever gave a command is told that he was heard."""
_TRIES, _LONGEST_WAIT = 3, 5.0
_MOST_PROMPTS = 4
_HELP = {
    "ask": phrases.ASK_ASIDE,
    "language": phrases.CHANGE_LANGUAGE,
    "human": phrases.TALK_TO_PERSON,
    "me": phrases.ABOUT_ME,
    "forget-me": phrases.FORGET_ME,
    "here": phrases.COMMAND_HERE,
}


class Interacting:
    """`call(method, workspace, ...)` makes a call of the Web API and raises PlatformError."""

    def __init__(self, call: Call, privately: Privately, interact: Interact) -> None:
        self._call, self._privately, self._interact = call, privately, interact
        self._people = People(call)
        self._acting: set[asyncio.Task[None]] = set()

    def take(self, pressed: Pressed) -> None:
        """Act on it; returns at once, so that Slack is told that we have it."""
        task = asyncio.create_task(self._tried_to_act(pressed), name="slack interaction")
        self._acting.add(task)
        task.add_done_callback(self._acting.discard)

    async def stop(self, patience: float) -> None:
        """Let what is being acted on end."""
        acting = list(self._acting)
        if acting:
            await asyncio.wait(acting, timeout=patience)
        for task in acting:
            task.cancel()
        await asyncio.gather(*acting, return_exceptions=True)

    async def _tried_to_act(self, pressed: Pressed) -> None:
        try:
            await self._act(pressed)
        except Exception as exc:  # noqa: BLE001 - there is nobody above who could be told
            _log.error("slack: an interaction failed: %s", type(exc).__name__, extra={"event": pressed.interaction.event_id})

    async def _act(self, pressed: Pressed) -> None:
        pressed = await self._with_person(pressed)
        interaction = pressed.interaction
        if isinstance(interaction, CommandGiven) and not interaction.command:
            await self._say(pressed, _what_it_can_do(interaction, pressed.name))
            return
        await self._show(pressed, await self._reaction(pressed))
        if _handle(interaction) == HOME:
            await self._renew_home(interaction)

    async def _with_person(self, pressed: Pressed) -> Pressed:
        """What Slack has not told: the person's language and rights, and whose conversation a direct message is."""
        interaction, place = pressed.interaction, pressed.interaction.place
        profile = await self._people.profile(interaction.person, place.workspace)
        person = replace(interaction.person, workspace=profile.workspace)
        if isinstance(interaction, CameBy):
            return replace(pressed, interaction=replace(interaction, person=person, locale=profile.locale))
        given = isinstance(interaction, CommandGiven) and interaction.chosen is None
        if given and await self._people.is_our_conversation(place.channel, person, place.workspace):
            place = replace(place, thread="", direct=True)
        known = replace(interaction, place=place, person=person, locale=profile.locale, admin=profile.admin)
        return replace(pressed, interaction=known)

    async def _reaction(self, pressed: Pressed) -> Reaction:
        """Who gave a command sees nothing of it in Slack until we say something; so we do, when the rest takes long."""
        waits = isinstance(pressed.interaction, CommandGiven | FormSent)
        reacting = asyncio.ensure_future(self._interact(pressed.interaction))
        try:
            await asyncio.wait([reacting], timeout=_SIGN_AFTER)
            if waits and (not reacting.done() or reacting.result() is None):
                await self._say(pressed, phrases.say(phrases.THINKING, pressed.interaction.locale), "-sign")
            return await reacting
        finally:
            reacting.cancel()

    async def _show(self, pressed: Pressed, reaction: Reaction) -> None:
        interaction = pressed.interaction
        match reaction:
            case Form():
                await self._open(pressed, reaction)
            case Prompts():
                await self._suggest(interaction, reaction)
            case Shown() if isinstance(interaction, CameBy):
                await self._publish(interaction, reaction.reply)
            case Shown() if _handle(interaction) == HOME and await self._show_window(pressed, reaction.reply):
                return
            case Shown():
                await self._say(pressed, reaction.reply, instead=reaction.instead and pressed.hers)

    async def _open(self, pressed: Pressed, form: Form) -> None:
        """What opens a form holds for three seconds."""
        view = write_form(form, pressed.interaction.place, _handle(pressed.interaction), hers=pressed.hers)
        method = "views_push" if pressed.window and isinstance(pressed.interaction, ButtonPressed) else "views_open"
        if not pressed.trigger or not await self._tried(method, pressed.interaction, trigger_id=pressed.trigger, view=view):
            await self._say(pressed, phrases.say(phrases.TOO_LATE, form.language))

    async def _show_window(self, pressed: Pressed, reply: Reply) -> bool:
        """Above our home; the window from which a form was sent has closed."""
        view, interaction = write_window(reply, pressed.interaction.place), pressed.interaction
        if pressed.window and isinstance(interaction, ButtonPressed):
            return await self._tried("views_update", interaction, view_id=pressed.window, view=view)
        return await self._tried("views_open", interaction, trigger_id=pressed.trigger, view=view)

    async def _publish(self, visit: CameBy, reply: Reply) -> None:
        if visit.tab == "home":
            await self._tried("views_publish", visit, user_id=visit.person.id, view=write_home(reply, visit.place))

    async def _renew_home(self, interaction: Interaction) -> None:
        """What was done there may have changed what it says."""
        visit = CameBy(interaction.event_id, interaction.place, interaction.person, "home", interaction.locale)
        await self._show(Pressed(visit), await self._interact(visit))

    async def _suggest(self, interaction: Interaction, prompts: Prompts) -> None:
        """Where Slack refuses, there is a conversation without suggestions."""
        questions = [{"title": question, "message": question} for question in prompts.questions[:_MOST_PROMPTS]]
        arguments = {"channel_id": interaction.place.channel, "title": prompts.title, "prompts": questions}
        await self._tried("assistant_threads_setSuggestedPrompts", interaction, **arguments)

    async def _tried(self, method: str, interaction: Interaction, **arguments: Any) -> bool:
        try:
            await self._call(method, interaction.place.workspace, **arguments)
        except PlatformError as exc:
            _log.info("slack: %s", exc, extra={"place": interaction.place.key, "event": interaction.event_id})
            return False
        return True

    async def _say(self, pressed: Pressed, said: Reply | str, more: str = "", *, instead: bool = False) -> None:
        """To whoever did it alone. A try that fails is repeated; a sentence that comes twice is better than none."""
        reply = said if isinstance(said, Reply) else Reply(said, pressed.interaction.locale)
        ids = {"place": pressed.interaction.place.key, "event": pressed.interaction.event_id}
        for number, part in enumerate(split_reply(reply)):
            key, replaces = f"{pressed.interaction.event_id}{more}.{number}", instead and not number
            try:
                await self._patiently(partial(self._say_once, pressed, part, key, replaces))
            except PlatformError as exc:
                _log.warning("slack: a reaction cannot be shown: %s", exc, extra=ids)
                return

    async def _say_once(self, pressed: Pressed, part: Reply, key: str, instead: bool) -> None:
        did = pressed.interaction
        await self._privately.say(did.place, did.person.id, part, key, _handle(did), instead=instead)

    async def _patiently(self, call: Callable[[], Awaitable[None]]) -> None:
        for attempt in range(1, _TRIES):
            try:
                return await call()
            except (RateLimited, Unreachable) as exc:
                await asyncio.sleep(min(exc.retry_after, _LONGEST_WAIT) if isinstance(exc, RateLimited) else 0.5 * attempt)
        return await call()


def _handle(interaction: Interaction) -> str:
    return "" if isinstance(interaction, CameBy) else interaction.handle


def _what_it_can_do(given: CommandGiven, name: str) -> str:
    lines = [f"- `{name} {word}` {phrases.say(meaning, given.locale)}" for word, meaning in _HELP.items()]
    return "\n".join([phrases.say(phrases.COMMANDS_TITLE, given.locale), *lines])
