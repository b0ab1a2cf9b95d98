"""SCIM's messages, read and written with scim2-models: only what we keep of a user is declared.

Imported when a platform is asked, and never before: it takes half a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError
from scim2_models import (
    URN,
    BulkRequest,
    BulkResponse,
    ComplexAttribute,
    Context,
    Error,
    ListResponse,
    Meta,
    Mutability,
    PatchOp,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ServiceProviderConfig,
)

from roster_tui.accounts.scim.messages import Done, Label, Page, Problem, Replacement, Unreadable, User
from roster_tui.accounts.scim.offers import Offers
from roster_tui.roster.text import listed_name

_LENIENT = ScimPolicy(unknown=ScimPolicy.Unknown.ignore)
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
KEPT = ("externalId", "userName", "displayName", "name", "active", "emails", "roles", "entitlements", "meta")
"""The attributes asked for in lists: what we do not keep need not travel."""


class _Name(ComplexAttribute):
    family_name: str | None = None
    given_name: str | None = None
    middle_name: str | None = None


class _Mailbox(ComplexAttribute):
    # Not checked as an address: one bad address must not cost the whole user.
    value: str | None = None
    primary: bool | None = None


class _Label(ComplexAttribute):
    value: str | None = None
    display: str | None = None
    type: str | None = None
    primary: bool | None = None


class _User(Resource[Any]):
    __schema__ = URN(_USER)

    user_name: str | None = None
    display_name: str | None = None
    name: _Name | None = None
    active: bool | None = None
    emails: list[_Mailbox] | None = None
    roles: list[_Label] | None = None
    entitlements: list[_Label] | None = None


def read_user(body: bytes) -> User:
    """Return one user. Raises `Unreadable`."""
    return _user(_json(body))


def read_page(body: bytes) -> Page:
    """Return a page of users; one that cannot be read costs only itself. Raises `Unreadable`."""
    message = _json(body)
    entries = message.pop("Resources", None) or []
    try:
        envelope = ListResponse[_User].model_validate(message, scim_policy=_LENIENT)
    except ValidationError as error:
        raise Unreadable(_told(error)) from None
    if not isinstance(entries, list):
        raise Unreadable("Resources is no list")
    users = []
    for entry in entries:
        try:
            users.append(_user(entry))
        except Unreadable:
            continue
    return Page(users, len(entries) - len(users), envelope.total_results, envelope.next_cursor)


def read_problem(body: bytes) -> Problem:
    """Return what an error says; nothing when it is no error of SCIM's."""
    try:
        error = Error.model_validate(_json(body), scim_policy=_LENIENT)
    except (Unreadable, ValidationError):
        return Problem()
    return Problem(error.scim_type or "", error.detail or "")


def patch(replacements: Sequence[Replacement]) -> bytes:
    """Return the PATCH request that replaces attributes."""
    return orjson.dumps(_patch(replacements))


def replaced(body: bytes, replacements: Sequence[Replacement]) -> bytes:
    """Return a whole user, as the platform told it, with other values of some attributes. Raises `Unreadable`."""
    user = _json(body)
    for each in replacements:
        # Attributes are named whatever their case (RFC 7643, 2.1).
        for name in [name for name in user if name.lower() == each.attribute]:
            del user[name]
        user[each.attribute] = _value(each.value)
    return orjson.dumps(user)


def bulk(paths: Mapping[str, tuple[Sequence[Replacement], str | None]]) -> bytes:
    """Return the bulk request that patches users: by path what to replace, and the version it is bound to."""
    operations = [
        {"method": "PATCH", "path": path, "version": version, "data": _patch(replacements)}
        for path, (replacements, version) in paths.items()
    ]
    request = BulkRequest[_User].model_validate({"Operations": operations}, scim_ctx=Context.BULK_REQUEST)
    return request.model_dump_json(scim_ctx=Context.BULK_REQUEST).encode()


def read_bulk(body: bytes) -> list[Done]:
    """Return what became of each operation that the platform tells of. Raises `Unreadable`."""
    message = _json(body)
    try:
        # What a user looks like is read afterwards: an answer may leave it out.
        for operation in message.get("Operations") or []:
            if not str(operation.get("status", "")).startswith(("4", "5")):
                operation.pop("response", None)
        answer = BulkResponse[_User].model_validate(message, scim_policy=_LENIENT)
    except (ValidationError, AttributeError, TypeError) as error:
        raise Unreadable(_told(error)) from None
    return [
        Done(
            (each.location or "").rstrip("/").rpartition("/")[2],
            each.status or 0,
            Problem(each.response.scim_type or "", each.response.detail or "")
            if isinstance(each.response, Error)
            else Problem(),
        )
        for each in answer.operations or []
    ]


def read_offers(config: bytes | None, types: bytes | None, schemas: bytes | None) -> Offers:
    """Return what a platform offers, from its three documents; None for one that it does not have.

    Raises `Unreadable`.
    """
    path = _users_path(types)
    if config is None:
        return Offers(users_path=path)
    try:
        said = ServiceProviderConfig.model_validate(_json(config), scim_policy=_LENIENT)
    except ValidationError as error:
        raise Unreadable(_told(error)) from None
    bulk = said.bulk if said.bulk and said.bulk.supported else None
    writable, role_names = _attributes(schemas)
    return Offers(
        users_path=path,
        patch=bool(said.patch and said.patch.supported),
        filter=bool(said.filter and said.filter.supported),
        most_results=(said.filter.max_results if said.filter else None) or None,
        etag=bool(said.etag and said.etag.supported),
        bulk_operations=(bulk.max_operations or 0) if bulk else 0,
        bulk_bytes=(bulk.max_payload_size or 0) if bulk else 0,
        cursor=bool(said.pagination and said.pagination.cursor),
        writable=writable,
        role_names=role_names,
    )


def _users_path(types: bytes | None) -> str:
    for entry in _resources(types):
        try:
            kind = ResourceType.model_validate(entry, scim_policy=_LENIENT)
        except ValidationError:
            continue
        if str(kind.schema_) == _USER and kind.endpoint:
            return "/" + str(kind.endpoint).strip("/")
    return Offers.USERS


def _attributes(schemas: bytes | None) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return which attributes of a user may be written, and which roles the platform names; None if untold."""
    for entry in _resources(schemas):
        try:
            schema = Schema.model_validate(entry, scim_policy=_LENIENT)
        except ValidationError:
            continue
        if str(schema.id) != _USER:
            continue
        known = {attribute.name: attribute for attribute in schema.attributes or [] if attribute.name}
        writable = [name for name, each in known.items() if each.mutability is not Mutability.read_only]
        roles = known.get("roles")
        values = next((each for each in (roles.sub_attributes if roles else None) or [] if each.name == "value"), None)
        return tuple(writable), tuple(map(str, (values.canonical_values if values else None) or ()))
    return None, ()


def _resources(body: bytes | None) -> list[Any]:
    found = _json(body).get("Resources") if body is not None else None
    return found if isinstance(found, list) else []


def _patch(replacements: Sequence[Replacement]) -> dict[str, Any]:
    operations = [{"op": "replace", "path": each.attribute, "value": _value(each.value)} for each in replacements]
    request = PatchOp[_User].model_validate({"Operations": operations})
    return request.model_dump(scim_ctx=Context.RESOURCE_PATCH_REQUEST)


def _value(value: bool | tuple[Label, ...]) -> Any:
    if isinstance(value, bool):
        return value
    return [{name: said for name, said in label.__dict__.items() if said is not None} for label in value]


def _user(entry: Any) -> User:
    try:
        said = _User.model_validate(entry, scim_policy=_LENIENT)
    except ValidationError as error:
        raise Unreadable(_told(error)) from None
    if not said.id:
        raise Unreadable("A user without an id")
    meta = said.meta or Meta()
    return User(
        id=said.id,
        external_id=said.external_id or None,
        name=_name(said),
        email=_email(said.emails or []),
        # Whoever the platform does not call inactive can sign in.
        active=said.active is not False,
        roles=_labels(said.roles),
        entitlements=_labels(said.entitlements),
        created=_aware(meta.created),
        changed=_aware(meta.last_modified),
        version=meta.version or None,
    )


def _name(said: _User) -> str:
    name = said.name or _Name()
    listed = listed_name(name.given_name, name.middle_name, name.family_name)
    return listed or said.display_name or said.user_name or said.id or ""


def _email(emails: Sequence[_Mailbox]) -> str | None:
    first = sorted(emails, key=lambda each: not each.primary)
    return next((each.value for each in first if each.value), None)


def _labels(labels: Sequence[_Label] | None) -> tuple[Label, ...]:
    return tuple(Label(each.value, each.display, each.type, each.primary) for each in labels or [])


def _aware(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _json(body: bytes) -> dict[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Unreadable("no JSON") from None
    if not isinstance(said, dict):
        raise Unreadable("no JSON object")
    return said


def _told(error: Exception) -> str:
    """Return which attribute is wrong, never its value."""
    if not isinstance(error, ValidationError):
        return "not as SCIM documents it"
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['type']}"
