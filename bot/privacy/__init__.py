"""Pure: what may leave, and in which shape.

outbound.py  what every reply passes
personal.py  what in a text belongs to one person
sealing.py   secrets that must be kept and read again
"""
