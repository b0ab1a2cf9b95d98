"""A platform that is slow, answers 409, 412, 429 or 500, or closes the connection: no wrong state, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.changes import Suspend, Unsuspend
from roster_tui.accounts.directory import ChangedMeanwhile, InDoubt
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, Cause, CauseKind, State
from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.accounts.scim.errors import Busy, NotReached, NotScim, PlatformError
from roster_tui.accounts.scim.service import Service
from tests.accounts.conftest import Clock, an_id
from tests.conftest import NOW, wait_until
from tests.platform import Fault, Platform

Make = Callable[..., ScimDirectory]
SUSPEND = Suspend(Cause(CauseKind.BY_HAND, NOW, "jdoe", "left in May"))
NO_BULK = {"bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}}

NOT_DONE = [
    Fault("PATCH", status=409, done=False),
    Fault("PATCH", status=409, scim_type="uniqueness", done=False),
    Fault("PATCH", status=400, scim_type="mutability", done=False),
    Fault("PATCH", status=403, done=False),
    Fault("PATCH", status=412, done=False),
    Fault("PATCH", status=429, headers=(("retry-after", "0"),), done=False),
    Fault("PATCH", status=429, headers=(("retry-after", "86400"),), done=False),
    Fault("PATCH", status=200, done=False),
]
DONE_UNSEEN = [
    Fault("PATCH", status=500),
    Fault("PATCH", status=502),
    Fault("PATCH", cut=True),
    Fault("PATCH", seconds=3.0),
    Fault("PATCH", status=200),
]
UNKNOWN = [
    Fault("PATCH", status=500, done=False),
    Fault("PATCH", status=503, done=False),
    Fault("PATCH", cut=True, done=False),
    Fault("PATCH", seconds=3.0, done=False),
]


def named(fault: Fault) -> str:
    """Return what a fault does, for the name of a test."""
    shown = [f"{fault.status}{fault.scim_type}" * bool(fault.status), "cut" * fault.cut]
    shown += ["slow" * bool(fault.seconds), "" if fault.done else "undone", dict(fault.headers).get("retry-after", "")]
    return "-".join(filter(None, shown))


async def suspended(performer: Performer, *numbers: int) -> list[Any]:
    """Suspend accounts and return the report's items."""
    report = await performer.perform(await performer.plan("suspend", [an_id(number) for number in numbers], "left"))
    return list(report.items)


# -- one at a time --------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", NOT_DONE, ids=named)
async def test_what_was_refused_is_as_before(
    make_directory: Make, performer: Performer, platform: Platform, fault: Fault
) -> None:
    user_id = platform.add(an_id(1))
    before = await make_directory().list_accounts()
    platform.faults = [fault]
    (item,) = await suspended(performer, 1)
    assert item.verdict is Verdict.FAILED, item.reason
    assert platform.active(user_id)
    assert platform.updates(an_id(1)) == 0
    assert await make_directory().list_accounts() == before
    # Nothing stays behind: suspended on the platform later, it is not for our reason.
    platform.set(user_id, active=False)
    (now,) = await make_directory().list_accounts()
    assert now.cause and now.cause.kind is CauseKind.ON_PLATFORM


@pytest.mark.parametrize("fault", DONE_UNSEEN, ids=named)
async def test_what_was_done_without_an_answer_is_found_done(
    make_directory: Make, performer: Performer, platform: Platform, fault: Fault
) -> None:
    user_id = platform.add(an_id(1))
    platform.faults = [fault]
    (item,) = await suspended(performer, 1)
    assert item.verdict is Verdict.DONE, item.reason
    assert not platform.active(user_id)
    assert platform.updates(an_id(1)) == 1
    assert platform.count("PATCH") == 1
    (now,) = await make_directory().list_accounts()
    assert str(now.cause) == "by jdoe: left"


@pytest.mark.parametrize("fault", UNKNOWN, ids=named)
async def test_what_nobody_answered_is_in_doubt_and_not_sent_again(
    make_directory: Make, performer: Performer, platform: Platform, fault: Fault
) -> None:
    user_id = platform.add(an_id(1))
    platform.faults = [fault]
    (item,) = await suspended(performer, 1)
    assert item.verdict is Verdict.IN_DOUBT
    assert platform.count("PATCH") == 1
    assert platform.active(user_id)
    (now,) = await make_directory().list_accounts()
    assert now.state is State.ACTIVE


async def test_what_comes_about_after_all_is_found_when_it_is_read(
    make_directory: Make, performer: Performer, platform: Platform
) -> None:
    user_id = platform.add(an_id(1))
    platform.faults = [Fault("PATCH", late=3.0)]
    (item,) = await suspended(performer, 1)
    assert item.verdict is Verdict.IN_DOUBT
    await asyncio.to_thread(wait_until, lambda: not platform.active(user_id))
    assert platform.updates(an_id(1)) == 1
    (now,) = await make_directory().list_accounts()
    assert str(now.cause) == "by jdoe: left"
    # Doing it again finds it done, and asks the platform for nothing.
    platform.faults = []
    plan = await performer.plan("suspend", [an_id(1)])
    assert [each.verdict for each in plan.items] == [Verdict.NOOP]
    assert platform.count("PATCH") == 1


async def test_a_platform_that_asks_to_wait_gets_its_time(directory: ScimDirectory, platform: Platform) -> None:
    platform.add(an_id(1))
    read = list((await directory.accounts([an_id(1)])).values())
    platform.faults = [Fault("PATCH", status=429, headers=(("retry-after", "1"),), done=False, times=1)]
    answers = await directory.change(read, SUSPEND, "a1")
    assert isinstance(answers[an_id(1)], Account)
    assert (platform.count("PATCH"), platform.updates(an_id(1))) == (2, 1)


async def test_a_version_that_is_another_by_now_changes_nothing(directory: ScimDirectory, platform: Platform) -> None:
    user_id = platform.add(an_id(1))
    read = list((await directory.accounts([an_id(1)])).values())

    def outdated(path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith(user_id):
            body["meta"]["version"] = 'W/"0"'
        return body

    platform.altered = outdated
    answers = await directory.change(read, SUSPEND, "a1")
    assert isinstance(answers[an_id(1)], ChangedMeanwhile)
    assert platform.active(user_id)


async def test_nobody_there_is_no_doubt(make_directory: Make, platform: Platform) -> None:
    user_id = platform.add(an_id(1))
    directory = make_directory()
    (read,) = await directory.list_accounts()
    platform.url = "http://127.0.0.1:1"
    with pytest.raises(NotReached) as raised:
        await directory.change([read], SUSPEND, "a1")
    assert not isinstance(raised.value, InDoubt)
    assert user_id


# -- many in one request --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "verdict", "updates"),
    [
        (Fault("POST", status=500), Verdict.DONE, 1),
        (Fault("POST", cut=True), Verdict.DONE, 1),
        (Fault("POST", seconds=3.0), Verdict.DONE, 1),
        (Fault("POST", cut=True, done=False), Verdict.IN_DOUBT, 0),
        (Fault("POST", status=413, done=False), Verdict.FAILED, 0),
        (Fault("POST", status=429, headers=(("retry-after", "86400"),), done=False), Verdict.FAILED, 0),
    ],
    ids=lambda value: named(value) if isinstance(value, Fault) else str(value),
)
async def test_a_bulk_request_that_goes_wrong(
    performer: Performer, platform: Platform, fault: Fault, verdict: Verdict, updates: int
) -> None:
    for number in range(4):
        platform.add(an_id(number))
    await performer.directory.list_accounts()
    platform.faults = [fault]
    items = await suspended(performer, 0, 1, 2, 3)
    assert [item.verdict for item in items] == [verdict] * 4
    assert [platform.updates(an_id(number)) for number in range(4)] == [updates] * 4
    assert platform.count("POST") == 1


async def test_one_of_many_that_changed_meanwhile_is_left_alone(make_directory: Make, platform: Platform) -> None:
    ids = [platform.add(an_id(number)) for number in range(4)]
    directory = make_directory()
    read = await directory.list_accounts()

    def outdated(path: str, body: dict[str, Any]) -> dict[str, Any]:
        if path.endswith(ids[2]) and platform.count("POST") == 0:
            body["meta"]["version"] = 'W/"0"'
        return body

    platform.altered = outdated
    answers = await directory.change(read, SUSPEND, "a1")
    assert isinstance(answers[an_id(2)], ChangedMeanwhile)
    assert [platform.active(each) for each in ids] == [False, False, True, False]
    assert sum(isinstance(each, Account) for each in answers.values()) == 3


# -- reading --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        Fault("GET", status=500, times=2, path="Users"),
        Fault("GET", status=429, headers=(("retry-after", "0"),), times=2, path="Users"),
        Fault("GET", cut=True, times=1, path="Users"),
        Fault("GET", seconds=3.0, times=1, path="Users"),
    ],
    ids=named,
)
async def test_reading_is_tried_again(directory: ScimDirectory, platform: Platform, fault: Fault) -> None:
    platform.add(an_id(1))
    platform.faults = [fault]
    assert [account.id for account in await directory.list_accounts()] == [an_id(1)]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("GET", status=500, path="Users"), NotReached),
        (Fault("GET", status=429, headers=(("retry-after", "999999999"),), path="Users"), Busy),
        (Fault("GET", status=429, headers=(("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT"),), path="Users"), Busy),
        (Fault("GET", cut=True, path="Users"), NotReached),
        (Fault("GET", status=302, path="Users"), NotScim),
        (Fault("GET", status=200, path="Users"), NotScim),
    ],
    ids=lambda value: named(value) if isinstance(value, Fault) else value.__name__,
)
async def test_reading_that_stays_bad_ends_with_the_cause(
    directory: ScimDirectory, platform: Platform, fault: Fault, error: type[PlatformError]
) -> None:
    platform.add(an_id(1))
    platform.faults = [fault]
    with pytest.raises(error):
        await directory.list_accounts()


async def test_a_list_with_a_gap_is_no_list(directory: ScimDirectory, platform: Platform) -> None:
    for number in range(9):
        platform.add(an_id(number))

    def gap(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return body | {"totalResults": 10} if path == "/v2/Users" else body

    platform.altered = gap
    with pytest.raises(NotScim, match="speaks of 10 users and lists 9"):
        await directory.list_accounts()


async def test_pages_that_do_not_move_forward_end(directory: ScimDirectory, platform: Platform) -> None:
    platform.add(an_id(1))
    page: dict[str, Any] = {}

    def same(path: str, body: dict[str, Any]) -> dict[str, Any]:
        return page.setdefault("first", body | {"totalResults": 10**9}) if path == "/v2/Users" else body

    platform.altered = same
    with pytest.raises(NotScim, match="does not move forward"):
        await directory.list_accounts()


async def test_what_a_platform_says_cannot_steer_a_terminal(
    directory: ScimDirectory, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.add(an_id(1))
    read = await directory.list_accounts()
    monkeypatch.setattr("tests.platform.DETAIL", "no\x1b]0;title\x07\u202e" + "x" * 900)
    platform.faults = [Fault("PATCH", status=409, done=False)]
    said = str((await directory.change(read, SUSPEND, "a1"))[an_id(1)])
    assert said.isprintable()
    assert len(said) < 400


# -- several at once, and a crash -----------------------------------------------------------------------


async def test_two_consoles_at_once_change_it_once(make_directory: Make, platform: Platform) -> None:
    platform.add(an_id(1))
    first, second = make_directory(), make_directory()
    read = await first.list_accounts()
    answers = await asyncio.gather(first.change(read, SUSPEND, "a1"), second.change(read, SUSPEND, "a2"))
    assert sum(isinstance(answer[an_id(1)], Account) for answer in answers) == 1
    assert platform.updates(an_id(1)) == 1


async def test_killed_before_the_platform_was_asked_nothing_wrong_is_shown(
    make_directory: Make, platform: Platform, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    async def killed(*arguments: object) -> None:
        raise Killed

    user_id = platform.add(an_id(1))
    read = await make_directory().list_accounts()
    with monkeypatch.context() as patched:
        patched.setattr(Service, "patch", killed)
        with pytest.raises(Killed):
            await make_directory().change(read, SUSPEND, "a1")
    (now,) = await make_directory().list_accounts()
    assert now.state is State.ACTIVE
    clock.now += timedelta(hours=2)
    await make_directory().list_accounts()
    platform.set(user_id, active=False)
    (later,) = await make_directory().list_accounts()
    assert later.cause and later.cause.kind is CauseKind.ON_PLATFORM


async def test_killed_while_unsuspending_the_old_cause_is_still_known(
    make_directory: Make, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    async def killed(*arguments: object) -> None:
        raise Killed

    platform.add(an_id(1))
    read = await make_directory().list_accounts()
    before = await make_directory().change(read, SUSPEND, "a1")
    monkeypatch.setattr(Service, "patch", killed)
    with pytest.raises(Killed):
        await make_directory().change(
            [each for each in before.values() if isinstance(each, Account)], Unsuspend(), "a2"
        )
    (now,) = await make_directory().list_accounts()
    assert str(now.cause) == "by jdoe: left in May"


async def test_an_action_of_a_dead_console_is_settled_by_reading(
    make_performer: Callable[..., Performer], platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    done, undone = platform.add(an_id(1)), platform.add(an_id(2))
    platform.configured = NO_BULK
    performer = make_performer()
    plan = await performer.plan("suspend", [an_id(1), an_id(2)], "left")
    asked = Service.patch

    async def dies(self: Service, offers: Any, patches: Any) -> Any:
        await asked(self, offers, patches[:1])
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(Service, "patch", dies)
        with pytest.raises(Killed):
            await performer.perform(plan)
    (report,) = await make_performer().settle()
    assert [(item.id, item.verdict) for item in report.items] == [
        (an_id(1), Verdict.DONE),
        (an_id(2), Verdict.FAILED),
    ]
    assert (platform.active(done), platform.active(undone)) == (False, True)
    assert platform.count("PATCH") == 1
