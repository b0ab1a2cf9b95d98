"""Word of a sync that was held or failed, by mail or to a webhook. Neither names a person.

Only runs from the command line tell: whoever presses the key in the console is looking.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any, NoReturn

import orjson

from roster_tui.accounts.mail import Fate, MailUnavailable, outbox_for
from roster_tui.clever import CleverError
from roster_tui.http.addresses import leads_to_link
from roster_tui.integrity import LedgerNotWhole, last_notice
from roster_tui.ledger import LedgerDamaged
from roster_tui.settings import Settings, SettingsError
from roster_tui.sync.errors import DistrictNotReady, SyncRefused
from roster_tui.sync.run import SyncResult
from roster_tui.workspace import Clock, NoDistrict, Workspace, now, open_workspace

_TIMEOUT_SECONDS = 15.0


Clean = Callable[[str], str]
"""Takes out of a text that leaves what gives a student away; the guard stands above this room."""


async def tell_held(workspace: Workspace, result: SyncResult, clean: Clean) -> list[str]:
    """Tell that a run is held; returns what kept a message from leaving."""
    document = {
        **_told(workspace.settings, workspace.clock),
        "district": workspace.district.__dict__,
        "state": "held",
        "run": result.run,
        "reasons": [clean(reason) for reason in (result.hold["reasons"] if result.hold else ())],
        "counts": result.document()["counts"],
        **_ledger(workspace),
        "todo": "roster-tui hold show",
    }
    return await _send(workspace.settings, document)


async def tell_failed(settings: Settings, error: Exception, clean: Clean, clock: Clock = now) -> list[str]:
    """Tell that a run failed; returns what kept a message from leaving.

    Only errors that we word ourselves are told in full: another one's text may hold anything.
    """
    document = {
        **_told(settings, clock),
        "district": _known_district(settings),
        "state": "failed",
        "error": clean(_outward(error)),
        **_known_ledger(settings),
        "todo": getattr(error, "fix", "") or "roster-tui sync",
    }
    return await _send(settings, document)


def _told(settings: Settings, clock: Clock) -> dict[str, Any]:
    return {"at": clock().isoformat(timespec="seconds"), "host": socket.gethostname()}


def _outward(error: Exception) -> str:
    if isinstance(error, DistrictNotReady):
        return error.outward
    return (
        str(error)
        if isinstance(error, CleverError | SyncRefused | SettingsError | LedgerNotWhole)
        else type(error).__name__
    )


def _known_district(settings: Settings) -> dict[str, str] | None:
    try:
        return dict(open_workspace(settings).district.__dict__)
    except NoDistrict:
        return None


def _ledger(workspace: Workspace) -> dict[str, Any]:
    """Return where the journal ends, and keep that it was told: `doctor` compares."""
    try:
        end = workspace.head.journal_end()
        last_notice.note(workspace, end)
    except (LedgerDamaged, OSError):
        return {}
    return {"ledger": {"entries": end.number, "head": end.hash}}


def _known_ledger(settings: Settings) -> dict[str, Any]:
    try:
        return _ledger(open_workspace(settings))
    except NoDistrict:
        return {}


async def _send(settings: Settings, document: Mapping[str, Any]) -> list[str]:
    problems = []
    if settings.notify.addresses:
        problems += await _mail(settings, document)
    if settings.notify.webhook:
        problem = await asyncio.to_thread(_post, settings.notify.webhook, orjson.dumps(document))
        problems += [f"The webhook was not told: {problem}"] if problem else []
    return problems


# -- mail -----------------------------------------------------------------------------------------------


async def _mail(settings: Settings, document: Mapping[str, Any]) -> list[str]:
    outbox = outbox_for(settings.mail, settings.data_root / "mail", settings.data_root / "mail-pace")
    try:
        message = _message(settings, document)
        async with outbox.opened() as send:
            delivery = await send(message)
    except (MailUnavailable, SettingsError, ValueError) as error:
        return [f"The mail about this sync did not leave: {error}"]
    if delivery.fate in (Fate.ACCEPTED, Fate.KEPT):
        return []
    return [f"The mail about this sync did not leave: {delivery.said}"]


def _message(settings: Settings, document: Mapping[str, Any]) -> EmailMessage:
    district = document["district"]["name"] if document["district"] else "a district"
    message = EmailMessage()
    message["From"] = settings.mail.sender
    message["To"] = ", ".join(settings.notify.addresses)
    message["Subject"] = f"Roster sync of {district}: {document['state']}"
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=settings.mail.sender_domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_lines(district, document)) + "\n")
    return message


def _lines(district: str, document: Mapping[str, Any]) -> list[str]:
    lines = [f"The sync of {district} is {document['state']} ({document['at']}, on {document['host']}).", ""]
    lines += [f"- {reason}" for reason in document.get("reasons", ())]
    lines += [document["error"]] if "error" in document else []
    for kind, tally in document.get("counts", {}).items():
        changes = f"{tally['added']:,} added, {tally['updated']:,} updated, {tally['removed']:,} removed"
        lines.append(f"  {kind}: {changes}")
    if "ledger" in document:
        ledger = document["ledger"]
        lines += ["", f"The journal ends at entry {ledger['entries']:,}, head {ledger['head']}."]
    return [*lines, "", "The roster is as before.", f"What to do: {document['todo']}"]


# -- webhook ----------------------------------------------------------------------------------------------


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect may lead off https, or to where nobody meant to tell anything."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> NoReturn:
        """Refuse it."""
        raise urllib.error.HTTPError(req.full_url, code, "redirects are not followed", headers, fp)


def _post(url: str, body: bytes) -> str:
    """Post a document; returns what went wrong, or nothing. The settings have checked that the address is https."""
    if leads_to_link(url):
        return "its address is on this machine's own link"
    request = urllib.request.Request(url, body, {"Content-Type": "application/json", "User-Agent": "roster-tui"})
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=_TIMEOUT_SECONDS):
            return ""
    except urllib.error.HTTPError as error:
        with error:
            return f"it answered {error.code} {error.reason}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        return str(getattr(error, "reason", error))
