"""Commands that act: planned, confirmed, journaled, told."""

import asyncio
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from roster_tui.accounts.changes import Mailed, change_document
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import MailKind
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.refusals import CHANGED_MEANWHILE, LAST_ADMINISTRATOR, ONLY_ADMINS, OWN_ACCOUNT, VIEWER
from tests.cli.conftest import Ran, Run, command
from tests.conftest import NOW, Inbox


@pytest.fixture
def pending(run: Run, demo_folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run("teachers", "status:pending", "--json", "--data-dir", demo_folder).json["rows"]
    return found


@pytest.fixture
def active(run: Run, demo_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = run("teachers", "status:active", "--json", "--limit", "1", "--data-dir", demo_folder).json[
        "rows"
    ][0]
    return found


def verdicts(ran: Ran) -> list[str]:
    return [item["verdict"] for item in ran.json["items"]]


def test_suspend_and_unsuspend_change_once(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: str) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    first = call("suspend", active["sis_id"], "--reason", "left early")
    assert (first.code, verdicts(first)) == (0, ["done"])
    assert set(first.json) == {"action_id", "kind", "dry_run", "digest", "items"}
    again = call("suspend", active["clever_id"])
    assert (again.code, verdicts(again), again.json["action_id"]) == (0, ["noop"], None)
    (row,) = call("teachers", f"sis:{active['sis_id']}").json["rows"]
    assert (row["account"]["state"], row["account"]["cause"]) == ("suspended", "by jdoe: left early")
    assert verdicts(call("unsuspend", active["email"])) == ["done"]
    assert verdicts(call("unsuspend", active["email"])) == ["noop"]
    (row,) = call("teachers", f"sis:{active['sis_id']}").json["rows"]
    assert row["account"]["state"] == "active"
    checked = call("journal", "verify")
    assert checked.json["ok"] is True
    shown = call("journal", "show", "--limit", "4").json["entries"]
    assert [(entry["kind"], entry["phase"]) for entry in shown] == [
        ("unsuspend", "outcome"), ("unsuspend", "intent"), ("suspend", "outcome"), ("suspend", "intent"),
    ]  # fmt: skip


def test_a_role_is_given_and_taken_back(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: object) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    def role_now() -> str:
        (row,) = call("teachers", f"sis:{active['sis_id']}").json["rows"]
        return str(row["account"]["role"])

    given = call("role", active["sis_id"], "--grant", "school-administrator", "--until", "2099-06-30")
    assert (given.code, verdicts(given), role_now()) == (0, ["done"], "School Administrator")
    taken = call("undo", given.json["action_id"])
    assert (taken.code, verdicts(taken), taken.json["undoes"]) == (0, ["done"], given.json["action_id"])
    assert role_now() == "Teacher"
    wrong = call("role", active["sis_id"], "--grant", "Principle")
    assert wrong.code == 2
    near = call("role", active["sis_id"], "--grant", "scool administrator")
    assert "Did you mean School Administrator?" in near.err
    assert call("role", active["sis_id"]).code == 2
    assert verdicts(call("role", active["sis_id"], "--permission", "item author")) == ["done"]
    assert verdicts(call("role", active["sis_id"], "--revoke")) == ["done"]
    assert verdicts(call("role", active["sis_id"], "--revoke")) == ["noop"]


def test_accounts_come_from_a_filter_or_from_standard_input(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]]
) -> None:
    def call(*arguments: object, **options: Any) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder, **options)

    found = call("pin", "--where", "status:pending", "--yes")
    assert verdicts(found) == ["done"] * len(pending)
    lines = "".join(f"{each['sis_id']}, {each['name']}\n" for each in pending) + "\n# and no more\n"
    read = call("unpin", "-", "--yes", stdin=lines.encode())
    assert verdicts(read) == ["done"] * len(pending)
    assert call("unpin", "-", "--yes", stdin=b"\xff\xfe").code == 2
    assert call("pin", "--where", "status:suspended email:nobody").code == 2
    mistaken = call("pin", "--where", "stauts:pending")
    assert mistaken.code == 2 and "^" in mistaken.err


def test_for_many_accounts_their_number_is_needed(run: Run, demo_folder: Path) -> None:
    def call(*arguments: object) -> Ran:
        return run("pin", "--where", "status:active", *arguments, "--json", "--data-dir", demo_folder)

    unsure = call("--yes")
    many = [item for item in call("--dry-run").json["items"] if item["verdict"] == "would_do"]
    assert unsure.code == 3
    assert f"{len(many)} accounts are more than 25 at once: type their number to go on" in unsure.err
    assert call("--yes", "--confirm-count", len(many) - 1).code == 3
    assert call("--confirm-count", len(many)).code == 0


def test_a_digest_binds_what_is_done_to_what_was_looked_at(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]]
) -> None:
    ids = [each["sis_id"] for each in pending[:2]]

    def call(*arguments: object) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    digest = call("suspend", *ids, "--dry-run").json["digest"]
    assert call("pin", ids[0]).code == 0
    late = call("suspend", *ids, "--yes", "--digest", digest)
    assert (late.code, verdicts(late)) == (3, ["would_do", "would_do"])
    assert CHANGED_MEANWHILE in late.err
    fresh = call("suspend", *ids, "--yes", "--digest", late.json["digest"])
    assert (fresh.code, verdicts(fresh)) == (0, ["done", "done"])


def test_guards_say_the_same_words_as_the_console(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: object, **environment: str) -> Ran:
        return run(*arguments, active["sis_id"], "--json", "--data-dir", demo_folder, **environment)

    assert call("role", "--grant", "District Administrator").code == 0
    for words in (["suspend"], ["role", "--revoke"]):
        told = call(*words)
        assert (told.code, told.json["items"][0]["reason"]) == (3, LAST_ADMINISTRATOR)
    own = call("suspend", ROSTER_TUI_OPERATOR_EMAIL=active["email"].upper())
    assert (own.code, own.json["items"][0]["reason"]) == (3, OWN_ACCOUNT)
    for role, words in (("viewer", VIEWER), ("lead", ONLY_ADMINS)):
        refused = call("role", "--revoke", ROSTER_TUI_OPERATOR_ROLE=role)
        assert (refused.code, refused.out) == (3, "")
        assert words in refused.err
    assert call("pin", ROSTER_TUI_OPERATOR_ROLE="lead").code == 0


def test_a_mail_cannot_be_taken_back_and_that_is_said(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]]
) -> None:
    sent = run("activate", pending[0]["sis_id"], "--json", "--data-dir", demo_folder)
    assert "A mail that has left cannot be taken back" in sent.err
    told = run("undo", sent.json["action_id"], "--data-dir", demo_folder)
    assert (told.code, told.out) == (3, "")
    assert "A mail that has left cannot be taken back" in told.err


def test_a_password_mail_is_for_whoever_was_active(
    run: Run, demo_folder: Path, active: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    told = run("reset-password", active["sis_id"], pending[0]["sis_id"], "--json", "--yes", "--data-dir", demo_folder)
    assert verdicts(told) == ["done", "blocked"]
    assert told.json["items"][1]["reason"] == "never activated: send the activation email instead"
    assert verdicts(run("reset-password", active["sis_id"], "--json", "--data-dir", demo_folder)) == ["noop"]


def test_support_leads_are_marked(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: str) -> Ran:
        return run("support-lead", active["sis_id"], *arguments, "--json", "--data-dir", demo_folder)

    assert verdicts(call()) == ["done"]
    assert verdicts(call()) == ["noop"]
    assert verdicts(call("--remove")) == ["done"]


def test_a_dry_run_does_nothing(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    told = run("suspend", active["sis_id"], "--dry-run", "--json", "--data-dir", demo_folder)
    assert (told.json["dry_run"], verdicts(told)) == (True, ["would_do"])
    assert "teaches" in told.json["items"][0]["reason"]
    (row,) = run("teachers", f"sis:{active['sis_id']}", "--json", "--data-dir", demo_folder).json["rows"]
    assert row["account"]["state"] == "active"


def test_activation_mail_goes_out_by_smtp(
    run: Run, demo_folder: Path, pending: list[dict[str, Any]], inbox: Inbox
) -> None:
    mail = {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": str(inbox.port),
        "ROSTER_TUI_MAIL__SECURITY": "none",
    }
    one = run("activate", pending[0]["sis_id"], "--json", "--data-dir", demo_folder, **mail)
    assert (one.code, verdicts(one)) == (0, ["done"])
    assert verdicts(run("activate", pending[0]["sis_id"], "--json", "--data-dir", demo_folder, **mail)) == ["noop"]
    unsure = run("activate", "--all-pending", "--data-dir", demo_folder, **mail)
    assert unsure.code == 2
    assert "--yes" in unsure.err
    rest = run("activate", "--all-pending", "--yes", "--json", "--data-dir", demo_folder, **mail)
    assert sorted(verdicts(rest)) == ["done"] * (len(pending) - 1) + ["noop"]
    assert sorted(message["To"] for message in inbox.messages) == sorted(each["email"] for each in pending)


def test_without_a_mail_server_that_is_said(run: Run, demo_folder: Path, pending: list[dict[str, Any]]) -> None:
    told = run("activate", pending[0]["sis_id"], "--data-dir", demo_folder)
    assert told.code == 0
    assert "mail is kept in" in told.err
    assert len(list(demo_folder.glob("*/mail/new/*"))) == 1


def test_what_a_guard_blocks_exits_with_3(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    run("suspend", active["sis_id"], "--data-dir", demo_folder)
    told = run("activate", active["sis_id"], "nobody-at-all", "--json", "--data-dir", demo_folder)
    assert (told.code, verdicts(told)) == (3, ["blocked", "blocked"])
    assert told.json["items"][0]["reason"].startswith("suspended: no mail is sent")


def test_read_only_refuses(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    for words in (["suspend", active["sis_id"]], ["sync"]):
        told = run("--read-only", *words, "--data-dir", demo_folder)
        assert told.code == 3
        assert "read-only" in told.err
    assert run("suspend", active["sis_id"], "--dry-run", "--read-only", "--data-dir", demo_folder).code == 0


def test_nobody_named_is_wrong_usage(run: Run, demo_folder: Path) -> None:
    assert run("suspend", "--data-dir", demo_folder).code == 2


def test_the_journal_is_shown_by_whom_what_on_whom_and_when(
    run: Run, demo_folder: Path, active: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    def shown(*options: str) -> list[tuple[str, str]]:
        told = run("journal", "show", *options, "--json", "--data-dir", demo_folder)
        assert told.code == 0, told.err
        return [(entry["kind"], entry["phase"]) for entry in told.json["entries"]]

    suspended = run("suspend", active["sis_id"], "--reason", "=1+1", "--json", "--data-dir", demo_folder)
    run("pin", pending[0]["sis_id"], "--data-dir", demo_folder, ROSTER_TUI_OPERATOR="rroe")
    both = [("suspend", "outcome"), ("suspend", "intent")]
    assert shown("--on", active["sis_id"]) == shown("--on", active["clever_id"]) == both
    assert shown("--action", suspended.json["action_id"].lower()) == shown("--kind", "suspend") == both
    assert shown("--operator", "rroe") == [("pin", "outcome"), ("pin", "intent")]
    assert shown("--since", "2099-01-01") == shown("--until", "2020-01-01") == []
    assert shown("--limit", "1", "--since", "2020-01-01") == [("pin", "outcome")]
    everything = run("journal", "show", "--limit", "0", "--csv", "--data-dir", demo_folder).out.splitlines()
    assert len(everything) == len(shown("--limit", "0")) + 1
    assert any("'=1+1" in line and active["clever_id"] in line for line in everything)


def test_everything_that_was_done_to_an_account_is_told(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    def call(*arguments: str) -> Ran:
        return run(*arguments, "--json", "--data-dir", demo_folder)

    call("suspend", active["sis_id"], "--reason", "left early")
    call("unsuspend", active["email"])
    told = call("accounts", "history", active["sis_id"]).json
    assert told["clever_id"] == active["clever_id"]
    events = [(event["kind"], event["verdict"], event["operator"], event["reason"]) for event in told["events"]]
    assert events == [("suspend", "done", "jdoe", "left early"), ("unsuspend", "done", "jdoe", "")]
    gone = call("teachers", "status:suspended", "--limit", "1").json["rows"][0]
    (first, *_) = call("accounts", "history", gone["clever_id"]).json["events"]
    assert (first["kind"], first["operator"]) == ("suspend", "sync")
    printed = run("accounts", "history", active["sis_id"], "--data-dir", demo_folder).out
    assert "left early" in printed


def test_a_support_lead_is_shown_and_named_in_mail(
    run: Run, demo_folder: Path, active: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    run("support-lead", active["sis_id"], "--data-dir", demo_folder)
    told = run("status", "--json", "--data-dir", demo_folder).json
    assert told["support_leads"] == [{"name": active["name"], "email": active["email"]}]
    assert active["email"] in run("status", "--data-dir", demo_folder).out
    mail = run("activate", pending[0]["sis_id"], "--dry-run", "--json", "--data-dir", demo_folder).json["mail"]
    assert active["email"] in mail["text"]


def test_what_a_killed_command_left_in_doubt_is_told_by_the_next(
    run: Run, demo_folder: Path, active: dict[str, Any], pending: list[dict[str, Any]]
) -> None:
    (folder,) = (file.parent for file in demo_folder.glob("*/district.json"))
    ids, action = [each["clever_id"] for each in pending[:2]], "261124-1430-ABCDEF"
    mark = Mailed(MailKind.ACTIVATION, NOW)
    facts = {"ids": ids, "changes": [change_document(mark)], "before": {}}
    head = Head(folder / "ledger")
    Journal(folder / "ledger" / "journal", head).append(
        [{"action": action, "kind": "activate", "phase": "intent", **facts}], NOW
    )
    (folder / "ledger" / "running" / action).parent.mkdir(exist_ok=True)
    (folder / "ledger" / "running" / action).touch()

    async def marked() -> None:
        directory = LocalDirectory(folder / "ledger" / "accounts", head)
        await directory.change(list((await directory.accounts(ids[:1])).values()), mark, action)

    asyncio.run(marked())
    told = run("pin", active["sis_id"], "--data-dir", demo_folder)
    assert told.code == 0
    assert "in_doubt, the console was stopped while mailing: it may or may not have left; not sent again" in told.err
    assert "failed, not done: the console was stopped before" in told.err
    assert "From before" not in run("unpin", active["sis_id"], "--data-dir", demo_folder).err


def test_a_disk_that_is_full_while_journaling_lets_nothing_happen(
    run: Run, demo_folder: Path, active: dict[str, Any]
) -> None:
    run("pin", active["sis_id"], "--reason", "long " * 20_000, "--data-dir", demo_folder)
    (journal,) = demo_folder.glob("*/ledger/journal")
    room = max(journal.glob("*.json")).stat().st_size // 1_024
    # A limit on the size of files stands for a full disk: no new version of the journal's file fits.
    suspend = shlex.join(command("suspend", active["sis_id"], "--data-dir", demo_folder))
    limited = f"ulimit -f {room}; exec {suspend}"
    told = subprocess.run(["bash", "-c", limited], capture_output=True, text=True, timeout=120, check=False)
    assert told.returncode == 1
    assert "The journal cannot be written (File too large), so nothing was done" in told.stderr
    (row,) = run("teachers", f"sis:{active['sis_id']}", "--json", "--data-dir", demo_folder).json["rows"]
    assert row["account"]["state"] == "active"
    assert run("journal", "verify", "--data-dir", demo_folder).code == 0


def test_a_touched_journal_fails_its_check(run: Run, demo_folder: Path, active: dict[str, Any]) -> None:
    run("suspend", active["sis_id"], "--reason", "true", "--data-dir", demo_folder)
    file = max(demo_folder.glob("*/ledger/journal/*.json"))
    file.write_text(file.read_text().replace('"reason":"true"', '"reason":"lie"'))
    told = run("journal", "verify", "--json", "--data-dir", demo_folder)
    assert (told.code, told.json["ok"]) == (1, False)
    assert told.json["first_bad"] == told.json["entries"] + 1
