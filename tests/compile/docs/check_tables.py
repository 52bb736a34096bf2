#!/usr/bin/env python3
"""Sees that the snippets of a guide show every macro of libbcc that declares a table.

check_tables.py BCCXX_CC GUIDE
"""

import pathlib
import re
import subprocess
import sys

from check_snippets import blocks

# Kinds that libbcc has no macro for, so that BPF_TABLE names them.
BY_NAME = {'"lru_hash"', '"lru_percpu_hash"', '"extern"'}
DEFINITION = re.compile(rb"^#define (BPF_\w+)\(", re.MULTILINE)
# What macros are made of, and what declares no table.
NOT_FOR_USERS = re.compile(r".*(\d|X|_COMMON)|BPF_(ANNOTATE|LINE_INFO|F_ADJ)_.*|BPF_PROG|BPF_ITER")


def table_macros(bccxx_cc):
    """The macros that declare tables, from the header that libbcc carries inside."""
    needed = subprocess.run(["ldd", bccxx_cc], capture_output=True, text=True, check=True).stdout
    library = re.search(r"libbcc\.so\S* => (\S+)", needed)
    if library is None:
        sys.exit(f"{bccxx_cc} needs no libbcc: {needed}")
    names = {name.decode() for name in DEFINITION.findall(pathlib.Path(library.group(1)).read_bytes())}
    return {name for name in names if not NOT_FOR_USERS.fullmatch(name)}


def shows_every_table(guide, snippets, macros):
    if len(macros) < 30:
        sys.exit(f"libbcc has but {len(macros)} macros for tables, so something was overlooked")
    shown = "\n".join(text for language, _, text in snippets if language == "c")
    missing = {macro for macro in macros if not re.search(rf"\b{macro}\(", shown)}
    missing |= {name for name in BY_NAME if name not in shown}
    for name in sorted(missing):
        print(f"{guide}: no snippet shows {name}")
    return not missing


def main():
    bccxx_cc, guide = sys.argv[1:]
    good = shows_every_table(guide, blocks(pathlib.Path(guide)), table_macros(bccxx_cc))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
