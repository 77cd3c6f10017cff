"""How many tokens a text has, roughly: nobody here has the model's own tokenizer."""


def estimate(text: str) -> int:
    """Four letters each in alphabets, one and a half signs in CJK and the like."""
    wide = sum(1 for sign in text if ord(sign) > 0x2E7F)
    return int((len(text) - wide) / 4 + wide / 1.5) + 4


def beginning(text: str, tokens: int) -> str:
    """The longest beginning of a text that has no more than so many tokens, by that estimate; between words where that costs little."""
    if estimate(text) <= tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if estimate(text[:middle]) <= tokens else (low, middle - 1)
    kept = text[:low]
    at = max(kept.rfind(" "), kept.rfind("\n"))
    return kept[:at] if at > 0.9 * len(kept) else kept
