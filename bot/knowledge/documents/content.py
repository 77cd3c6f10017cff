"""What a reader of one kind gives, and the document that comes of it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Content:
    """What stands in a document. `text` is CommonMark where `markdown`; title, address and language are "" where it does
    not say them. `rows`: (heading, text) pairs that are a passage each, whatever their length. `hidden` counts what it
    hid from the eyes of people."""

    text: str
    title: str = ""
    url: str = ""
    language: str = ""
    markdown: bool = True
    rows: tuple[tuple[str, str], ...] = ()
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the shop. `language` is a code like "de"; `url` is "" when customers cannot open it.
    `named`: somebody gave it its title; else that is its file's name. `rows` are passages that are not cut.
    `traps`: how many hidden stretches and orders to a model were taken out."""

    address: str
    title: str
    url: str
    language: str
    text: str
    fingerprint: str
    markdown: bool = True
    named: bool = True
    rows: tuple[tuple[str, str], ...] = ()
    traps: int = 0
