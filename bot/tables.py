"""The tables. Migrations are compared with these (`alembic check`), and only `bot.store` reads or writes them.

Times are seconds since 1970, UTC. Texts are what people wrote; `records` says how long they stay.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, false, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")

threads = Table(
    "threads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("place", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Column("active_at", Double, nullable=False),
    Index(None, "place", "id"),
)

turns = Table(
    "turns",
    metadata,
    Column("id", Id, primary_key=True),
    Column("thread_id", Id, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("role", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("said_at", Double, nullable=False),
    Column("reference", Text, nullable=False),
    Column("offers_person", Boolean, nullable=False, server_default=false()),
    Column("sources", Text, nullable=False, server_default=text("''")),
    Index(None, "thread_id", "id"),
    Index(None, "message_id"),
    Index("ix_turns_author", "author", sqlite_where=text("author <> ''"), postgresql_where=text("author <> ''")),
)

# Who answers: a row per process that does. A row of the inbox or the outbox whose `owner` is in here is that worker's alone;
# one whose `owner` is not (0: nobody) is free. A worker that is silent too long is taken out of here by the others.
workers = Table(
    "workers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("seen_at", Double, nullable=False),
    sqlite_autoincrement=True,
)

# The inbox: a message is here before its platform is told that we have it. `identity` is platform:workspace:channel:message,
# since Slack tells of one mention twice, under two event ids. `body` is emptied when the message is done. `attempts` counts
# failures of this very message, never the death of a process.
events = Table(
    "events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("identity", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("sent_at", Double, nullable=False),
    Column("received_at", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("turn_id", Id, nullable=True),
    Column("owner", Id, nullable=False, server_default=text("0")),
    Index(None, "platform", "event_id", unique=True),
    Index(None, "identity", unique=True),
    Index(None, "place", "state"),
    Index("ix_events_open", "state", "id"),
)

# A thread that a person must look after. `event` is the message that opened it, so that a second try opens no second one.
cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("reference", Text, nullable=False),
    Column("thread_id", Id, ForeignKey("threads.id", ondelete="CASCADE"), nullable=False),
    Column("event", Id, nullable=False),
    Column("person", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_at", Double, nullable=False),
    Index(None, "reference", unique=True),
    Index(None, "thread_id", "state"),
)

# Whether an answer helped: "good" or "bad", and after "bad" perhaps why. `person` is a Person's key; a second verdict replaces the first.
feedback = Table(
    "feedback",
    metadata,
    Column("turn_id", Id, ForeignKey("turns.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("person", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("at", Double, nullable=False),
    Index(None, "person"),
)

# What somebody has chosen once and for all; `person` is a Person's key.
people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("language", Text, nullable=False),
)

# Answers that staff look at before they are sent: to `question`, the message `message_id` at `place`. `person` is the key of whom of
# the staff it was made for, `author` that of the customer. They last a day.
drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("person", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_at", Double, nullable=False),
    Index(None, "made_at"),
)

# The outbox: a row per part of a reply, committed before it is sent, so that a crash leaves a question and not a gap.
# `event` and `turn_id` are 0 for what we tell staff: it answers no message. `owner` is 0 until somebody begins to send it.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("event", Id, nullable=False),
    Column("turn_id", Id, nullable=False),
    Column("part", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("written_at", Double, nullable=False),
    Column("sent_at", Double, nullable=True),
    Column("owner", Id, nullable=False, server_default=text("0")),
    Index(None, "key", unique=True),
    Index(None, "event", "part"),
    Index("ix_outbox_open", "state", "id"),
)

# `collection` is the workspace ("slack:T0123") whose own document it is; "": everybody's who has none of their own.
documents = Table(
    "documents",
    metadata,
    Column("id", Id, primary_key=True),
    Column("collection", Text, nullable=False, server_default=""),
    Column("address", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("indexed_at", Double, nullable=False),
    Index(None, "collection", "address", unique=True),
)

# `terms` is what full text searches: `text` folded and cut by bot.knowledge, the same on SQLite and PostgreSQL.
passages = Table(
    "passages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("document_id", Id, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("terms", Text, nullable=False),
    Index(None, "document_id", "position"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", Id, ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
    Column("model", Text, primary_key=True),
    Column("dimension", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

# What the models took, by day (UTC): only where shop.toml sets a budget.
spending = Table(
    "spending",
    metadata,
    Column("day", Text, primary_key=True),
    Column("tokens", BigInteger, nullable=False),
)

# Web pages among the documents: what their servers call this version of them, so that it need not be sent again; `links` is a
# list (JSON), since a page that was not sent again leads on all the same; `reader` says how it was read.
pages = Table(
    "pages",
    metadata,
    Column("address", Text, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("links", Text, nullable=False),
    Column("reader", Text, nullable=False),
)

# How far a platform has been heard: everything in `channel` up to the message `position` is written down, or none of our business.
# The row with the empty channel is the workspace as a whole.
cursors = Table(
    "cursors",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("position", Text, nullable=False),
    Column("moved_at", Double, nullable=False),
)

# Workspaces that let us in by themselves. `token` and `refresh_token` are encrypted (`bot.privacy.sealing`).
installations = Table(
    "installations",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    Column("enterprise", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("bot_id", Text, nullable=False),
    Column("bot_user", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("installed_by", Text, nullable=False),
    Column("installed_at", Double, nullable=False),
    Column("token", Text, nullable=False),
    Column("refresh_token", Text, nullable=False),
    Column("expires_at", Double, nullable=True),
)

# Installations that somebody has begun and not ended: a hash of the secret that his browser holds. Each counts once.
installs_begun = Table(
    "installs_begun",
    metadata,
    Column("state", Text, primary_key=True),
    Column("expires_at", Double, nullable=False),
)
