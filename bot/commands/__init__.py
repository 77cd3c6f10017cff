"""What the commands do once their arguments are read, one file each.

terminal.py   the loop, the progress bar
serving.py    `serve` and `demo`
asking.py     `ask`
searching.py  `search`
indexing.py   `index`
evaluating.py `evaluate`
checking.py   `check`
moving.py     `move`
detecting.py  `detect`
"""
