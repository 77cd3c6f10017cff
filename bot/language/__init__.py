"""The language room: which language a thread speaks, and our own sentences in it.

phrases.py    our own sentences, translated
cleaning.py   a message without what says nothing about its language
detection.py  which language a text is in
policy.py     which language a thread speaks now
"""
