"""Whoever wants to be forgotten is forgotten, and nobody else is; and everybody may see what is stored of him."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Text, cast, func, select

from bot.messages import Person, Place
from bot.platforms import Capabilities
from bot.pressed import ButtonPressed, Chosen, CommandGiven, FormSent
from bot.store.channels import ChannelStore
from bot.store.database import Database
from bot.store.interactions import InteractionStore
from bot.store.records import RecordStore
from bot.tables import metadata
from tests.core.desk import Desk, Echo, desk
from tests.fake_platform import FakePlatform

ADA, BOB, CLEO = (Person("fake", "w1", name, name.title()) for name in ("ada", "bob", "cleo"))
STAFF = Place("fake", "w1", "staff")
ROOT = Path(__file__).resolve().parents[2]


async def told(database: Database, words: str) -> list[str]:
    """The columns of the whole database in which somebody's words stand."""
    found = []
    async with database.reading() as connection:
        for one in metadata.sorted_tables:
            for each in one.columns:
                text = func.lower(cast(each, Text))
                if await connection.scalar(select(func.count()).select_from(one).where(text.contains(words.lower()))):
                    found.append(f"{one.name}.{each.name}")
    return found


async def a_busy_day(here: Desk, platform: FakePlatform) -> None:
    """Ada and Bob talk with us, in one thread and apart; she rates, is handed over, asks aside, and staff draft for her."""
    public = platform.place()
    await platform.say("Bob asks about marigolds", author="bob")
    await platform.sees(1)
    await platform.say("My wilting orchid is unhappy", author="ada")
    await platform.sees(2)
    await platform.does(ButtonPressed("i1", public, ADA, "b1", "bad"))
    await platform.does(FormSent("i2", public, ADA, "why", "4", (("reason", "wrong"), ("words", "Not a word on the orchid"))))
    await platform.does(ButtonPressed("i3", public, CLEO, "b1", "person"))
    await platform.does(CommandGiven("i4", platform.place(""), ADA, "ask", "Secretly: orchid again?", handle="h"))
    await platform.sees(4)
    await platform.does(CommandGiven("i5", platform.place(""), ADA, "language", "de"))
    await platform.does(CommandGiven("i6", public, CLEO, "draft", chosen=Chosen(public, "m2", ADA, "My wilting orchid is unhappy")))
    here.echo.gate.clear()
    here.echo.begun.clear()
    await platform.say("And my orchid, still?", thread="t2", author="ada")
    await here.echo.begun.wait()


async def test_nothing_holds_the_words_of_who_was_forgotten_and_others_are_remembered(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, Echo(), staff=STAFF, member=CLEO.key) as here:
        await a_busy_day(here, platform)
        assert len(await told(database, "orchid")) >= 6
        gone = await RecordStore(database).erase(ADA)
        here.echo.gate.set()
        await platform.sees(4)
    assert (gone.messages, gone.cases) == (3, 1)
    assert await told(database, "orchid") == []
    assert set(await told(database, "marigolds")) == {"turns.text"}
    assert [one for one in await told(database, "ada") if not one.startswith("documents")] == []
    assert len(platform.posts) == 4


async def test_who_was_forgotten_is_a_stranger_to_whom_nothing_is_answered_twice(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform):
        await platform.say("My wilting orchid", author="ada", id="m1")
        await platform.sees(1)
        await RecordStore(database).erase(ADA)
        await platform.say("My wilting orchid", author="ada", id="m1")
        await platform.sees(1)
        assert len(platform.posts) == 1
        await platform.say("Where is my parcel?", author="ada")
        await platform.sees(2)
    assert await told(database, "orchid") == []


async def test_an_export_holds_what_was_said_and_told_and_nothing_of_others(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, Echo(), staff=STAFF, member=CLEO.key) as here:
        await a_busy_day(here, platform)
        given = await RecordStore(database).export(ADA)
        here.echo.gate.set()
    whole = json.dumps(given)
    assert [one["by"] for one in given["messages"]] == ["customer", "bot", "customer", "bot", "customer"]
    assert given["language"] == "de"
    assert given["feedback"][0]["words"] == "Not a word on the orchid"
    assert given["cases"][0]["question"].startswith("My wilting orchid")
    assert given["waiting"]
    assert "marigolds" not in whole
    assert await RecordStore(database).export(Person("fake", "w2", "ada")) == {
        "person": "fake:w2:ada",
        "language": "",
        "messages": [],
        "feedback": [],
        "cases": [],
        "waiting": [],
    }


async def test_a_guest_from_another_workspace_sees_and_erases_what_he_said_here_and_nobody_elses(database: Database) -> None:
    platform = FakePlatform()
    guest = Person("fake", "w9", "gus", "Gus")
    elsewhere = Place("fake", "w10", "c1", "@gus")
    async with desk(database, platform, Echo(), staff=STAFF):
        await platform.does(FormSent("i1", platform.place(), guest, "human", "", (("question", "A wilting tulip"),)))
        await InteractionStore(database).said(elsewhere, Person("fake", "w10", "gus"), "A marigold", "m9")
        await platform.sees(1)
        home = str(await platform.does(CommandGiven("i2", platform.place(""), guest, "me")))
        await platform.does(ButtonPressed("i3", platform.place(""), guest, "", "forget"))
    assert "stored here: 1" in home
    assert await told(database, "tulip") == []
    assert await told(database, "marigold") == ["turns.text"]


async def test_who_has_one_id_on_his_platform_is_forgotten_in_all_its_workspaces(database: Database) -> None:
    platform = FakePlatform(capabilities=Capabilities(status=True, buttons=True, one_id=True))
    store = InteractionStore(database)
    async with desk(database, platform, Echo(), staff=STAFF):
        await platform.say("A wilting tulip here", author="ada")
        await platform.sees(1)
        await store.said(Place("fake", "w2", "c5", "@ada"), Person("fake", "w2", "ada"), "A wilting tulip there", "m9")
        await store.choose(Person("fake", "w2", "ada"), "de", [])
        await store.said(Place("fake", "w2", "c5", "@bob"), Person("fake", "w2", "bob"), "A marigold", "m8")
        home = str(await platform.does(CommandGiven("i1", platform.place(""), ADA, "me")))
        await platform.does(ButtonPressed("i2", platform.place(""), ADA, "", "forget"))
    assert "stored here: 2" in home
    assert await told(database, "tulip") == await told(database, "ada") == []
    assert await told(database, "marigold") == ["turns.text"]


async def test_an_operator_forgets_a_guest_in_all_workspaces_at_once(database: Database) -> None:
    guest = Person("fake", "w9", "gus")
    async with desk(database, FakePlatform(), staff=STAFF) as here:
        await here.platform.does(FormSent("i1", here.platform.place(), guest, "human", "", (("question", "A wilting tulip"),)))
        await InteractionStore(database).choose(guest, "de", [])
        await here.platform.sees(1)
    records, everywhere = RecordStore(database), Person.from_key("fake:*:gus")
    assert (await records.erase(guest)).messages == 0
    assert len((await records.export(everywhere))["messages"]) == 1
    gone = await records.erase(everywhere)
    assert (gone.messages, gone.cases) == (1, 1)
    assert await told(database, "tulip") == await told(database, "gus") == []
    assert everywhere.key == "fake:*:gus"


async def test_who_only_pressed_in_a_conversation_of_others_or_set_a_channel_is_forgotten_there(database: Database) -> None:
    platform = FakePlatform()
    async with desk(database, platform, Echo(), staff=STAFF):
        await platform.say("Bob asks about marigolds", author="bob")
        await platform.sees(1)
        await platform.does(ButtonPressed("i1", platform.place(), CLEO, "b1", "person", "2"))
        await platform.sees(2)
        await ChannelStore(database).set("fake:w1:c1", {"answer": "off"}, CLEO)
        assert len((await RecordStore(database).export(CLEO))["cases"]) == 1
        assert (await RecordStore(database).erase(CLEO)).cases == 1
    assert await told(database, "cleo") == []
    assert await ChannelStore(database).read() == {"fake:w1:c1": {"answer": "off"}}
    assert "turns.text" in await told(database, "marigolds")


@pytest.mark.parametrize("command", ["erase", "export"])
def test_the_commands_name_a_person_as_platform_workspace_and_user(command: str, tmp_path: Path) -> None:
    def run(who: str) -> subprocess.CompletedProcess[str]:
        environment = {"DATABASE_URL": f"sqlite:///{tmp_path}/x.db", "PATH": "", "PYTHONPATH": str(ROOT)}
        asked = [sys.executable, "-m", "bot", command, who]
        return subprocess.run(asked, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    done = run("slack:T1:U1")
    assert done.returncode == 0, done.stderr
    assert "0 messages" in done.stderr if command == "erase" else json.loads(done.stdout)["messages"] == []
    wrong = run("ada")
    assert wrong.returncode == 1
    assert "slack:T0123ABCD:U0123ABCD" in wrong.stderr
