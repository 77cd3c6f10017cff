"""Puts the parts together from Config. Read parts.py (what answering needs), roles.py (which process does what), then process.py.

platforms.py is the only file that imports adapters.
"""

from bot.app.parts import Ground, Parts, Progress, grounded, index, is_sample, make_current, make_embedders, make_model, opened
from bot.app.platforms import make_installations, make_platforms
from bot.app.process import App, running
from bot.app.roles import GATEWAY, SERVE, WEB, WORK, Role

__all__ = [
    "GATEWAY",
    "SERVE",
    "WEB",
    "WORK",
    "App",
    "Ground",
    "Parts",
    "Progress",
    "Role",
    "grounded",
    "index",
    "is_sample",
    "make_current",
    "make_embedders",
    "make_installations",
    "make_model",
    "make_platforms",
    "opened",
    "running",
]
