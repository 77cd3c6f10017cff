"""who holds an unfinished row

Runs before the code that needs it, with the desk stopped: an older one knows no owners.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0003"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "workers",
        sa.Column("id", Id, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_workers"),
        sqlite_autoincrement=True,
    )
    for table in ("events", "outbox"):
        op.add_column(table, sa.Column("owner", Id, nullable=False, server_default=sa.text("0")))


def downgrade() -> None:
    for table in ("outbox", "events"):
        op.drop_column(table, "owner")
    op.drop_table("workers")
