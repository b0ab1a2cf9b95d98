"""Clever's answers read into records: the whole page at once where it is as documented, else one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, Generic, TypeVar, get_args, get_type_hints

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as wire_dataclass

from roster_tui.clever.records import RECORD_OF_EVENT, WIRE, CleverId, Event, Record
from roster_tui.errors import RosterError

T = TypeVar("T", bound=Record)

_IS_CLEVER_ID = re.compile("[0-9a-f]{24}").fullmatch


class NotAsDocumented(RosterError):
    """A body that is no list or no record; it carries nothing of the body."""


@dataclass(frozen=True)
class Unreadable:
    """A record that is not as documented; it was left out, and the page kept."""

    id: str
    """Its Clever ID, or ``?``."""
    problem: str
    """Which field and what was expected; never the value, which may be a student's."""


@wire_dataclass(slots=True, config=WIRE)
class Link:
    """Where an answer leads: ``self, next, prev``, or a related record."""

    rel: str
    uri: str


@dataclass(frozen=True)
class Listed(Generic[T]):
    """One page of a list, read."""

    records: list[T]
    unreadable: list[Unreadable]
    next_link: str | None


@wire_dataclass(slots=True, config=WIRE)
class _Item(Generic[T]):
    data: T


@wire_dataclass(slots=True, config=WIRE)
class _Envelope(Generic[T]):
    # Without a default: an answer without `data` must never pass for an empty list.
    data: list[_Item[T]]
    links: list[Link] | None = None


def is_clever_id(text: str) -> bool:
    """Return whether this is a Clever ID: 24 hexadecimal digits."""
    return _IS_CLEVER_ID(text) is not None


def read_list(body: bytes, kind: type[T]) -> Listed[T]:
    """Return the records of a list's page. Raises `NotAsDocumented` when it is none."""
    if kind is not Event:
        try:
            envelope: _Envelope[T] = _adapter(_Envelope[kind]).validate_json(_empty_as_null(body))  # type: ignore[valid-type]
        except ValidationError:
            pass
        else:
            return Listed([item.data for item in envelope.data], [], _next(envelope.links or ()))
    document = _loaded(body)
    items, links = _items_of(document)
    records, unreadable = _one_by_one(items, kind)
    return Listed(records, unreadable, _next(links))


def read_one(body: bytes, kind: type[T]) -> T:
    """Return the record of a detail's answer. Raises `NotAsDocumented` when there is none."""
    document = _loaded(body)
    if not isinstance(document, dict):
        raise NotAsDocumented
    records, _ = _one_by_one([document.get("data")], kind)
    if not records:
        raise NotAsDocumented
    return records[0]


def read_count(body: bytes) -> int | None:
    """Return the ``count`` beside a list, or None where the server does not tell (reference 2.2)."""
    document = _loaded(body)
    count = document.get("count") if isinstance(document, dict) else None
    return count if type(count) is int and count >= 0 else None


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return what reads a type; made when it is first needed, since that takes a while."""
    return TypeAdapter(annotation)


def _empty_as_null(body: bytes) -> bytes:
    """Return JSON with null for every empty text.

    Two quotes never meet in JSON but as an empty text, so a colon before them always stands between name and value.
    """
    return body.replace(b':""', b":null").replace(b': ""', b":null")


def _loaded(body: bytes) -> Any:
    """Return what JSON says, also where a text in it is none; raises `NotAsDocumented`."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        # Half a surrogate pair in one name makes orjson refuse the page; json reads on.
        return json.loads(body)
    except (ValueError, RecursionError):
        pass
    raise NotAsDocumented


def _items_of(document: Any) -> tuple[list[Any], list[Link]]:
    if not isinstance(document, dict):
        raise NotAsDocumented
    # Learning resources come under a key of their own, as recorded (reference 2.1).
    items = document.get("data", document.get("resources"))
    links = document.get("links") or []
    if not isinstance(items, list) or not isinstance(links, list):
        raise NotAsDocumented
    if not all(isinstance(item, dict) for item in items):
        raise NotAsDocumented
    try:
        return [item.get("data", item) for item in items], _adapter(list[Link]).validate_python(links)
    except ValidationError:
        raise NotAsDocumented from None


def _next(links: Iterable[Link]) -> str | None:
    return next((link.uri for link in links if link.rel == "next"), None)


def _one_by_one(items: list[Any], kind: type[T]) -> tuple[list[T], list[Unreadable]]:
    """Read a page of which not every record is as documented."""
    records: list[T] = []
    unreadable: list[Unreadable] = []
    for item in items:
        problem = ""
        try:
            records.append(read(item, kind))
        except ValidationError as error:
            problem = _problem(error)
        except (TypeError, RecursionError):
            problem = "it holds what is no Unicode text, or is nested too deep"
        if problem:
            named = item.get("id") if isinstance(item, dict) else None
            shown = ascii(named)[1:-1][:40] if isinstance(named, str) and named else "?"
            unreadable.append(Unreadable(shown, problem))
    return records, unreadable


def _problem(error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'record'}: {first['msg']}"


def read(raw: Any, kind: type[T]) -> T:
    """Return a record from what JSON gave. Raises `ValidationError`, which shows no value, or TypeError."""
    if kind is Event:
        return _event(raw)  # type: ignore[return-value]
    # By way of bytes, so that a text which is no Unicode is refused here and not by the store.
    wire_type: Any = kind
    record: T = _adapter(wire_type).validate_json(orjson.dumps(_without_empty(raw)))
    return record


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_empty(each) for key, each in value.items() if each is not None and each != ""}
    return value


@wire_dataclass(slots=True, config=WIRE)
class _EventData:
    object: dict[str, Any]
    previous_attributes: dict[str, Any] | None = None


@wire_dataclass(slots=True, config=WIRE)
class _WireEvent:
    id: CleverId
    type: str
    data: _EventData
    created: str | None = None
    previous_attributes: dict[str, Any] | None = None
    """Where the published spec puts it; recorded answers have it beside ``object``."""


def _event(raw: Any) -> Event:
    wire = _adapter(_WireEvent).validate_python(raw)
    kind = RECORD_OF_EVENT.get(wire.type.partition(".")[0])
    previous = wire.data.previous_attributes or wire.previous_attributes or {}
    return Event(
        id=wire.id,
        type=wire.type,
        created=_moment(wire.created or ""),
        record=None if kind is None else read(wire.data.object, kind),
        previous_attributes={} if kind is None else kept(previous, kind),
    )


def _moment(text: str) -> datetime | None:
    """Return when; None for what is no time, since nothing is decided by it."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def kept(attributes: dict[str, Any], kind: Any) -> dict[str, Any]:
    """Return those attributes, at any depth, that a record of this kind keeps; an empty text as None."""
    found: dict[str, Any] = {}
    for name, inner in _fields(kind).items():
        if name not in attributes:
            continue
        value = attributes[name]
        if inner is not None and isinstance(value, dict):
            if below := kept(value, inner):
                found[name] = below
        elif value is None or value == "" or isinstance(value, str):
            found[name] = value or None
        elif isinstance(value, list):
            found[name] = [each for each in value if isinstance(each, str)]
    return found


@cache
def _fields(kind: Any) -> dict[str, type[Any] | None]:
    """Return a type's fields, each with the wire type inside it, if any."""
    hints = get_type_hints(kind)
    return {field.name: _wire_type_in(hints[field.name]) for field in fields(kind)}


def _wire_type_in(annotation: Any) -> type[Any] | None:
    for each in (annotation, *get_args(annotation)):
        if isinstance(each, type) and is_dataclass(each):
            return each
    return None
