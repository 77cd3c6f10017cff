"""workspaces that let us in, and documents of their own

Runs before the code that needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "installations",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("workspace", sa.Text(), nullable=False),
        sa.Column("enterprise", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("bot_id", sa.Text(), nullable=False),
        sa.Column("bot_user", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("installed_by", sa.Text(), nullable=False),
        sa.Column("installed_at", sa.Double(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "workspace", name="pk_installations"),
    )
    op.create_table(
        "installs_begun",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("state", name="pk_installs_begun"),
    )
    op.add_column("documents", sa.Column("collection", sa.Text(), nullable=False, server_default=""))
    op.drop_index("ix_documents_address", "documents")
    op.create_index("ix_documents_collection_address", "documents", ["collection", "address"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_documents_collection_address", "documents")
    op.execute("DELETE FROM documents WHERE collection <> ''")
    op.create_index("ix_documents_address", "documents", ["address"], unique=True)
    op.drop_column("documents", "collection")
    op.drop_table("installs_begun")
    op.drop_table("installations")
