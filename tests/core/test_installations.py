"""The workspaces that let us in: kept encrypted, changed by one at a time, gone when they say so."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from bot.errors import ConfigError, StoreError
from bot.platforms import Installation
from bot.privacy.sealing import new_key
from bot.store import installations
from bot.store.database import Database
from bot.store.installations import InstallationStore

KEY = new_key()
ONE = Installation("T1", "", "Acme", "https://acme.slack.com/", "B1", "U1", ("chat:write",), "UADMIN", 1000.0, "xoxb-1", "xoxe-1", 2000.0)


def store(database: Database, *keys: str) -> InstallationStore:
    return InstallationStore(database, "slack", keys or (KEY,))


async def everything(database: Database) -> str:
    async with database.reading() as connection:
        return str((await connection.execute(text("SELECT * FROM installations"))).all())


async def test_an_installation_comes_back_as_it_was_and_its_tokens_stand_nowhere(database: Database) -> None:
    two = replace(ONE, workspace="T2", installed_at=999.0, token="xoxb-2", refresh_token="", expires_at=None, scopes=())
    await store(database).keep(ONE)
    await store(database).keep(two)
    assert await store(database).read("T1") == ONE
    assert await store(database).all() == [two, ONE]
    assert await store(database).read("T3") is None
    assert "xox" not in await everything(database)
    assert "xox" not in repr(ONE)


async def test_a_new_installation_takes_the_place_of_the_old_one(database: Database) -> None:
    await store(database).keep(ONE)
    await store(database).keep(replace(ONE, token="xoxb-9", installed_at=1500.0))
    found = await store(database).all()
    assert [one.token for one in found] == ["xoxb-9"]


async def test_who_takes_us_out_is_gone_unless_he_let_us_in_again(database: Database) -> None:
    await store(database).keep(ONE)
    assert not await store(database).remove("T1", until=999.0)
    assert not await store(database).remove("T2", until=5000.0)
    assert await store(database).remove("T1", until=1001.0)
    assert await store(database).read("T1") is None


async def test_a_new_key_takes_over_and_the_old_one_may_go(database: Database) -> None:
    new = new_key()
    await store(database).keep(ONE)
    await store(database, new, KEY).renew()
    assert await store(database, new).read("T1") == ONE
    with pytest.raises(StoreError, match="POLYDESK_KEY does not open the token of slack:T1"):
        await store(database).read("T1")


async def test_a_wrong_key_is_one_clear_sentence(database: Database) -> None:
    await store(database).keep(ONE)
    before = await everything(database)
    with pytest.raises(ConfigError) as caught:
        await store(database, new_key()).renew()
    assert len(caught.value.faults) == 1
    assert "POLYDESK_KEY does not open the token of slack:T1" in caught.value.faults[0]
    assert await everything(database) == before


async def test_a_token_in_anothers_row_does_not_open(database: Database) -> None:
    await store(database).keep(ONE)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE installations SET workspace = 'T2'"))
    with pytest.raises(StoreError, match="slack:T2"):
        await store(database).read("T2")


async def test_one_at_a_time_changes_a_workspaces_tokens(database: Database) -> None:
    """Also where they are two processes, which share no memory."""
    here, there = store(database), store(database)
    order: list[str] = []

    async def change(who: InstallationStore, name: str, workspace: str = "T1") -> None:
        async with who.alone(workspace):
            order.append(f"{name} begins")
            await asyncio.sleep(0.05)
            order.append(f"{name} ends")

    others = [here, here if database.embedded else there]
    await asyncio.gather(*(change(who, str(number)) for number, who in enumerate(others)))
    assert [step.split()[0] for step in order] in (["0", "0", "1", "1"], ["1", "1", "0", "0"])
    async with here.alone("T1"), asyncio.timeout(5):
        await change(there, "another workspace", "T2")


async def test_an_installation_is_ended_once_and_in_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = store(database)
    await begun.begin("one", 600)
    assert await begun.end("one")
    assert not await begun.end("one")
    assert not await begun.end("never begun")
    await begun.begin("late", -1)
    assert not await begun.end("late")


async def test_whoever_begins_very_many_installations_keeps_nobody_else_from_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = store(database)
    monkeypatch.setattr(installations, "MOST_BEGUN", 2)
    for number, state in enumerate("abc"):
        await begun.begin(state, 600 + number)
    assert [await begun.end(state) for state in "abc"] == [False, True, True]
