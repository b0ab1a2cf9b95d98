"""Where a token may be sent: over https, or to this machine itself."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def why_forbidden(base_url: str) -> str:
    """Return why a token may not be sent to an address; empty when it may."""
    address = urlsplit(base_url)
    if address.username is not None or address.password is not None or address.query or address.fragment:
        return "The address may hold neither a user nor a query"
    if not is_secure(base_url):
        return "The token may only be sent over https"
    return ""


def is_secure(url: str) -> bool:
    """Return whether nobody on the way can read what is sent: https, or http that does not leave this machine."""
    address = urlsplit(url)
    return (address.scheme == "https" and bool(address.hostname)) or is_loopback(url)


def is_loopback(base_url: str) -> bool:
    """Return whether an address is on this machine."""
    address = urlsplit(base_url)
    if address.scheme not in ("http", "https"):
        return False
    host = address.hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def shown(base_url: str) -> str:
    """Return an address without what may be secret in it."""
    address = urlsplit(base_url)
    return f"{address.scheme}://{address.hostname or ''}"
