"""the lanes' engine on PostgreSQL

Runs before the code that needs it. SQLite needs nothing: its lanes are in the one process that uses it.
The schema is procrastinate's own, of the version in the file's name; a newer procrastinate brings a migration of its own.
"""

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = Path(__file__).resolve().parents[1] / "procrastinate-3.10.sql"
FASTER = """
CREATE INDEX polydesk_lanes ON procrastinate_jobs (lock) WHERE status IN ('todo', 'doing');
ALTER FUNCTION procrastinate_fetch_job_v2 SET enable_sort TO off;
ALTER FUNCTION procrastinate_fetch_job_v2 SET enable_bitmapscan TO off;
"""
"""Without them each fetch compares every waiting job with every other: a second, once some thousand lanes wait. Statistics
do not help in time, since the table is empty on good days; so the planner may not sort, and walks along the index of priorities."""
DROPPED = """
DROP TABLE procrastinate_events, procrastinate_periodic_defers, procrastinate_jobs, procrastinate_workers CASCADE;
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT oid::regprocedure FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE 'DROP FUNCTION ' || one;
    END LOOP;
END $$;
DROP TYPE procrastinate_job_to_defer_v1, procrastinate_job_event_type, procrastinate_job_status;
"""


def run(statements: str) -> None:
    """Many statements in one text, whose percent signs mean themselves."""
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statements, execution_options={"no_parameters": True})


def upgrade() -> None:
    run(SCHEMA.read_text(encoding="utf-8"))
    run(FASTER)


def downgrade() -> None:
    run(DROPPED)
