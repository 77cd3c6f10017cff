"""The HTTP server: what the owner reads when it cannot listen."""

import socket

import pytest

from bot.errors import ConfigError
from bot.server import Server


async def ready() -> tuple[bool, dict[str, str]]:
    return True, {}


async def figures() -> bytes:
    return b""


@pytest.mark.parametrize("setting", ["PORT", "HEALTH_PORT"])
async def test_a_port_that_another_program_holds_is_named_with_what_to_do(setting: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"{setting}: another program listens at 127.0.0.1:{port} already"):
            await Server("127.0.0.1", port, [], ready, figures, setting).start()


async def test_an_address_of_another_machine_is_named_as_the_wrong_setting() -> None:
    with pytest.raises(ConfigError, match=r"HOST: 192\.0\.2\.1 is no address of this machine"):
        await Server("192.0.2.1", 0, [], ready, figures).start()
