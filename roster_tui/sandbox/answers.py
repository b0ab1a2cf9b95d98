"""The shapes of Clever's answers: envelopes, paging links and error bodies (reference 2.1 to 2.3)."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response

from roster_tui.errors import RosterError
from roster_tui.sandbox.relations import rels_of
from roster_tui.sandbox.store import Cursor, Page, Store

DEFAULT_LIMIT, MAX_LIMIT = 100, 10_000

JSON = "application/json; charset=utf-8"


class Refused(RosterError):
    """A request that Clever would answer with an error body."""

    def __init__(self, status: int, message: str) -> None:
        self.response = json_answer({"message": message}, status)
        super().__init__(message)


def json_answer(value: object, status: int = 200) -> Response:
    """Return an answer with a JSON body."""
    return Response(orjson.dumps(value), status, media_type=JSON)


def cannot_get(request: Request) -> Response:
    """Return Clever's answer to a path that it does not know: HTML, as recorded."""
    page = (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n'
        f"<body>\n<pre>Cannot GET {_escaped(request.url.path)}</pre>\n</body>\n</html>\n"
    )
    return Response(page, 404, media_type="text/html; charset=utf-8")


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def no_resources() -> Response:
    """Return what was recorded for learning resources: ``resources`` instead of ``data``, and no links."""
    # The service behind this path says so itself, and numbers its answers with zeros.
    headers = {"clever-request-id": "0" * 32}
    return Response(b'{"resources":[]}', media_type="application/json", headers=headers)


def record_answer(version: str, resource: str, clever_id: str, store: Store) -> Response:
    """Return one record with its links; the first is its own. Raises `Refused` when there is none."""
    body = store.record(resource, clever_id)
    if body is None:
        raise Refused(404, "Resource not found")
    path = f"/{version}/{resource}/{clever_id}"
    roles = store.roles(clever_id) if resource == "users" else set()
    links = [{"rel": "self", "uri": path}]
    links += [{"rel": rel, "uri": f"{path}/{rel}"} for rel in rels_of(resource, roles)]
    return Response(b'{"data":%s,"links":%s}' % (body, orjson.dumps(links)), media_type=JSON)


def cursor_of(request: Request) -> Cursor:
    """Return where the page asked for begins. Raises `Refused` for a limit that Clever does not take."""
    query = request.query_params
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdecimal()) or int(text) == 0:
        raise Refused(400, f"Invalid limit: {text}")
    if int(text) > MAX_LIMIT:
        raise Refused(413, f"limit may not exceed {MAX_LIMIT}")
    return Cursor(int(text), query.get("starting_after", ""), query.get("ending_before", ""))


def list_answer(request: Request, resource: str, page: Page, count: int | None = None) -> Response:
    """Return a page of a list, each record wrapped with its own address."""
    version = request.path_params["version"]
    prefix = f"/{version}/{resource}/".encode()
    data = b",".join(b'{"data":%s,"uri":"%s%s"}' % (body, prefix, clever_id.encode()) for clever_id, body in page.rows)
    links = orjson.dumps(_page_links(request, page))
    counted = b"" if count is None else b',"count":%d' % count
    return Response(b'{"data":[%s],"links":%s%s}' % (data, links, counted), media_type=JSON)


def _page_links(request: Request, page: Page) -> list[dict[str, str]]:
    kept = [
        (key, value)
        for key, value in request.query_params.multi_items()
        if key not in ("starting_after", "ending_before")
    ]
    query = request.url.query

    def uri(*more: tuple[str, str]) -> str:
        return f"{request.url.path}?{urlencode([*kept, *more])}"

    links = [{"rel": "self", "uri": request.url.path + (f"?{query}" if query else "")}]
    if page.rows and page.more_before:
        links.append({"rel": "prev", "uri": uri(("ending_before", page.rows[0][0]))})
    if page.rows and page.more_after:
        links.append({"rel": "next", "uri": uri(("starting_after", page.rows[-1][0]))})
    return links
