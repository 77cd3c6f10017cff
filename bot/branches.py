"""The shop's branches: what one workspace or server has of its own. All others share the main one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.answering import Answering
from bot.desk import Desk
from bot.language.detection import Detector
from bot.messages import Place


@dataclass(frozen=True, slots=True)
class Branch:
    """Who answers there, from which documents and in which manner; which languages are served; and whom staff hear of it.

    `hand_over_others`: who writes a language that is not served is sent to a person instead of being answered.
    """

    answering: Answering
    detector: Detector
    desk: Desk
    default_language: str
    hand_over_others: bool = False


@dataclass(frozen=True, slots=True)
class Branches:
    """`own`: by the workspace's name, as `workspace_of` gives it."""

    main: Branch
    own: Mapping[str, Branch] = field(default_factory=dict)

    def at(self, place: Place) -> Branch:
        """The branch that this place belongs to."""
        return self.own.get(workspace_of(place), self.main) if self.own else self.main


def workspace_of(place: Place) -> str:
    """How settings name the place's workspace: `slack:T0123`, `discord:123`."""
    return f"{place.platform}:{place.workspace}"
