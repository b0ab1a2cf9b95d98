"""Every path of the published spec can be asked, with exactly its parameters."""

from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from roster_tui.clever import (
    Client,
    Collection,
    Single,
    endpoints,
)
from tests.clever.conftest import Script, an_id, client_for, reply
from tests.clever.test_endpoints import drained
from tests.conftest import serving
from tests.outside.conftest import SHARED

ID = an_id(7)
COLLECTIONS = {each.word: each for each in vars(endpoints).values() if isinstance(each, Collection)}
SINGLES = {each.word: each for each in vars(endpoints).values() if isinstance(each, Single)}


@cache
def spec() -> dict[str, dict[str, Any]]:
    """Every GET of the spec by path, with the allowed values of each parameter in the query."""
    found: dict[str, dict[str, Any]] = {}
    for name in ("clever-v3.1.yml", "clever-v3.1-events.yml"):
        for path, methods in yaml.safe_load((SHARED / "reference" / name).read_text())["paths"].items():
            asked = methods["get"].get("parameters", ())
            found[path] = {each["name"]: each.get("enum") for each in asked if each["in"] == "query"}
    return found


def ours() -> set[str]:
    """Every path of the table, as the spec writes paths."""
    paths = {"/" + path.replace("/", "/{id}/") for path in (*endpoints.LISTS, *endpoints.SINGLES)}
    return paths | {f"/{path}/{{id}}" for path in endpoints.DETAILS}


def test_the_table_is_the_spec() -> None:
    assert ours() == set(spec())


@pytest.mark.parametrize("known_as", sorted(endpoints.LISTS))
def test_a_list_takes_the_filters_of_the_spec(known_as: str) -> None:
    has = endpoints.LISTS[known_as]
    expected = spec()["/" + known_as.replace("/", "/{id}/")]
    offered = {"limit", "starting_after", "ending_before"} if has.paged else set()
    offered |= {"role"} if has.roles else set()
    offered |= {name for name in ("primary", "count") if getattr(has, name)}
    offered |= {"school", "record_type"} if has.events else set()
    assert offered == set(expected)
    assert sorted(expected.get("role") or ()) == sorted(has.roles)


async def everything(client: Client, path: str) -> None:
    """Ask one path of the spec with every filter that it takes."""
    owner, _, below = path.strip("/").partition("/{id}")
    below = below.strip("/")
    known_as = "/".join(filter(None, (owner, below)))
    if known_as in endpoints.SINGLES:
        await client.related(COLLECTIONS[owner], ID, SINGLES[below])
    elif path.endswith("{id}"):
        await client.one(COLLECTIONS[owner], ID)
    elif known_as == "events":
        await drained(client.events(an_id(1), ["users", "sections"], an_id(2)))
    else:
        has = endpoints.LISTS[known_as]
        for role in (None, *has.roles):
            if below:
                what = COLLECTIONS[below]
                await drained(client.within(COLLECTIONS[owner], ID, what, role=role, primary=has.primary))
            else:
                await drained(client.records(COLLECTIONS[owner], role=role))
        if has.count:
            await client.count(owner)


class Any200(Script):
    """Answers any path of the spec with an empty list, or with a record that may be an event as well."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        known_as = scope["path"].partition("/v3.")[2][2:].replace(f"/{ID}", "", 1)
        is_list = known_as in endpoints.LISTS and not scope["path"].endswith(ID)
        record = {"id": ID, "type": "users.created", "data": {"object": {"id": ID}}}
        self.answers = [reply({"data": [] if is_list else record})]
        await super().__call__(scope, receive, send)


@pytest.mark.parametrize("version", ["v3.1", "v3.0"])
async def test_every_path_is_asked_as_the_spec_has_it(version: str) -> None:
    with serving(script := Any200([])) as url:
        async with client_for(url, version=version) as client:
            for path, allowed in spec().items():
                script.asked.clear()
                await everything(client, path)
                sent: set[str] = set()
                for asked, _ in script.asked:
                    assert urlsplit(asked).path == f"/{version}{path.replace('{id}', ID)}"
                    for name, value in parse_qsl(urlsplit(asked).query, keep_blank_values=True):
                        sent.add(name)
                        assert allowed[name] is None or value in allowed[name]
                # Pages are read forward; `ending_before` is only for finding the newest event.
                wanted = set(allowed) - {"ending_before"}
                assert sent == (wanted if path == "/events" else wanted - {"starting_after"}), path
