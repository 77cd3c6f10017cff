"""The language room: which language a thread speaks, and our own sentences in it.

phrases.py    our own sentences, translated (locale/)
formats.py    numbers as each language writes them
cleaning.py   a message without what says nothing about its language
scripts.py    which letters a text is written in
words.py      greetings and small words of each language
letters.py    how likely a text is in each language, by its letters
detection.py  which language a text is in
wish_words.py names of languages, and the words of asking for one
wishes.py     "in English, please"
figure_words.py figures as words, units, signs of money
policy.py     which language a thread speaks now
explaining.py why it does, in words
"""
