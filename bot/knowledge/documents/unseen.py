"""Characters that nobody sees: zero-width ones, those that turn the direction of writing, and tags. Used to hide words.

And those that no database keeps, or that only stack: whatever a document says passes here.
"""

import regex

from bot.messages import storable

_UNSEEN = regex.compile(
    r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
    # Joiners are spelling in Persian or Hindi and hold emoji together; anywhere else they only hide something.
    r"|(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])|(?<=[\u200c\u200d])[\u200c\u200d]+"
    # No writing puts more than a handful of marks on a letter; Unicode's stream-safe form ends at thirty.
    r"|(?<=\p{M}{30})\p{M}+"
)


def without_unseen(text: str) -> str:
    """The text as it is seen."""
    return _UNSEEN.sub("", storable(text))
