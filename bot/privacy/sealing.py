"""Secrets that must be kept and read again, encrypted (Fernet: AES-128 in CBC mode with an HMAC) with keys from the environment.

The first key seals; each of them opens, so that a new one can come before the old one goes. What a secret belongs to is sealed in
with it: one that was put into another's row does not open.
"""

from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class WrongKey(Exception):
    """None of the keys opens it, or it belongs to something else."""


class Seal:
    """`keys`: the newest first, each as `new_key` makes it."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def close(self, secret: str, owner: str) -> str:
        """The secret, encrypted; "" stays "". `owner` holds no NUL."""
        return self._newest.encrypt(f"{owner}\0{secret}".encode()).decode() if secret else ""

    def open(self, sealed: str, owner: str) -> str:
        """The secret. Raises WrongKey."""
        return _opened(self._all, sealed, owner) if sealed else ""

    def is_newest(self, sealed: str) -> bool:
        """Whether the first key alone opens it."""
        try:
            return not sealed or bool(self._newest.decrypt(sealed.encode()))
        except InvalidToken:
            return False


def new_key() -> str:
    """A new key, at random: 44 characters."""
    return Fernet.generate_key().decode()


def _opened(keys: MultiFernet, sealed: str, owner: str) -> str:
    try:
        said, _, secret = keys.decrypt(sealed.encode()).decode().partition("\0")
    except InvalidToken as exc:
        raise WrongKey from exc
    if said != owner:
        raise WrongKey
    return secret
