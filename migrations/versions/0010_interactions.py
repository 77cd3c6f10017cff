"""feedback, what people have chosen, drafts, and the sources of answers that one person alone saw

Runs before the code that needs it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "feedback",
        sa.Column("turn_id", Id, sa.ForeignKey("turns.id", name="fk_feedback_turn_id", ondelete="CASCADE"), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("turn_id", "person", name="pk_feedback"),
    )
    op.create_index("ix_feedback_person", "feedback", ["person"])
    op.create_table(
        "people",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_people"),
    )
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_made_at", "drafts", ["made_at"])
    op.add_column("turns", sa.Column("sources", sa.Text(), nullable=False, server_default=sa.text("''")))
    named = sa.text("author <> ''")
    op.create_index("ix_turns_author", "turns", ["author"], sqlite_where=named, postgresql_where=named)


def downgrade() -> None:
    op.drop_index("ix_turns_author", "turns")
    op.drop_column("turns", "sources")
    op.drop_table("drafts")
    op.drop_table("people")
    op.drop_table("feedback")
