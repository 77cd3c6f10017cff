"""Ten minutes of a busy desk, under the platforms' documented limits.

    python -m benchmarks.load [--minutes 10] [--rate 25] [--seed 1]

Two processes besides this one. The bot is `serve` as it is shipped (without the embedded vectors, on SQLite). The world is a Slack, a
Discord, the people on them and the model, and keeps the only record. Slack has 40 workspaces with a channel each: there is one app and one
token yet, so the workspaces are the `team_id` of the events, and the limits count each of them by itself. Discord has 40 channels of one
server. Half of the messages are mentions that open a thread, or follow-ups in one (Slack); half are mentions in a channel (Discord).

What goes wrong: 3 % of the events come twice; of 1 % of Slack's acknowledgements Slack hears nothing and sends again; 1 % of the posts and
of Slack's signs of life are refused (429) although no limit is reached. A call beyond a documented limit, or in Slack within the
Retry-After of such a refusal, is refused too, and counted: that is what must not happen.
"""
