"""What shop.toml may say of one channel, or of all channels of a workspace or server: where and how the bot speaks."""

import re
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

Answer = Literal["mention", "questions", "off"]

CHANNEL = re.compile(r"slack:[A-Z0-9]{1,25}(?::[A-Z0-9]{1,25})?|discord:[0-9]{1,25}(?::[0-9]{1,25})?")
QUIET = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d")
LONGEST_WAIT = 24 * 60
Tag = Annotated[str, Field(max_length=20)]


def _named(value: str) -> str:
    if not CHANNEL.fullmatch(value):
        raise ValueError('write the channel as "slack:WORKSPACE:CHANNEL" or "discord:SERVER:CHANNEL", or leave it out for all of them')
    return value


ChannelName = Annotated[str, AfterValidator(_named)]


class ChannelSection(BaseModel):
    """`[channels."slack:T0123:C0123"]`, `[channels."discord:123"]`. None: as for the workspace or server, else as usual."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Answer | None = None
    quiet: str | None = None
    timezone: str | None = None
    wait_minutes: Annotated[float, Field(ge=0, le=LONGEST_WAIT)] | None = None
    tone: str | None = None
    answered_tag: Tag | None = None
    person_tag: Tag | None = None

    @field_validator("quiet")
    @classmethod
    def _hours(cls, value: str | None) -> str | None:
        if value and not QUIET.fullmatch(value):
            raise ValueError('write the hours like "22:00-07:00"; "" for none')
        return value

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        try:
            return None if value is None else ZoneInfo(value).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f'{value!r} is no time zone; write it like "Europe/Berlin"') from None
