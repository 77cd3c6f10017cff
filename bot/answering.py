"""One answer: find passages, ask the model, check the draft, make a Reply with its sources, or say that we do not know."""

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from bot import prompts
from bot.checks import Ground
from bot.drafting import Draft, Judge, Live, cited, grounds
from bot.errors import ModelError
from bot.knowledge import Extract, Found, Knowledge
from bot.language import phrases
from bot.language.detection import Detector
from bot.messages import Reply, Source, Turn, without_files
from bot.model import Completion, Model
from bot.privacy.personal import personal, without
from bot.prompts import NOTHING, Attached, AttachedText
from bot.shaping import shortened

log = logging.getLogger(__name__)

EXTRACT = "extract"
SOUGHT = 400
"""Characters of an attached text that are looked for where nothing was written."""
PICTURE = "picture"
LONGEST_LOOK = 300
"""Tokens for what a picture shows."""
SHORT = 120
"""Characters of a question that is said back."""
_LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to know, in which language he gets the answer, and what was said before.

    `spoken`: the language that he writes, where that is another one. `sparing`: without the model. `tone`: "" for the usual one.
    `attached`: what came with his words, or without any.
    `overheard`: others read what is said here, so it matters what is personal.
    """

    text: str
    language: str
    history: tuple[Turn, ...] = ()
    spoken: str = ""
    sparing: bool = False
    tone: str = ""
    attached: Attached = NOTHING
    overheard: bool = False

    @property
    def sought(self) -> str:
        """What he wants to know, as far as it is in words: his own, or else how what he attached begins."""
        return self.text if self.text.strip() else self.begun

    @property
    def begun(self) -> str:
        """How the texts that he attached begin."""
        return "\n".join(one.text[:SOUGHT] for one in self.attached.texts)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What an answer cost, as the model's server counts it: 0 where it does not say, or nobody was asked."""

    prompt: int = 0
    cached: int = 0
    answer: int = 0

    def __add__(self, other: "Tokens") -> "Tokens":
        return Tokens(self.prompt + other.prompt, self.cached + other.cached, self.answer + other.answer)


@dataclass(frozen=True, slots=True)
class Answer:
    """What we say, whether it answers the question, who worded it, and a reference where it stands in for something that failed.

    `unseen`: pictures came with the question, and whoever answered did not see them; `looked`: what they show in words, where that was
    asked.
    `personal`: what in it is nobody else's to read, where others would.
    """

    reply: Reply
    answered: bool
    model: str
    reference: str = ""
    tokens: Tokens = Tokens()
    unseen: bool = False
    looked: str = ""
    personal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Manner:
    """How this shop answers: shop.toml's `[shop]`, `[answers]` and `[limits]`, as far as they matter here."""

    shop: str
    tone: str = "friendly, brief and plain"
    contact: str = ""
    hands_over: bool = False
    threshold: float = 0.35
    checks: bool = True
    passages: int = 5
    history_tokens: int = 1500
    answer_tokens: int = 800


class Answering:
    """Answers questions from the shop's knowledge. Without a model, or when it fails, the help page speaks for itself."""

    def __init__(self, manner: Manner, knowledge: Knowledge, extract: Extract, detector: Detector, model: Model | None) -> None:
        self._manner = manner
        self._knowledge = knowledge
        self._extract = extract
        self._detector = detector
        self._model = model

    async def answer(self, question: Question, live: Live | None = None) -> Answer:
        """Always an answer: an unsure one says so. Raises only what the store raises.

        `live` gets the sentences of a written answer as they come and pass; what is returned counts, and may be another.
        """
        if not question.text.strip() and question.attached == NOTHING:
            return Answer(Reply(phrases.say(phrases.EMPTY, question.language), question.language), False, EXTRACT)
        found = await self._search(question, question.text)
        clear = bool(found.passages) and found.answerable >= self._manner.threshold
        if clear or question.attached == NOTHING:
            return await self._answered(question, found, live)
        question, looked, tokens = await self._looked(question)
        if begun := question.begun:
            nearer = await self._search(question, f"{question.text}\n{begun}")
            found = max(found, nearer, key=lambda one: one.answerable)
        answer = await self._answered(question, found, live)
        return replace(answer, looked=looked, tokens=answer.tokens + tokens)

    async def _search(self, question: Question, words: str) -> Found:
        if not words.strip():
            return Found((), 0.0)
        language, before = question.spoken or question.language, _context(question.history)
        return await self._knowledge.search(words.strip(), language, self._manner.passages, before, lead=True)

    async def _answered(self, question: Question, found: Found, live: Live | None) -> Answer:
        if not question.sought.strip():
            return Answer(Reply(phrases.say(phrases.EMPTY, question.language), question.language), False, EXTRACT, unseen=True)
        if found.answerable < self._manner.threshold:
            return replace(self._unknown(question, found), unseen=bool(question.attached.pictures))
        if self._model is None:
            return await self._quoted(question, found)
        if question.sparing:
            return await self._quoted(question, found, new_reference())
        try:
            return await self._written(self._model, question, found, live)
        except ModelError as exc:
            reference = new_reference()
            log.warning("the model failed: %s", exc, extra={"reference": reference})
            return await self._quoted(question, found, reference)

    @property
    def sees(self) -> bool:
        """Whether pictures are of any use here."""
        return self._model is not None and self._model.sees

    async def _looked(self, question: Question) -> tuple[Question, str, Tokens]:
        """The question with what its pictures show in words, and these words: where it is not clear without what is looked for."""
        pictures = question.attached.pictures
        if self._model is None or question.sparing or not pictures:
            return question, "", Tokens()
        try:
            said = await self._model.answer(prompts.look(pictures, question.text, question.language, LONGEST_LOOK))
        except ModelError as exc:
            log.warning("the model could not look at a picture: %s", exc)
            return question, "", Tokens()
        tokens = Tokens(said.prompt_tokens, said.cached_tokens, said.answer_tokens)
        if said.unseen or _no_answer(said.text) or not said.text.strip():
            return question, "", tokens
        texts = (*question.attached.texts, AttachedText(PICTURE, said.text.strip()))
        return replace(question, attached=replace(question.attached, texts=texts)), said.text.strip(), tokens

    async def _written(self, model: Model, question: Question, found: Found, live: Live | None) -> Answer:
        fault, tokens, alone = "", Tokens(), self._personal(question, found)
        for last in (False, True):
            draft = Draft(self._judge(question, found, live), live, lambda sentence: bool(alone(sentence)))
            try:
                said = await self._asked(model, question, found, fault, draft.feed if live else None)
            except ModelError:
                draft.take_back()
                if draft.heard and not last:
                    # What was heard cannot be gone on with, but it may have been shown: nobody asks again but us.
                    continue
                raise
            tokens += Tokens(said.prompt_tokens, said.cached_tokens, said.answer_tokens)
            if _no_answer(said.text):
                draft.take_back()
                return replace(self._unknown(question, found), tokens=tokens, unseen=said.unseen)
            fault = draft.end(said.text)
            if not fault:
                reply = cited(said.text, question.language, found.passages)
                return Answer(reply, True, said.model, tokens=tokens, unseen=said.unseen, personal=alone(reply.text))
            draft.take_back()
        log.info("a draft was refused twice", extra={"fault": fault.split(":")[0]})
        return replace(await self._quoted(question, found, new_reference()), tokens=tokens)

    def _judge(self, question: Question, found: Found, live: Live | None) -> Judge | None:
        if not self._manner.checks:
            return None
        own = [turn.text for turn in question.history if turn.role == "customer"]
        shown = [one.text for one in question.attached.texts]
        said = [Ground(text, question.spoken or question.language) for text in (question.text, *shown, *own)]
        return Judge(found.passages, question.language, [*said, Ground(self._manner.shop, "")], self._detector, live is not None)

    def _personal(self, question: Question, found: Found) -> Callable[[str], tuple[str, ...]]:
        """What of a text only whoever asked may read: what belongs to one person, and no page that we found and no contact of the shop."""
        public = [self._manner.contact, *(ground.text for ground in grounds(found.passages))]
        return lambda text: personal(text, public) if question.overheard else ()

    async def _asked(self, model: Model, question: Question, found: Found, fault: str, on_text: Callable[[str], None] | None) -> Completion:
        manner = self._manner
        history = prompts.within(question.history, manner.history_tokens)
        tone = question.tone or manner.tone
        system, turns = prompts.compose(
            manner.shop, tone, found.passages, history, question.text, question.language, fault, question.attached
        )
        return await model.answer(prompts.prompt(system, turns, manner.answer_tokens), on_text)

    async def _quoted(self, question: Question, found: Found, reference: str = "") -> Answer:
        """The extractive stand-in: the page's own sentences under a lead-in in the customer's language."""
        if not found.passages:
            return self._unknown(question, found, reference)
        quote = await self._extract.quote(question.sought, found)
        passage, language = quote.passage, question.language
        if passage.language == language:
            lead_in = phrases.say(phrases.LEAD_IN, language)
        else:
            lead_in = phrases.say(phrases.LEAD_IN_OTHER, language, language=phrases.name_of(passage.language, language))
        quoted = "\n".join(f"> {line}" for line in quote.text.splitlines())
        away = phrases.say(phrases.MODEL_AWAY, language, reference=reference) if reference else ""
        text = f"{lead_in}\n\n{quoted}"
        reply = Reply(text, language, (Source(passage.title, passage.url),), notice=away)
        return Answer(reply, True, EXTRACT, reference, unseen=bool(question.attached.pictures))

    def _unknown(self, question: Question, found: Found, reference: str = "") -> Answer:
        language, manner = question.language, self._manner
        beginning = question.sought[: 4 * SHORT]
        asked = without(beginning, self._personal(question, found)(beginning))
        understood = phrases.say(phrases.UNDERSTOOD, language, question=_in_short(asked))
        lines = [phrases.say(phrases.DO_NOT_KNOW, language), understood]
        near = found.passages[:1] if found.answerable >= manner.threshold / 2 else ()
        lines += [phrases.say(phrases.NEAREST, language, title=passage.title) for passage in near]
        lines.append(self._way_out(language))
        if reference:
            lines.append(f"({reference})")
        sources = tuple(Source(passage.title, passage.url) for passage in near)
        reply = Reply("\n\n".join(lines), language, sources, offers_person=manner.hands_over)
        return Answer(reply, False, EXTRACT, reference)

    def _way_out(self, language: str) -> str:
        """What a customer can do whom we could not answer."""
        if self._manner.hands_over:
            return phrases.say(phrases.OFFER_PERSON, language)
        if self._manner.contact:
            return phrases.say(phrases.CONTACT, language, contact=self._manner.contact)
        return phrases.say(phrases.ASK_AGAIN, language)


def apology(language: str, reference: str) -> Answer:
    """What a customer gets when we failed: never the exception's words."""
    return Answer(Reply(phrases.say(phrases.SORRY, language, reference=reference), language), False, EXTRACT, reference)


def stopped(shown: str, language: str) -> Reply:
    """What stands where somebody wanted no answer any more: what he has seen of it, and a line that says so."""
    line = phrases.say(phrases.STOPPED, language)
    return Reply(shown, language, notice=line) if shown else Reply(line, language)


def new_reference() -> str:
    """`#` and six signs that staff can look up."""
    return "#" + "".join(secrets.choice(_LETTERS) for _ in range(6))


def with_words_first(answer: Answer, words: str) -> Answer:
    """The same answer, after some words of ours; without any it stays as it is."""
    return replace(answer, reply=replace(answer.reply, text=f"{words}\n\n{answer.reply.text}")) if words else answer


def with_notice(answer: Answer) -> Answer:
    """The same answer saying that an AI gives it."""
    notice = phrases.say(phrases.AI_NOTICE, answer.reply.language)
    whole = f"{answer.reply.notice} {notice}" if answer.reply.notice else notice
    return replace(answer, reply=replace(answer.reply, notice=whole))


def with_note(answer: Answer, language: str) -> Answer:
    """The same answer, saying first in the customer's own language that the shop does not serve it."""
    ours = language if language in phrases.TRANSLATED else "en"
    names = {"language": phrases.name_of(language, ours), "other": phrases.name_of(answer.reply.language, ours)}
    note = phrases.say(phrases.NOT_SERVED, ours, **names)
    return with_words_first(answer, note)


def _no_answer(draft: str) -> bool:
    """Whether the model says that the passages do not answer; some go on to say that they are sorry."""
    return draft.lstrip(" \n[*`\"'").startswith(prompts.NO_ANSWER)


def _in_short(text: str) -> str:
    """A question as one line."""
    return shortened(" ".join(text.split()), SHORT)


def _context(history: Sequence[Turn]) -> str:
    """What was asked before: where it was written, those words; a file that came with them says too much else."""
    said = next((turn.text for turn in reversed(history) if turn.role == "customer"), "")
    return without_files(said) or said[:SOUGHT]
