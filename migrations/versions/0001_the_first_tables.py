"""the first tables

Runs before the code that needs it.
"""

import sqlalchemy as sa
from alembic import op

from bot.tables import metadata

revision = "0001"
down_revision = None
