"""300 texts that break programs, in every place where a text can stand: asked, answered, as a help page, as a name."""

import json
from pathlib import Path

import pytest
import regex

from adapters.discord import outgoing as discord
from adapters.slack import outgoing as slack
from adapters.web import outgoing as page
from bot.checks import Gate, Ground, fault_of_language, fault_of_sentence
from bot.knowledge import Indexer, Knowledge
from bot.language.detection import Detector
from bot.messages import MessageReceived, Person, Place, Reply, Source
from bot.privacy import outbound
from bot.shaping import shortened, split_text
from bot.store.database import Database
from bot.store.passages import PassageStore
from tests.core.desk import desk
from tests.nasty_texts import nasty_texts
from tests.odd_worlds import nothing_waits, until
from tests.slack_rules import fault_of_post, links_of

TEXTS = nasty_texts()
SHORT = [nasty for nasty in TEXTS if not nasty.large]
SOME = TEXTS[::5]
"""For what takes long."""
STAFF = Place("fake", "w1", "staff")
LANGUAGES = ("en", "de", "tr", "zh")


def storable(text: str) -> bool:
    """Whether PostgreSQL and JSON take it."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def message(number: int, text: str, name: str = "Ada") -> MessageReceived:
    place = Place("fake", "w1", "c1", f"t{number}")
    return MessageReceived(f"e{number}", place, f"m{number}", Person("fake", "w1", f"u{number}", name), text, float(number), "mention")


async def test_whatever_somebody_asks_is_kept_and_answered(database: Database) -> None:
    async with desk(database) as open_desk:
        for number, nasty in enumerate(TEXTS):
            await open_desk.platform._hear(message(number, nasty.text))
        await until(lambda: nothing_waits(database))
        assert len({post.place.key for post in open_desk.platform.posts if not post.place.direct}) == len(TEXTS)
        assert all(storable(post.reply.text) for post in open_desk.platform.posts)


async def test_whatever_somebody_is_called_staff_are_told_who_wants_a_person(database: Database) -> None:
    async with desk(database, staff=STAFF) as open_desk:
        for number, nasty in enumerate(SOME):
            await open_desk.platform._hear(message(number, "I want to talk to a human being", nasty.text))
        await until(lambda: nothing_waits(database))
        told = [post.reply.text for post in open_desk.platform.posts if post.place == STAFF]
        assert len(told) == len(SOME)
        assert all(len(text) < 1_000 and text.splitlines()[0].startswith("**A customer") for text in told)


@pytest.mark.parametrize("nasty", SHORT, ids=lambda nasty: nasty.name)
def test_whatever_a_model_says_fits_and_pings_nobody(nasty: "object") -> None:
    text = nasty.text  # type: ignore[attr-defined]
    left = outbound.leave(text, ("shop.example",))
    reply = Reply(left, "en", (Source(text, "https://shop.example/a"), Source(text, text)), notice=text, answers="1")
    for part in slack.split_reply(reply):
        post = {"channel": "C1", **slack.write_reply(part, "key")}
        assert fault_of_post(post) == ""
        assert links_of(post) == []
        json.dumps(post).encode()
    for part in discord.split_reply(reply):
        content = discord.write_reply(part)
        assert 0 < len(content.strip()) <= discord.LONGEST
        assert storable(content)
    assert storable(str(page.show(reply)["html"]))


def test_a_text_is_never_cut_inside_a_character_as_people_see_it() -> None:
    for nasty in SHORT:
        whole = Reply(nasty.text[:600], "en").text
        signs = list(regex.finditer(r"\X", whole))
        if max((len(sign[0]) for sign in signs), default=0) > 40:
            continue  # it fits nowhere in one piece
        inside = {at for sign in signs for at in range(sign.start() + 1, sign.end()) if not whole[at].isspace()}
        for piece in (*split_text(whole, 100), shortened(whole, 50).removesuffix("…")):
            at = whole.find(piece) + len(piece)
            assert whole.find(piece) < 0 or at not in inside, nasty.name


def test_a_draft_goes_out_the_same_however_it_is_cut_on_its_way() -> None:
    for nasty in SHORT:
        text, outs = nasty.text[:300], []
        for size in (1, 7, 300):
            shown: list[str] = []
            gate = Gate(lambda _: "", shown.append)
            for at in range(0, len(text), size):
                gate.feed(text[at : at + size])
            assert gate.end() == ""
            outs.append(shown)
        assert "".join(outs[0]) == text
        assert outs[0] == outs[1] == outs[2], nasty.name


def test_a_sentence_without_an_end_goes_out_in_parts() -> None:
    outs = []
    for size in (1, 999, 10_000):
        shown: list[str] = []
        gate = Gate(lambda _: "", shown.append)
        text = "| a | b 1 000 |\n" * 600
        for at in range(0, len(text), size):
            gate.feed(text[at : at + size])
        assert gate.end() == ""
        outs.append(shown)
    assert outs[0] == outs[1] == outs[2]
    assert "".join(outs[0]) == text
    assert max(map(len, outs[0])) <= 2_000
    assert all(part.endswith("|\n") for part in outs[0])


def test_a_draft_of_whatever_kind_is_judged() -> None:
    detector = Detector(LANGUAGES)
    for nasty in SHORT:
        text = Reply(nasty.text[:1_000], "en").text
        for language in LANGUAGES:
            fault_of_sentence(text, language, [Ground("Within 30 days.", "en"), Ground(text, "de")], [])
        fault_of_language(text, "de", detector)


async def test_whatever_stands_on_a_help_page_is_indexed_or_refused_in_words_and_the_others_are_found(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "shop").mkdir()
    for number, nasty in enumerate(SHORT):
        for kind in ("md", "txt", "html") if number % 5 == 0 else ("md",):
            (tmp_path / "shop" / f"{number}.{kind}").write_bytes(nasty.text.encode("utf-8", "surrogatepass"))
    nasty_title = 'title: "a\\uD800\\0b"\nurl: "https://shop.example/\\uD800\\0"\nlanguage: "\\0"'
    (tmp_path / "shop" / "title.md").write_text(f"---\n{nasty_title}\n---\nDelivery to Narnia takes 4 days.\n")
    words = "".join(chr(0x4E00 + number % 20_000) + chr(0x4E00 + number // 7) for number in range(25_000))
    (tmp_path / "shop" / "faq.csv").write_text(f'question,answer\nAbout words,"{words}"\nAbout Mordor,"One does not simply walk."\n')
    (tmp_path / "shop" / "endless.csv").write_text(f'question,answer\nAbout words,"{words}{words}"\n')
    (tmp_path / "shop" / "\udcff\udc80.md").write_text("A page with a name of no encoding.")
    store = PassageStore(database)
    report = await Indexer(store, [], lambda text: "en", tmp_path).index([str(tmp_path / "shop")])
    assert len(report.changed) > len(SHORT)
    assert {why.split(" (")[0] for _, why in report.unreadable} <= {
        "it is not text",
        "it is not CSV: field larger than field limit",
        "it is not UTF-8",
        "it holds no text",
        "its front matter is not YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/object/apply:os.system'",
    }
    knowledge = Knowledge(store)
    await knowledge.load()
    for question in ("How long does delivery to Narnia take?", "What about Mordor?", "a name of no encoding"):
        assert (await knowledge.search(question, "en")).passages, question
    for nasty in SHORT[::5]:
        await knowledge.search(Reply(nasty.text, "en").text, "en")
