"""What is sent to prove who asks, kept from every repr, log and traceback; and where it comes from."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable
from typing import Protocol


class Credential:
    """The value of an ``Authorization`` header; nothing but `header` shows it."""

    __slots__ = ("__header",)

    def __init__(self, header: str) -> None:
        self.__header = header

    @classmethod
    def bearer(cls, token: str) -> Credential:
        """Return what a token is sent as."""
        return cls(f"Bearer {token}")

    @classmethod
    def basic(cls, name: str, secret: str) -> Credential:
        """Return what a client id and its secret are sent as."""
        return cls("Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode())

    def header(self) -> str:
        """Return the value to be sent, for the one call that sends it."""
        return self.__header

    def digest(self) -> bytes:
        """Return what tells this credential from others without showing it."""
        return hashlib.sha256(self.__header.encode()).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Credential) and self.digest() == other.digest()

    def __hash__(self) -> int:
        return hash(self.digest())

    def __repr__(self) -> str:
        return "Credential('***')"


class TokenSource(Protocol):
    """Where a client's token comes from."""

    async def current(self) -> Credential:
        """Return the token to be sent. Raises an error of the service when it cannot be had."""

    async def after_refusal(self, refused: Credential) -> Credential | None:
        """Return another token than the refused one, or None when there is no other."""


class ReadToken:
    """A token that is read where it is kept when it is first needed, and again when it is refused.

    ``read`` may block: it runs in a thread.
    """

    def __init__(self, read: Callable[[], Credential]) -> None:
        self._read = read
        self._known: Credential | None = None

    async def current(self) -> Credential:
        """Return the token as last read. Raises what ``read`` raises."""
        if self._known is None:
            self._known = await asyncio.to_thread(self._read)
        return self._known

    async def after_refusal(self, refused: Credential) -> Credential | None:
        """Return the token that is kept by now, or None when it is still the refused one."""
        if self._known == refused:
            self._known = await asyncio.to_thread(self._read)
        return None if self._known == refused else self._known


class FixedToken:
    """A token that was given once and is not looked up."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    async def current(self) -> Credential:
        """Return the token."""
        return self._credential

    async def after_refusal(self, refused: Credential) -> Credential | None:
        """Return None: there is no other."""
        return None
