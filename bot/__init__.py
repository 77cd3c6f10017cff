"""Polydesk's core: it knows customers, threads and answers, and knows no platform. The map, in reading order:

messages.py      the words that everyone shares: places, people, events, replies
pressed.py       what people do without writing: buttons, commands, forms; and what they then see
platforms.py     the port: what a platform must offer, and what it can do
errors.py        the tree of errors
channels.py      where and how we speak: what is set for a channel, and which messages that gives us
inbox.py         step 3: an event is accepted once, and its lane is woken
lanes/           who works at which thread: in this process, or in one of many
conversation.py  step 4: the story of one message
attachments.py   files that came with a message: fetched, and read or made ready to be seen
answering.py     one answer: passages, model, checks, sources, or "I do not know"
drafting.py      a model's draft as it comes, sentence by sentence
discretion.py    what is personal is not said where others read
growing.py       an answer that is seen while it is written
signs.py         the sign that we are at work
prompts.py       every word that we say to the model
checks/          what a draft must pass before it counts
rates.py         how often somebody may ask
handoff.py       who holds a thread, and who wants a person: pure rules
desk.py          all that staff can see and do
branches.py      what one workspace or server has of its own
pacing.py        how fast we may post
marking.py       what became of a conversation, where people look for it
headroom.py      whether there is time for what nobody waits for
delivery.py      step 5: filter, cut, outbox, send, settle
interactions/    who presses, commands or fills in a form gets a reaction
worker.py        one process among those that answer: it lives, and looks after what the dead have left
evaluation/      a file of questions, answered and judged
knowledge/       documents, passages, index, search
language/        which language a thread speaks, and our own sentences in it
model/           the Model protocol, the OpenAI-compatible client, profiles of providers
privacy/         what may leave
reading.py       what a reader sees of a text, its markup gone
shaping.py       cut long texts where it does not hurt
store/           every question that we ask the database
tables.py        the tables
config/          the only reader of the environment and of shop.toml
app/             puts the parts together; which process does what; the only room that imports adapters
server.py        the one HTTP server
doctor.py        what keeps the desk from working, and the cure
first_steps.py   `init`: questions at the terminal, answered into files
metrics.py       what /metrics tells
outage.py        a database that is away: one line, and one when it is over
logs.py          lines for people, JSON for machines
commands/        what the commands do, one file each
__main__.py      the command line
sample_shop/     the help pages of an invented shop, for the demo
"""
