"""Tells what each benchmark measures: ``python tests/benchmarks``."""

from __future__ import annotations

import ast
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    """Print every benchmark that can be run, with its docstring."""
    for file in sorted(HERE.glob("*.py")):
        source = file.read_text()
        if "ArgumentParser(" in source and file.name != Path(__file__).name:
            print(f"{file.name}\n\n{ast.get_docstring(ast.parse(source))}\n")


if __name__ == "__main__":
    main()
