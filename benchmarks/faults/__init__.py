"""The fault bench: everything breaks, and whoever was heard is answered once. In reading order:

judge.py      pure: what people wrote, what they read, and whether that is right
world.py      the process that is never killed: platforms, people, the model; it keeps the only record
people.py     who writes what, and when
slack.py      a Slack that fails and repeats itself
discord.py    a Discord that does
model.py      a model that fails
child.py      the bot as the bench runs it, which can be told to die at a named point
bots.py       start it, kill it, freeze it
torn.py       SQLite's log after a power cut
postgresql.py a PostgreSQL that may be stopped
troubles.py   what befalls the database
bench.py      one run from beginning to end
__main__.py   the command line, and a table
"""
