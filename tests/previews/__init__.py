"""What people see in Slack and in Discord, as pages that anybody can open: `python -m tests.previews [FOLDER]`.

story.py       one customer and one member of staff, told by the real core: each kind of message once
words.py       what they say, in English, Arabic and Japanese
marks.py       the platforms' dialects of Markdown as HTML
on_slack.py    our payloads for Slack, their faults, and how Slack would draw them
on_discord.py  the same for Discord
page.py        the page around it
pictures.py    pictures of the pages, for docs/images
"""
