"""Where anything may be sent, and where nothing is, however the address is written."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from roster_tui.http.addresses import is_secure, leads_to_link, why_forbidden
from roster_tui.settings import SettingsError, load
from roster_tui.sync.notify import _post


@pytest.mark.parametrize(
    ("url", "secure"),
    [
        ("https://hooks.example/x", True),
        ("https://10.0.0.7/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://localhost/x", True),
        ("http://[::1]/x", True),
        ("http://hooks.example/x", False),
        ("ftp://hooks.example/x", False),
        ("file:///etc/passwd", False),
        ("gopher://127.0.0.1/x", False),
        ("https://", False),
        ("", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("https://[fe80::1]/x", False),
        ("https://[fe80::1%25eth0]/x", False),
        ("https://[::ffff:169.254.169.254]/x", False),
        ("https://2852039166/x", False),
        ("https://0xa9.0xfe.0xa9.0xfe/x", False),
        ("https://0251.0376.0251.0376/x", False),
        ("https://0.0.0.0/x", False),
        ("https://[::]/x", False),
        ("https://224.0.0.1/x", False),
    ],
)
def test_only_https_or_this_machine_and_never_its_own_link(url: str, secure: bool) -> None:
    assert is_secure(url) == secure
    assert bool(why_forbidden(url)) != secure


@pytest.mark.parametrize(
    "url", ["http://hooks.example/x", "https://169.254.169.254/x", "file:///etc/passwd", "https://2852039166/x"]
)
def test_the_settings_refuse_it_for_webhook_and_platform(url: str, tmp_path: Any) -> None:
    for options in ({"notify": {"webhook": url}}, {"directory": {"backend": "scim", "url": url}}):
        with pytest.raises(SettingsError):
            load(tmp_path / "none.toml", {}, options)


@pytest.mark.parametrize(("address", "link"), [("169.254.169.254", True), ("fe80::1%2", True), ("10.1.2.3", False)])
def test_a_name_that_leads_to_the_link_gets_nothing(monkeypatch: pytest.MonkeyPatch, address: str, link: bool) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(family, 1, 6, "", (address, 0))])
    assert leads_to_link("https://hooks.example/x") == link
    if link:
        assert _post("https://hooks.example/x", b"{}") == "its address is on this machine's own link"


def test_a_name_that_nobody_knows_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not leads_to_link("https://hooks.example/x")
