"""How many tokens a text has, roughly: nobody here has the model's own tokenizer."""


def estimate(text: str) -> int:
    """Four letters each in alphabets, one and a half signs in CJK and the like."""
    wide = sum(1 for sign in text if ord(sign) > 0x2E7F)
    return int((len(text) - wide) / 4 + wide / 1.5) + 4
