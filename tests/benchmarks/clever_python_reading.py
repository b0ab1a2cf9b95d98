"""Reads a district with Clever's own client and nothing else; run by `client_peer` in a process of its own.

Arguments: the folder that holds its unpacked ``clever`` package, the base URL, the page size. Prints JSON.

Its source does not compile since Python 3.7, where ``async`` became a keyword: the parameter is renamed while it
is loaded. It pages by hand, since it drops the links of an answer.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import json
import re
import resource
import sys
import time
from pathlib import Path


class Renamed(importlib.machinery.SourceFileLoader):
    def get_data(self, path: str) -> bytes:
        source = super().get_data(path)
        if not path.endswith(".py"):
            return source
        return re.sub(rb"\basync\b(?=\s*=|:|\s*$)", b"in_background", source, flags=re.MULTILINE)

    def get_code(self, fullname: str):  # type: ignore[no-untyped-def]
        path = self.get_filename(fullname)
        return compile(self.get_data(path), path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name != "clever" and not name.startswith("clever."):
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path or [str(self.folder)])
        if spec is not None and spec.origin:
            spec.loader = Renamed(name, spec.origin)
        return spec


def main(folder: str, base_url: str, limit: int) -> None:
    sys.meta_path.insert(0, Finder(Path(folder)))
    import clever

    configuration = clever.Configuration()
    configuration.host = f"{base_url}/v2.0"
    configuration.access_token = "DEMO_DISTRICT_TOKEN"
    api = clever.DataApi(clever.ApiClient(configuration))
    began = time.perf_counter()
    counts = {}
    held = []
    for name in ("schools", "terms", "courses", "sections", "teachers", "school_admins", "district_admins", "students"):
        ask = getattr(api, f"get_{name}")
        after, counts[name] = {}, 0
        while True:
            # Its default use names no limit, and gets pages of 100.
            page = ask(**after, **({} if limit == 100 else {"limit": limit})).data
            counts[name] += len(page)
            held = page  # What it holds at a time: a page, as a program that stores it would.
            if len(page) < limit:
                break
            after = {"starting_after": held[-1].data.id}
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "counts": counts}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
