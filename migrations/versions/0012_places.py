"""what is set for a channel, and messages that others may answer first

Runs before the code that needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channels",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("set_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "name", name="pk_channels"),
    )
    op.add_column("events", sa.Column("not_before", sa.Double(), nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    op.drop_column("events", "not_before")
    op.drop_table("channels")
