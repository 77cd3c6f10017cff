"""Settings: what a shop owner may write, and every fault named at once."""

from pathlib import Path

import pytest

from bot import config
from bot.errors import ConfigError
from bot.store.database import database_url


def faults() -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        config.load()
    return caught.value.faults


def test_with_no_settings_at_all_the_sample_shop_is_the_shop() -> None:
    settings = config.load()
    assert settings.sample
    assert settings.documents == (str(config.SAMPLE_SHOP),)
    assert settings.shows_page
    assert len(settings.shop.shop.languages) == 16


def test_documents_stand_relative_to_shop_toml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "shop.toml").write_text('[shop]\ndocuments = ["pages", "https://shop.example/help"]\n')
    monkeypatch.setenv("SHOP_FILE", "shop/shop.toml")
    assert config.load().documents == (str(tmp_path / "shop" / "pages"), "https://shop.example/help")


def test_every_fault_is_named_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.toml").write_text('[shop]\nlanguagse = ["en"]\ndefault_language = "xx"\n[answers]\nthreshold = 7\n')
    for name, value in {
        "PORT": "http",
        "MODEL_NAME": "small",
        "EMBEDDINGS_URL": "https://e.example/v1",
        "SLACK_API_URL": "slack.com",
    }.items():
        monkeypatch.setenv(name, value)
    said = "\n".join(faults())
    for part in ("languagse", "threshold", "PORT", "MODEL_URL", "EMBEDDINGS_MODEL"):
        assert part in said


@pytest.mark.parametrize(
    ("written", "named"), [("[shop", "not TOML"), ("[shop]\nlanguages = []", "names no language"), ("[nope]\na=1", "unknown key")]
)
def test_a_broken_shop_toml_is_explained(written: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(written)
    assert named in "\n".join(faults())


def test_one_fault_in_shop_toml_hides_no_other(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(
        '[shop]\nname = 3\nlanguages = ["zz9"]\n[answers]\nthreshold = 7\n[foo]\na = 1\n[[models]]\nurl = "ftp://x"\nname = "m"\n'
    )
    said = "\n".join(faults())
    for part in (
        "shop.name: write a text in quotes",
        "'zz9' is no language",
        "a number of at most 1",
        "foo: unknown key",
        "the url of 'm'",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("written", "named"),
    [
        (b"MODEL_KEY=caf\xe9\n", "UTF-8"),
        (b'# fine\nPORT 8080\nA=1\nB="open\n', "line 2, 4 is no setting"),
        (b"\xef\xbb\xbfPORT=many\n", "PORT:"),
    ],
)
def test_a_broken_env_file_is_explained(written: bytes, named: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(written)
    assert named in "\n".join(faults())


def test_an_env_file_as_windows_writes_it_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfMODEL_URL=https://m.example/v1\r\nMODEL_NAME=m\r\nMODEL_KEY=k\r\n")
    assert [(model.url, model.name, model.key) for model in config.load().models] == [("https://m.example/v1", "m", "k")]


def test_a_shop_may_serve_a_regions_language_and_leave_others_to_people(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('[shop]\nlanguages = ["pt-BR", "zh_TW"]\ndefault_language = "pt-BR"\nother_languages = "handoff"\n')
    shop = config.load().shop.shop
    assert (shop.languages, shop.other_languages) == (("pt-BR", "zh_TW"), "handoff")
    (tmp_path / "shop.toml").write_text('[shop]\nother_languages = "ignore"\n')
    assert "other_languages" in "\n".join(faults())


def test_a_shop_file_that_is_named_and_missing_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_FILE", "elsewhere.toml")
    assert "elsewhere.toml" in faults()[0]


def test_on_another_host_the_page_is_off_unless_the_shop_opens_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "shop.example")
    assert not config.load().shows_page
    (tmp_path / "shop.toml").write_text("[page]\nopen = true\n")
    assert config.load().shows_page


@pytest.mark.parametrize(
    ("written", "driver"),
    [
        ("sqlite:///a.db", "sqlite+aiosqlite"),
        ("sqlite+aiosqlite:///a.db", "sqlite+aiosqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@h/d", "postgresql+psycopg"),
    ],
)
def test_each_way_to_write_a_database_means_the_async_driver(written: str, driver: str) -> None:
    assert database_url(written).drivername == driver


@pytest.mark.parametrize("written", ["mysql://h/d", "polydesk.db", "", "sqlite://", "sqlite:///:memory:"])
def test_another_database_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ConfigError, match="DATABASE_URL"):
        database_url(written)


@pytest.mark.parametrize("written", ["mysql://h/d", "sqlite:///:memory:", "postgresql://h:port/d"])
def test_another_database_is_named_with_the_other_faults(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", written)
    assert "DATABASE_URL" in faults()[0]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("slack:C0123ABCD", "slack::C0123ABCD:"),
        ("slack:T01:C0123ABCD", "slack:T01:C0123ABCD:"),
        ("https://acme.slack.com/archives/C0123ABCD", "slack::C0123ABCD:"),
        ("discord:2001:3001", "discord:2001:3001:"),
        ("https://discord.com/channels/2001/3001", "discord:2001:3001:"),
    ],
)
def test_staffs_channel_may_be_written_as_an_owner_finds_it(
    written: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shop.toml").write_text(f'[handoff]\nplace = "{written}"\n')
    monkeypatch.chdir(tmp_path)
    assert config.load().shop.handoff.place == key


@pytest.mark.parametrize("written", ["#support", "teams:1:2", "discord:here"])
def test_a_channel_that_cannot_be_one_is_explained(written: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.toml").write_text(f'[handoff]\nplace = "{written}"\n')
    monkeypatch.chdir(tmp_path)
    assert "paste the channel's link" in faults()[0]


def test_a_web_address_of_documents_must_be_https(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text('[shop]\ndocuments = ["http://shop.example/help"]\n')
    assert "must begin with https://" in "\n".join(faults())


WORKSPACES = """
[shop]
name = "Lumen & Loom"
hosts = ["shop.example"]
documents = ["pages"]
[handoff]
place = "discord:1:2"
[workspaces."slack:T0123"]
name = "Loom Japan"
languages = ["ja", "en"]
default_language = "ja"
tone = "polite"
handoff = "slack:C0STAFF"
documents = ["japan"]
[workspaces."discord:123"]
contact = "help@loom.example"
"""


def test_a_workspace_says_what_it_has_of_its_own_and_has_the_rest_from_the_shop(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(WORKSPACES)
    settings = config.load()
    japan, server = settings.shop.at("slack:T0123"), settings.shop.at("discord:123")
    assert (japan.shop.name, japan.shop.default_language, japan.answers.tone) == ("Loom Japan", "ja", "polite")
    assert japan.handoff.place == "slack:T0123:C0STAFF:"
    assert (server.shop.name, server.shop.contact, server.handoff.place) == ("Lumen & Loom", "help@loom.example", "discord:1:2:")
    assert settings.shop.at("slack:T9") is settings.shop
    assert settings.collections == {"": (str(tmp_path / "pages"),), "slack:T0123": (str(tmp_path / "japan"),)}
    assert settings.hosts_at("slack:T0123") == ("shop.example",)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('[workspaces."T0123"]\nname = "x"', 'T0123: name a workspace "slack:T0123ABCD"'),
        ('[workspaces."slack:T1"]\nlanguages = ["ja"]', """workspaces."slack:T1".default_language: 'en' is not one of"""),
        ('[workspaces."slack:T1"]\nhandof = "slack:C1"', "unknown key"),
        ('[workspaces."slack:T1"]\ndocuments = ["http://x.example"]', "must begin with https://"),
    ],
)
def test_faults_of_a_workspace_are_named_with_it(written: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(written)
    assert named in "\n".join(faults())


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('[channels."C1"]\nanswer = "off"', 'write the channel as "slack:WORKSPACE:CHANNEL"'),
        ('[channels."slack:T1:C1"]\nanswer = "always"', "write one of 'mention', 'questions' or 'off'"),
        ('[channels."slack:T1:C1"]\nquiet = "late"', 'write the hours like "22:00-07:00"'),
        ('[channels."discord:1"]\ntimezone = "Mars/Base"', "'Mars/Base' is no time zone"),
        ('[channels."discord:1"]\nwait_minutes = -1', "write a number of at least 0"),
        ('[channels."discord:1:2"]\nlanguages = ["en", "cy"]', """channels."discord:1:2".languages: 'cy' is not one of shop.languages"""),
    ],
)
def test_faults_of_a_channel_are_named_with_it(written: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(written)
    assert named in "\n".join(faults())


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"POLYDESK_KEY": ""}, "POLYDESK_KEY is missing: the tokens of workspaces are encrypted with it. `python -m bot key`"),
        ({"POLYDESK_KEY": "secret"}, "POLYDESK_KEY: that is no key."),
        ({"SLACK_SIGNING_SECRET": ""}, "SLACK_SIGNING_SECRET is missing"),
        ({"SLACK_CLIENT_SECRET": ""}, "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET go together"),
    ],
)
def test_what_is_missing_for_many_workspaces_is_one_sentence(given: dict[str, str], named: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s", "POLYDESK_KEY": "0" * 43 + "="}
    for name, value in (right | given).items():
        monkeypatch.setenv(name, value)
    [fault] = faults()
    assert named in fault
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-1")
    assert not config.load().installs_slack


def test_with_many_workspaces_staffs_channel_must_say_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shop.toml").write_text('[handoff]\nplace = "slack:C1"\n')
    right = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s", "POLYDESK_KEY": "0" * 43 + "="}
    for name, value in right.items():
        monkeypatch.setenv(name, value)
    assert "in which workspace" in "\n".join(faults())
