"""lanes keep no diary: procrastinate's four triggers that write each change of a job into procrastinate_events

Nobody reads it: stalled jobs are known by their worker's heartbeat, and done ones are deleted. It was a third of what a message costs the
server.
The code of before and after runs with and without.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

DIARY = {
    "procrastinate_trigger_status_events_update_v1": """
        AFTER UPDATE OF status ON procrastinate_jobs
        FOR EACH ROW EXECUTE PROCEDURE procrastinate_trigger_function_status_events_update_v1()
    """,
    "procrastinate_trigger_status_events_insert_v1": """
        AFTER INSERT ON procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::procrastinate_job_status))
        EXECUTE PROCEDURE procrastinate_trigger_function_status_events_insert_v1()
    """,
    "procrastinate_trigger_scheduled_events_v1": """
        AFTER UPDATE OR INSERT ON procrastinate_jobs
        FOR EACH ROW WHEN ((new.scheduled_at IS NOT NULL AND new.status = 'todo'::procrastinate_job_status))
        EXECUTE PROCEDURE procrastinate_trigger_function_scheduled_events_v1()
    """,
    "procrastinate_trigger_abort_requested_events_v1": """
        AFTER UPDATE OF abort_requested ON procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true))
        EXECUTE PROCEDURE procrastinate_trigger_abort_requested_events_procedure_v1()
    """,
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name in DIARY:
            op.execute(f"DROP TRIGGER {name} ON procrastinate_jobs")


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for name, rest in DIARY.items():
            op.execute(f"CREATE TRIGGER {name} {rest}")
