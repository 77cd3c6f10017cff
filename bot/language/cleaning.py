"""A message without what says nothing about its language: code, links, addresses, mentions, ids, numbers, emoji, signs."""

import unicodedata

import regex

LONGEST = 1_000
"""So many characters are looked at; a language shows long before."""

# Every repetition is bounded or has no way back, so that no message can keep us busy.
_CODE = regex.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*+`", regex.DOTALL)
_LINK_TARGET = regex.compile(r"(?<=\])\([^()\s]{1,500}+\)")
_MENTION = regex.compile(r"<[@#!:a][^<>\s]{0,200}+>|(?<!\w):[\w+-]{1,50}+:(?!\w)")
_ADDRESS = regex.compile(r"(?:https?://|www\.|mailto:)\S++|(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]{0,255}+|@[\w.-]{1,64}+", regex.IGNORECASE)
_HOST = regex.compile(r"(?<![\w.-])(?:[a-z0-9-]{1,63}+\.){1,4}(?:com|net|org|io|eu|shop|store|info|app|dev|co|example)\b(?:/\S*+)?")
_CHUNK = regex.compile(r"[A-Za-z0-9#][A-Za-z0-9_./#+-]*+")
_DIGIT = regex.compile(r"[0-9]")
_VARIANT = regex.compile(r"[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_NOT_A_WORD = regex.compile(r"[^\p{L}\p{M}'’]++")
_LOOSE_APOSTROPHE = regex.compile(r"(?<!\p{L})['’]++|['’]++(?!\p{L})")


def for_detection(text: str) -> str:
    """The words of a message, one space between them; "" when it has none."""
    text = text[:LONGEST]
    for noise in (_CODE, _LINK_TARGET, _MENTION, _ADDRESS, _HOST):
        text = noise.sub(" ", text)
    text = _CHUNK.sub(lambda chunk: " " if _DIGIT.search(chunk[0]) else chunk[0], text)
    text = _NOT_A_WORD.sub(" ", _VARIANT.sub("", text))
    return " ".join(_LOOSE_APOSTROPHE.sub(" ", text).split())


def folded(text: str) -> str:
    """The text as people without the right keyboard write it: `días` is `dias`."""
    plain = text.replace("đ", "d").replace("Đ", "D").replace("ı", "i").replace("ł", "l").replace("ß", "ss")
    return unicodedata.normalize("NFC", "".join(sign for sign in unicodedata.normalize("NFD", plain) if not unicodedata.combining(sign)))
