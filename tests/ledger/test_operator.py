"""Who acts, as far as sshd tells."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import which

import pytest

from roster_tui.ledger import operator_here

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
"""Some public key, and how ssh-keygen prints it."""
PRINT = "SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"


def test_without_ssh_there_is_a_name_and_a_host() -> None:
    facts = operator_here("jdoe", {}).facts()
    assert facts["operator"] == "jdoe"
    assert set(facts) == {"operator", "host"}


def test_the_key_of_the_session_is_told_by_its_fingerprint(tmp_path: Path) -> None:
    told = tmp_path / "auth"
    told.write_text(f"publickey ssh-ed25519 {KEY}\n")
    environ = {"SSH_CONNECTION": "203.0.113.7 50022 10.0.0.5 22", "SSH_USER_AUTH": str(told)}
    facts = operator_here("jdoe", environ).facts()
    assert (facts["ssh_from"], facts["ssh_key"]) == ("203.0.113.7", PRINT)


@pytest.mark.skipif(which("ssh-keygen") is None, reason="there is no ssh-keygen here to compare with")
def test_the_fingerprint_is_the_one_that_ssh_prints(tmp_path: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_text(f"ssh-ed25519 {KEY}\n")
    printed = subprocess.run(["ssh-keygen", "-lf", str(file)], capture_output=True, text=True, check=True).stdout
    assert printed.split()[1] == PRINT


@pytest.mark.parametrize("content", ["", "password\n", "publickey\n", "publickey ssh-rsa %%%\n", "publickey a b\n\xff"])
def test_what_sshd_did_not_write_names_no_key(tmp_path: Path, content: str) -> None:
    told = tmp_path / "auth"
    told.write_text(content, encoding="latin-1")
    assert operator_here("jdoe", {"SSH_USER_AUTH": str(told)}).ssh_key == ""
    assert operator_here("jdoe", {"SSH_USER_AUTH": str(tmp_path / "gone")}).ssh_key == ""
