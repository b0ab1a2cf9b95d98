"""Word of a held or failed sync: by mail and to a webhook, without any person's name."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from roster_tui.clever.errors import Asked, Unauthorized
from roster_tui.sandbox.generator import student_sis_id, teacher_sis_id
from roster_tui.settings import HoldSettings, MailSettings, NotifySettings, SettingsError, load
from roster_tui.sync import DistrictNotReady, SyncResult
from roster_tui.sync.notify import tell_failed, tell_held
from roster_tui.workspace import Workspace
from tests.conftest import Inbox, frozen, mail_options, serving
from tests.sync.conftest import Night, replaced


@contextmanager
def webhook(status: int = 200) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A server that keeps what it is told."""
    told: list[dict[str, Any]] = []

    async def hook(request: Request) -> Response:
        told.append(json.loads(await request.body()))
        return Response(status_code=status)

    async def elsewhere(request: Request) -> Response:
        return RedirectResponse("/hook", 307)

    routes = [Route("/hook", hook, methods=["POST"]), Route("/moved", elsewhere, methods=["POST"])]
    with serving(Starlette(routes=routes)) as url:
        yield url, told


def held(clever: Night, **notify: str) -> tuple[Workspace, SyncResult]:
    clever.load()
    clever.sync()
    renamed = {student_sis_id(n): f"9{n:05}" for n in range(30)}
    clever.incidents(rekeyed_students=renamed, leavers={teacher_sis_id(7)})
    workspace, result = clever.sync(hold=HoldSettings(removed_percent=1, floor=0), notify=NotifySettings(**notify))
    assert result.state == "held"
    return workspace, result


def names(workspace: Workspace) -> set[str]:
    with workspace.cache.reading() as db:
        people = db.execute("SELECT last FROM teacher UNION SELECT last FROM student")
        return {name for (name,) in people}


def test_a_webhook_learns_of_a_held_sync(clever: Night) -> None:
    with webhook() as (url, told):
        workspace, result = held(clever, webhook=f"{url}/hook")
        assert asyncio.run(tell_held(workspace, result, str)) == []
    (document,) = told
    assert document["state"] == "held"
    assert document["district"] == {"id": workspace.district.id, "name": "Lincoln Unified"}
    assert document["reasons"][0].startswith("1 of 40 teachers removed")
    assert document["counts"]["students"]["removed"] == 30
    said = json.dumps(document)
    assert not [name for name in names(workspace) if name in said]


def test_a_mail_tells_it_too(clever: Night, inbox: Inbox) -> None:
    workspace, result = held(clever, mail_to="lead@lincoln.example, office@lincoln.example")
    settings = replaced(workspace.settings, mail=MailSettings(**mail_options(inbox)))
    from dataclasses import replace

    assert asyncio.run(tell_held(replace(workspace, settings=settings), result, str)) == []
    (message,) = inbox.messages
    assert message["Subject"] == "Roster sync of Lincoln Unified: held"
    assert message["To"] == "lead@lincoln.example, office@lincoln.example"
    body = str(message.get_payload(decode=True), "utf-8")
    assert "30 of 200 students removed" in body
    assert "roster-tui hold show" in body
    assert not [name for name in names(workspace) if name in body]


def test_a_failure_is_told_without_words_that_may_name_somebody(clever: Night) -> None:
    clever.load()
    clever.sync()
    with webhook() as (url, told):
        settings = replaced(clever.settings, notify=NotifySettings(webhook=f"{url}/hook"))
        refused = Unauthorized("Clever refused the token", Asked("https://api.clever.com/v3.1/districts"), 401)
        for error in (
            refused,
            DistrictNotReady("Clever's own sync is in error", "row 7: Ann Glover"),
            ValueError("Ann"),
        ):
            assert asyncio.run(tell_failed(settings, error, str, frozen)) == []
    assert [each["error"] for each in told] == [
        "Clever refused the token (https://api.clever.com/v3.1/districts)",
        "Clever's own sync is in error",
        "ValueError",
    ]
    assert told[0]["district"]["name"] == "Lincoln Unified"


def test_what_keeps_a_message_from_leaving_is_said(clever: Night) -> None:
    error = ValueError()
    with webhook(status=500) as (url, told):
        for path, said in (("hook", "it answered 500"), ("moved", "redirects are not followed")):
            settings = replaced(clever.settings, notify=NotifySettings(webhook=f"{url}/{path}"))
            (problem,) = asyncio.run(tell_failed(settings, error, str, frozen))
            assert said in problem
    assert len(told) == 1
    gone = replaced(clever.settings, notify=NotifySettings(webhook=f"{url}/hook"))
    assert "The webhook was not told" in asyncio.run(tell_failed(gone, error, str, frozen))[0]
    mail = replaced(
        clever.settings,
        notify=NotifySettings(mail_to="lead@lincoln.example"),
        mail=MailSettings(host="127.0.0.1", port=9, security="none"),
    )
    assert "did not leave" in asyncio.run(tell_failed(mail, error, str, frozen))[0]


@pytest.mark.parametrize("address", ["http://example.org/hook", "file:///etc/passwd", "hooks"])
def test_only_https_is_told(address: str) -> None:
    with pytest.raises(SettingsError, match="must be an https address"):
        load(environ={"ROSTER_TUI_NOTIFY__WEBHOOK": address})
