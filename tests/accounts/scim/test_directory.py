"""Accounts on a real SCIM service, read and changed; what SCIM has no word for stands in our ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.changes import Change, Confirm, Mailed, SetPin, SetRights, Suspend, Unsuspend
from roster_tui.accounts.directory import ChangedMeanwhile, Directory, DirectoryError
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, Cause, CauseKind, MailKind, Permission, Rights, Role, State, Temporary
from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.accounts.scim.errors import NotScim, TokenRefused
from tests.accounts.conftest import Clock, an_id
from tests.accounts.scim.conftest import A_STUDENT, STAFF
from tests.conftest import NOW
from tests.platform import Fault, Platform, running

Make = Callable[..., ScimDirectory]
SUSPEND = Suspend(Cause(CauseKind.BY_HAND, NOW, "jdoe", "left in May"))


async def done(directory: Directory, number: int, change: Change, action: str = "a1") -> Account:
    """Change an account and return it as it is then."""
    read = await directory.accounts([an_id(number)])
    answers = await directory.change(list(read.values()), change, action)
    answer = answers[an_id(number)]
    assert isinstance(answer, Account), answer
    return answer


# -- reading --------------------------------------------------------------------------------------------


async def test_users_are_accounts(directory: ScimDirectory, platform: Platform) -> None:
    platform.add(an_id(3), roles=[{"value": "School Administrator"}], entitlements=[{"value": "Item Author"}])
    platform.add(
        an_id(4),
        active=False,
        name={"familyName": "Glover", "givenName": "Braeden", "middleName": "L"},
        emails=[{"value": "home@example.org"}, {"value": "work@example.org", "primary": True}],
    )
    first, second = sorted(await directory.list_accounts(), key=lambda account: account.id)
    assert (first.id, first.sis_id, first.state) == (an_id(3), "T3", State.ACTIVE)
    assert first.rights == Rights(Role.SCHOOL_ADMIN, Permission.ITEM_AUTHOR)
    assert (second.name, second.email) == ("Glover, Braeden L", "work@example.org")
    assert second.state is State.SUSPENDED
    assert str(second.cause) == "on the platform, reason not known"
    assert await directory.accounts([an_id(3), an_id(4), an_id(5)]) == {first.id: first, second.id: second}


async def test_a_long_list_comes_by_pages(directory: ScimDirectory, platform: Platform) -> None:
    platform.configured = {"filter": {"supported": True, "maxResults": 7}}
    for number in range(STAFF):
        platform.add(an_id(number))
    assert {account.id for account in await directory.list_accounts()} == {an_id(number) for number in range(STAFF)}
    assert sum(path == "/v2/Users" for _, path in platform.asked) == 5
    everybody = await directory.accounts([an_id(number) for number in range(STAFF)])
    assert len(everybody) == STAFF


async def test_pages_may_follow_one_another_by_cursor(make_directory: Make) -> None:
    with running(Platform(cursors=True)) as platform:
        for number in range(STAFF):
            platform.add(an_id(number))
        listed = await make_directory(url=platform.url).list_accounts()
    assert {account.id for account in listed} == {an_id(number) for number in range(STAFF)}
    assert sum(path == "/v2/Users" for _, path in platform.asked) == 5


async def test_the_list_may_be_narrowed_by_a_filter(make_directory: Make, platform: Platform) -> None:
    platform.add(an_id(1), userType="Staff")
    platform.add(an_id(2), userType="Family")
    (only,) = await make_directory(only='userType eq "Staff"').list_accounts()
    assert only.id == an_id(1)


async def test_external_ids_may_be_sis_ids(make_directory: Make, platform: Platform) -> None:
    directory = make_directory(external_id="sis_id")
    platform.add("T5")
    platform.add("T99")
    (only,) = await directory.list_accounts()
    assert (only.id, only.sis_id) == (an_id(5), "T5")
    assert "1 users of the platform are not shown" in directory.remarks[0]
    assert (await directory.accounts([an_id(5)]))[an_id(5)] == only
    assert (await done(directory, 5, SUSPEND)).state is State.SUSPENDED


async def test_students_and_strangers_among_the_users_are_no_accounts(
    directory: ScimDirectory, platform: Platform
) -> None:
    platform.add(A_STUDENT, roles=[{"value": "Teacher"}])
    platform.add(an_id(901))  # never sent by Clever, and nothing says that this is staff
    platform.add(an_id(902), roles=[{"value": "Instructional Coach"}])  # nor this, but the platform says so
    platform.add("somebody")
    platform.add(None)
    platform.add(an_id(1))
    platform.add(an_id(1))  # two of them: nobody could tell which is meant
    assert [account.id for account in await directory.list_accounts()] == [an_id(902)]
    assert "6 users of the platform are not shown" in directory.remarks[0]
    assert await directory.accounts([A_STUDENT, an_id(901), an_id(1)]) == {}


async def test_one_user_that_is_not_scim_costs_only_itself(directory: ScimDirectory, platform: Platform) -> None:
    platform.add(an_id(1))
    platform.add(an_id(2))

    def spoiled(path: str, body: dict[str, object]) -> dict[str, object]:
        if path == "/v2/Users":
            resources = body["Resources"]
            assert isinstance(resources, list)
            resources[0]["active"] = {"not": "a boolean"}
            resources[0]["id"] = "\x1b]0;title\x07"
        return body

    platform.altered = spoiled
    assert len(await directory.list_accounts()) == 1
    assert directory.remarks == ("1 users of the platform are not shown: they are not as SCIM documents them",)


async def test_a_role_of_the_platforms_own_is_not_taken_for_a_teacher(
    directory: ScimDirectory, platform: Platform
) -> None:
    user_id = platform.add(an_id(1), roles=[{"value": "Data Wrangler"}])
    (only,) = await directory.list_accounts()
    assert only.role is Role.OTHER
    after = await done(directory, 1, SetRights(Rights(Role.COACH)))
    assert after.role is Role.COACH
    assert [role["value"] for role in platform.user(user_id)["roles"]] == ["Instructional Coach", "Data Wrangler"]
    refused = await directory.change([after], SetRights(Rights(Role.OTHER)), "a2")
    assert "not known" in str(refused[an_id(1)])


@pytest.mark.parametrize(("role", "written"), [("district_administrator", True), ("DistrictAdministrator", True)])
async def test_roles_are_known_however_they_are_written(
    directory: ScimDirectory, platform: Platform, role: str, written: bool
) -> None:
    platform.add(an_id(1), roles=[{"value": role}, {"value": "Teacher"}])
    (only,) = await directory.list_accounts()
    assert (only.role is Role.DISTRICT_ADMIN) is written


# -- changing -------------------------------------------------------------------------------------------


async def test_suspend_and_unsuspend(make_directory: Make, platform: Platform) -> None:
    user_id = platform.add(an_id(1))
    after = await done(make_directory(), 1, SUSPEND)
    assert str(after.cause) == "by jdoe: left in May"
    assert not platform.active(user_id)
    # The next process, and the next sync, know why.
    assert await make_directory().list_accounts() == [after]
    back = await done(make_directory(), 1, Unsuspend(), "a2")
    assert back.state is State.ACTIVE
    assert platform.active(user_id)
    assert platform.updates(an_id(1)) == 2
    # Suspended on the platform by now, it is not for the old reason.
    platform.set(user_id, active=False)
    (now,) = await make_directory().list_accounts()
    assert str(now.cause) == "on the platform, reason not known"


async def test_a_change_is_bound_to_what_was_read(directory: ScimDirectory, platform: Platform) -> None:
    user_id = platform.add(an_id(1))
    read = (await directory.accounts([an_id(1)]))[an_id(1)]
    platform.set(user_id, roles=[{"value": "Teacher"}, {"value": "School Administrator"}])
    answers = await directory.change([read], SUSPEND, "a1")
    assert isinstance(answers[an_id(1)], ChangedMeanwhile)
    assert platform.active(user_id)
    assert platform.count("PATCH") == 0
    await done(directory, 1, SUSPEND)
    version = platform.headers[[method for method, _ in platform.asked].index("PATCH")]["if-match"]
    assert version.startswith('W/"')


async def test_the_same_action_again_changes_nothing(directory: ScimDirectory, platform: Platform) -> None:
    platform.add(an_id(1))
    read = list((await directory.accounts([an_id(1)])).values())
    first = await directory.change(read, SUSPEND, "a1")
    assert await directory.change(read, SUSPEND, "a1") == first
    assert platform.updates(an_id(1)) == 1


async def test_rights_are_roles_and_entitlements(directory: ScimDirectory, platform: Platform) -> None:
    user_id = platform.add(
        an_id(1),
        roles=[{"value": "teacher", "type": "primary"}, {"value": "Wellbeing"}],
        entitlements=[{"value": "Art"}],
    )
    given = Rights(Role.SCHOOL_ADMIN, Permission.ITEM_AUTHOR)
    until = Temporary(NOW.date() + timedelta(days=9), Rights(Role.TEACHER))
    after = await done(directory, 1, SetRights(given, until))
    assert (after.rights, after.temporary) == (given, until)
    user = platform.user(user_id)
    assert user["roles"] == [{"value": "School Administrator", "type": "primary"}, {"value": "Wellbeing"}]
    assert [each["value"] for each in user["entitlements"]] == ["Item Author", "Art"]
    # Somebody gives another role on the platform: ours is no longer for a time.
    platform.set(user_id, roles=[{"value": "Instructional Coach"}])
    (now,) = await directory.list_accounts()
    assert (now.role, now.temporary) == (Role.COACH, None)


async def test_what_scim_has_no_word_for_stands_in_the_ledger(make_directory: Make, platform: Platform) -> None:
    platform.add(an_id(1))
    await done(make_directory(), 1, SetPin(True))
    mailed = await done(make_directory(), 1, Mailed(MailKind.PASSWORD, NOW), "a2")
    assert mailed.pinned
    assert mailed.reset_at == NOW
    assert platform.count("PATCH") == 0
    assert await make_directory().list_accounts() == [mailed]
    notes = make_directory().capabilities.notes
    assert "our ledger" in notes["pin"]
    assert "The mail is ours" in notes["mailed"]


async def test_who_has_activated_is_known_once_our_ledger_knows(
    performer: Performer, platform: Platform, clock: Clock
) -> None:
    platform.add(an_id(1))
    (before,) = await performer.directory.list_accounts()
    assert (before.state, before.activated_at) == (State.ACTIVE, None)
    # SCIM does not tell whether she ever signed in, so the mail may go, with a word of warning.
    plan = await performer.plan("activate", [an_id(1)])
    assert plan.items[0].warning == "the platform does not tell whether this person has activated already"
    report = await performer.perform(plan)
    assert [item.verdict for item in report.items] == [Verdict.DONE]
    assert [item.verdict for item in (await performer.plan("activate", [an_id(1)])).items] == [Verdict.NOOP]
    clock.now += timedelta(days=2)
    await done(performer.directory, 1, Confirm(clock.now), "a2")
    (after,) = await performer.directory.list_accounts()
    assert after.activated_at == clock.now
    assert (await performer.plan("activate", [an_id(1)])).items[0].reason == "active already"
    assert platform.count("PATCH") == 0


async def test_many_are_changed_in_one_bulk_request(directory: ScimDirectory, platform: Platform) -> None:
    ids = [platform.add(an_id(number)) for number in range(STAFF)]
    read = await directory.accounts([an_id(number) for number in range(STAFF)])
    answers = await directory.change(list(read.values()), SUSPEND, "a1")
    assert all(isinstance(each, Account) and each.state is State.SUSPENDED for each in answers.values())
    assert not any(platform.active(each) for each in ids)
    assert (platform.count("POST"), platform.count("PATCH")) == (1, 0)
    assert directory.capabilities.batch == 100


async def test_without_bulk_each_is_changed_by_itself(directory: ScimDirectory, platform: Platform) -> None:
    platform.configured = {"bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0}}
    ids = [platform.add(an_id(number)) for number in range(12)]
    read = await directory.accounts([an_id(number) for number in range(12)])
    answers = await directory.change(list(read.values()), SUSPEND, "a1")
    assert all(isinstance(each, Account) and each.state is State.SUSPENDED for each in answers.values())
    assert not any(platform.active(each) for each in ids)
    assert (platform.count("POST"), platform.count("PATCH")) == (0, 12)


async def test_without_filters_people_are_looked_for_in_the_list(make_directory: Make, platform: Platform) -> None:
    platform.configured = {"filter": {"supported": False, "maxResults": 0}}
    platform.add(an_id(1))
    platform.add(an_id(2))
    assert list(await make_directory().accounts([an_id(2)])) == [an_id(2)]


# -- what it can and cannot do --------------------------------------------------------------------------


async def test_what_the_platform_cannot_do_is_said_with_the_reason(make_directory: Make, platform: Platform) -> None:
    assert make_directory().capabilities.cannot == {}
    platform.configured = {"patch": {"supported": False}, "etag": {"supported": False}}
    platform.add(an_id(1))
    (only,) = await make_directory().list_accounts()
    # Remembered for the next process, which has not asked yet.
    cannot = make_directory().capabilities.cannot
    assert cannot.keys() == {"suspend", "unsuspend", "rights"}
    assert "no PATCH" in cannot["suspend"]
    answers = await make_directory().change([only], SUSPEND, "a1")
    assert "no PATCH" in str(answers[an_id(1)])
    assert platform.count("PATCH") == 0


async def test_an_attribute_that_may_only_be_read_is_no_capability(make_directory: Make, platform: Platform) -> None:
    def without_roles(path: str, body: dict[str, object]) -> dict[str, object]:
        resources = body.get("Resources")
        for schema in resources if path == "/v2/Schemas" and isinstance(resources, list) else []:
            for attribute in schema["attributes"]:
                if attribute["name"] == "active":
                    attribute["mutability"] = "readOnly"
        return body

    platform.altered = without_roles
    await make_directory().list_accounts()
    assert make_directory().capabilities.cannot.keys() == {"suspend", "unsuspend"}


async def test_no_token_no_accounts(make_directory: Make, platform: Platform) -> None:
    with pytest.raises(TokenRefused) as raised:
        await make_directory(token="wr0ng").list_accounts()
    assert "directory.token_file" in raised.value.fix
    assert "wr0ng" not in str(raised.value)


async def test_the_sync_does_not_write_on_a_platform(directory: ScimDirectory, platform: Platform) -> None:
    assert not directory.capabilities.follows_sync
    with pytest.raises(DirectoryError):
        await directory.write([])


async def test_something_else_at_the_address_is_said(make_directory: Make, platform: Platform) -> None:
    platform.url = platform.url.removesuffix("/v2") + "/nowhere"
    with pytest.raises(NotScim):
        await make_directory().list_accounts()


# -- where single attributes cannot be changed ----------------------------------------------------------


async def test_without_patch_the_whole_user_is_replaced_and_all_else_stays(
    directory: ScimDirectory, platform: Platform
) -> None:
    platform.configured = {"patch": {"supported": False}}
    platform.faults.append(Fault("PATCH", 501, done=False))
    phones = [{"value": "tel:+1-201-555-0123", "type": "work"}]
    user = platform.add(an_id(1), phoneNumbers=phones, title="Ms", roles=[{"value": "Teacher", "type": "own"}])
    await directory.list_accounts()
    assert directory.capabilities.cannot == {}
    suspended = await done(directory, 1, SUSPEND)
    assert (suspended.state, str(suspended.cause)) == (State.SUSPENDED, "by jdoe: left in May")
    given = await done(directory, 1, SetRights(Rights(Role.SCHOOL_ADMIN)), "a2")
    assert given.role is Role.SCHOOL_ADMIN
    now = platform.user(user)
    assert now["active"] is False
    assert (now["phoneNumbers"], now["title"]) == (phones, "Ms")
    assert platform.count("PUT") == platform.updates(an_id(1)) == 2
    assert platform.count("PATCH") == 0
    asked = zip(platform.headers, platform.asked, strict=True)
    assert all("if-match" in headers for headers, (method, _) in asked if method == "PUT")


async def test_a_replacement_never_undoes_what_somebody_else_did_meanwhile(
    directory: ScimDirectory, platform: Platform
) -> None:
    platform.configured = {"patch": {"supported": False}}
    user = platform.add(an_id(1))
    await directory.list_accounts()
    read = await directory.accounts([an_id(1)])

    platform.faults.append(Fault("PUT", late=0.5))
    changing = asyncio.create_task(directory.change(list(read.values()), SUSPEND, "a1"))
    while not platform.count("PUT"):
        await asyncio.sleep(0.01)
    # The replacement is on its way when somebody on the platform changes the user.
    await asyncio.to_thread(platform.set, user, title="Dr")
    answers = await changing
    assert isinstance(answers[an_id(1)], ChangedMeanwhile)
    assert platform.user(user)["title"] == "Dr"
    assert platform.active(user)
