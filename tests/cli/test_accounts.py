"""``accounts``: a mailed link followed from the command line, an export taken over, own mail texts."""

from __future__ import annotations

import re
import stat
import subprocess
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.cli.conftest import Ran, Run, command
from tests.conftest import Inbox


@pytest.fixture
def pending(run: Run, demo_folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("teachers", "status:pending", "--json", "--data-dir", demo_folder).json["rows"]
    return found


@pytest.fixture
def smtp(inbox: Inbox) -> dict[str, str]:
    return {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": str(inbox.port),
        "ROSTER_TUI_MAIL__SECURITY": "none",
    }


def account_of(run: Run, folder: Path, clever_id: str) -> dict[str, Any]:
    rows = run("teachers", "--json", "--data-dir", folder).json["rows"]
    found: dict[str, Any] = next(row["account"] for row in rows if row["clever_id"] == clever_id)
    return found


def token_in(message: Message) -> str:
    text = message.get_payload(0).get_payload(decode=True)  # type: ignore[union-attr]
    url = re.search(r"https://\S+", text.decode())  # type: ignore[union-attr]
    assert url
    return parse_qs(urlsplit(url[0]).query)["token"][0]


def test_a_mailed_link_activates_once(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox, smtp: dict[str, str]
) -> None:
    who = pending[0]
    assert run("activate", who["sis_id"], "--data-dir", demo_folder, **smtp).code == 0
    mail = account_of(run, demo_folder, who["clever_id"])["mail"]
    assert (mail["kind"], mail["state"], mail["said"]) == ("activation", "accepted", "")
    assert mail["again_at"] > mail["at"]
    token = token_in(inbox.messages[0])

    def confirm(given: str) -> Ran:
        return run("accounts", "confirm", given, "--json", "--data-dir", demo_folder)

    first = confirm(token)
    assert (first.code, first.json["ok"]) == (0, True)
    assert first.json["account"] == {"clever_id": who["clever_id"], "state": "active"}
    assert account_of(run, demo_folder, who["clever_id"])["state"] == "active"
    again = confirm(token)
    assert (again.code, again.json["ok"], again.json["error"]) == (3, False, "used")
    forged = confirm(token[:-4] + "AAAA")
    assert (forged.code, forged.json["error"]) == (3, "forged")
    plain = run("accounts", "confirm", "nonsense", "--data-dir", demo_folder)
    assert (plain.code, plain.out) == (3, "")
    assert "was not made here" in plain.err
    (key,) = demo_folder.glob("*/ledger/link-key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run("journal", "verify", "--json", "--data-dir", demo_folder).json["ok"]


def test_a_token_may_come_on_standard_input(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox, smtp: dict[str, str]
) -> None:
    run("activate", pending[0]["sis_id"], "--data-dir", demo_folder, **smtp)
    confirm = command("accounts", "confirm", "-", "--data-dir", demo_folder)
    done = subprocess.run(confirm, input=token_in(inbox.messages[0]) + "\n", capture_output=True, text=True, check=True)
    assert done.stdout == f"{pending[0]['name']} is active\n"


def test_a_suspended_account_stays_so(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox, smtp: dict[str, str]
) -> None:
    run("activate", pending[0]["sis_id"], "--data-dir", demo_folder, **smtp)
    run("suspend", pending[0]["sis_id"], "--data-dir", demo_folder)
    told = run("accounts", "confirm", token_in(inbox.messages[0]), "--json", "--data-dir", demo_folder)
    assert (told.code, told.json["error"]) == (3, "suspended")
    assert account_of(run, demo_folder, pending[0]["clever_id"])["state"] == "suspended"


def test_a_refused_address_has_the_servers_words(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox, smtp: dict[str, str]
) -> None:
    inbox.refused = {pending[0]["email"]}
    told = run("activate", "--all-pending", "--yes", "--json", "--data-dir", demo_folder, **smtp)
    assert told.code == 1
    assert len(inbox.messages) == len(pending) - 1
    mail = account_of(run, demo_folder, pending[0]["clever_id"])["mail"]
    assert (mail["state"], mail["again_at"]) == ("refused", None)
    assert "550 5.1.1 no such user here" in mail["said"]


def test_a_dry_run_shows_the_text_and_no_link_that_opens(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]]
) -> None:
    told = run("activate", pending[0]["sis_id"], "--dry-run", "--json", "--data-dir", demo_folder)
    mail = told.json["mail"]
    assert (mail["to"], mail["subject"]) == (pending[0]["email"], "Activate your account")
    assert "token=(made-when-it-is-sent)" in mail["text"]
    assert mail["html"].startswith("<!doctype html>")
    assert f"To {pending[0]['email']}: Activate your account" in told.err
    assert list(demo_folder.glob("*/mail/new/*")) == []


def test_a_district_writes_its_own_texts(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], tmp_path: Path
) -> None:
    own = {"ROSTER_TUI_MAIL__TEMPLATES": str(tmp_path / "texts")}
    written = run("accounts", "templates", "--json", "--data-dir", demo_folder, **own)
    assert written.json["written"] == ["activation.html", "activation.txt", "password.html", "password.txt"]
    (tmp_path / "texts" / "activation.html").unlink()
    (tmp_path / "texts" / "activation.txt").write_text("Subject: Welcome, $name\n\nGo to $link\n")
    assert run("accounts", "templates", "--json", "--data-dir", demo_folder, **own).json["written"] == [
        "activation.html"
    ]
    shown = run("activate", pending[0]["sis_id"], "--dry-run", "--json", "--data-dir", demo_folder, **own)
    assert shown.json["mail"]["subject"].startswith("Welcome, ")
    (tmp_path / "texts" / "activation.txt").write_text("Subject: Welcome\n\nGo to $lnik\n")
    broken = run("activate", pending[0]["sis_id"], "--data-dir", demo_folder, **own)
    assert broken.code == 2
    assert "activation.txt line 3: there is no $lnik" in broken.err


def test_an_export_is_shown_first_and_taken_over_with_yes(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], tmp_path: Path
) -> None:
    export = tmp_path / "export.csv"
    one, other = pending[:2]
    lines = ["Name,Email,SIS ID,Status", f"x,{one['email']},,Active", f'x,,="{other["sis_id"]}",Active']
    export.write_text("\n".join([*lines, "x,nobody@example.org,,Active", "x,=cmd(),,Active"]) + "\n")

    def take_over(*options: str) -> Ran:
        return run("accounts", "import", export, *options, "--data-dir", demo_folder)

    unsure = take_over()
    assert unsure.code == 2
    assert "Confirm with --yes" in unsure.err
    assert "line 4: names nobody who has an account here" in unsure.err
    assert take_over("--dry-run", "--json").json["items"] == [
        {"id": each["clever_id"], "label": each["name"], "verdict": "would_do", "reason": ""} for each in (one, other)
    ]
    done = take_over("--yes", "--json")
    assert [item["verdict"] for item in done.json["items"]] == ["done", "done"]
    assert done.json["troubles"][1] == {"line": 5, "said": "Email begins like a formula, not like a value"}
    assert account_of(run, demo_folder, one["clever_id"])["state"] == "active"
    again = take_over("--yes", "--json")
    assert [item["verdict"] for item in again.json["items"]] == ["noop", "noop"]
    export.write_bytes(b"\x00\xff")
    assert take_over().code == 1
    assert take_over("--read-only").code == 3


def test_a_damaged_key_is_named_in_full_and_a_new_one_is_an_act(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox, smtp: dict[str, str]
) -> None:
    one, other = pending[:2]
    assert run("activate", one["sis_id"], "--data-dir", demo_folder, **smtp).code == 0
    token = token_in(inbox.messages[0])
    (key,) = demo_folder.glob("*/ledger/link-key")
    key.write_text("k")
    refused = run("activate", other["sis_id"], "--data-dir", demo_folder, **smtp)
    assert refused.code == 1
    assert "The key of mailed links has 1 characters and should have 64" in refused.err
    assert str(key) in refused.err
    assert "roster-tui accounts new-link-key" in refused.err
    assert (len(inbox.messages), key.read_text()) == (1, "k")
    assert run("accounts", "confirm", token, "--data-dir", demo_folder).code == 1

    def new_key(*options: str) -> Ran:
        return run("accounts", "new-link-key", *options, "--data-dir", demo_folder)

    shown = new_key("--dry-run", "--json")
    assert [link["clever_id"] for link in shown.json["links"]] == [one["clever_id"]]
    assert "1 mailed link that is still good and unused dies" in shown.err
    assert new_key("--read-only").code == 3
    asked = new_key()
    assert (asked.code, key.read_text()) == (2, "k")
    lead = run("accounts", "new-link-key", "--yes", "--data-dir", demo_folder, ROSTER_TUI_OPERATOR_ROLE="lead")
    assert (lead.code, key.read_text()) == (3, "k")
    made = new_key("--yes", "--reason", "damaged", "--json")
    assert made.code == 0
    assert len(key.read_text()) == 64
    assert run("accounts", "confirm", token, "--json", "--data-dir", demo_folder).json["error"] == "forged"
    entries = run("journal", "show", "--kind", "new-link-key", "--json", "--data-dir", demo_folder).json["entries"]
    assert [each["phase"] for each in entries] == ["outcome", "intent"]
    assert entries[0]["fingerprint"] == made.json["fingerprint"]
    assert run("activate", other["sis_id"], "--data-dir", demo_folder, **smtp).code == 0


def test_a_reason_is_shown_to_its_end(run: Run, demo_folder: Path, pending: list[dict[str, Any]]) -> None:
    told = run(
        "activate", pending[0]["sis_id"], "--data-dir", demo_folder, ROSTER_TUI_MAIL__HOST="127.0.0.1",
        ROSTER_TUI_MAIL__PORT="9", ROSTER_TUI_MAIL__SECURITY="none",
    )  # fmt: skip
    assert told.code == 1
    assert "the mail server 127.0.0.1:9 does not take mail" in told.out
    assert "…" not in told.out


def test_the_journal_is_shown_with_its_years_and_the_progress_with_its_failures(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]]
) -> None:
    nobody = {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": "9",
        "ROSTER_TUI_MAIL__SECURITY": "none",
    }
    told = run("activate", "--all-pending", "--yes", "--data-dir", demo_folder, **nobody)
    number = len(pending)
    assert told.code == 1
    assert f"0 of {number} mailed, {number} not" in told.err
    assert f"{number} of {number}" not in told.err
    shown = run("journal", "show", "--kind", "sync", "--data-dir", demo_folder).out
    assert re.search(r"Nov 2\d, 2026 \d+:\d\d [AP]M", shown)
    one = run("accounts", "history", pending[0]["clever_id"], "--data-dir", demo_folder).out
    assert re.search(r"[A-Z][a-z]{2} \d+, \d{4} \d+:\d\d [AP]M +activate", one)
