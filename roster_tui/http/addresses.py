"""Where a token may be sent: over https, or to this machine itself."""

from __future__ import annotations

import ipaddress
import socket
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
    """Return whether nobody on the way can read what is sent: https, or http that does not leave this machine.

    Never so on the machine's own link, where clouds hand their machines' secrets to whoever asks (RFC 3927).
    """
    address = urlsplit(url)
    if address.hostname and _is_of_link(address.hostname):
        return False
    return (address.scheme == "https" and bool(address.hostname)) or is_loopback(url)


def leads_to_link(url: str) -> bool:
    """Return whether the name in an address stands for something on the machine's own link; asks the resolver.

    A name that cannot be resolved leads nowhere: whoever connects will say so.
    """
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, UnicodeError):
        return False
    return any(_is_of_link(str(address[0])) for *_, address in found)


def _is_of_link(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        try:
            # As resolvers read 2852039166 and 0xa9.0xfe.0xa9.0xfe.
            address = ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, UnicodeError, ValueError):
            return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    return address.is_link_local or address.is_unspecified or address.is_multicast


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
