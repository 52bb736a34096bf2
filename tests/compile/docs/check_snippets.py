#!/usr/bin/env python3
"""Compiles every snippet of a guide, and sees that its translations show the same code and output.

check_snippets.py BCCXX_CC CXX INCLUDE_FOLDERS GUIDE [TRANSLATION...]

A ```c block is a BPF text of its own. A ```cpp block is the inside of a function that has `bccxx::BPF bpf`, or, with a
main, a whole program, whose raw strings are BPF texts. Code in a table that ends with a semicolon is a block of its own
behind the guide's first ```cpp block. A ```clang block is a .bpf.c file of the programs, without its first line.
"""

import pathlib
import re
import subprocess
import sys
import tempfile

PRELUDE = """#include <bccxx/bpf.hpp>
#include <bccxx/every.hpp>
#include <bccxx/runtime/containers.hpp>
#include <bccxx/runtime/syscall_number.hpp>
#include <bccxx/support/cpus.hpp>
#include <bccxx/tables/user_ring_buffer.hpp>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
"""

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LANGUAGES = {"c", "clang", "cpp", "text"}
PROGRAMS = pathlib.Path(__file__).parents[3] / "programs"
CELL_CODE = re.compile(r"`([^`]+;)`")
RAW_STRING = re.compile(r'R"\((.*?)\)"', re.DOTALL)


def blocks(path):
    """(language, first line, text) of each fenced block."""
    found = []
    text = path.read_text(encoding="utf-8")
    for match in FENCED.finditer(text):
        line = text.count("\n", 0, match.start(2)) + 1
        if match.group(1) not in LANGUAGES:
            sys.exit(f"{path}:{line}: a block is one of {', '.join(sorted(LANGUAGES))}, not '{match.group(1)}'")
        found.append((match.group(1), line, match.group(2)))
    if text.count("```") != 2 * len(found):
        sys.exit(f"{path}: a fence is not closed, or does not begin its line")
    return found


def table_code(path):
    """(line, code) of what the tables have that ends with a semicolon."""
    # Blanked, so that the lines keep their numbers.
    prose = FENCED.sub(lambda match: "\n" * match.group(0).count("\n"), path.read_text(encoding="utf-8"))
    return [(number, code) for number, line in enumerate(prose.split("\n"), 1) if line.startswith("|")
            for code in CELL_CODE.findall(line)]


def links_lead_somewhere(path):
    good = True
    prose = re.sub(r"`[^`\n]*`", "", FENCED.sub("", path.read_text(encoding="utf-8")))
    for target in re.findall(r"\]\(([^)#:]+)\)", prose):
        if not (path.parent / target).exists():
            print(f"{path}: there is no {target}")
            good = False
    return good


def shows_what_clang_compiles(guide, snippets, programs):
    """The build compiles those files, so that the guide need not."""
    good = True
    texts = [path.read_text(encoding="utf-8").partition("\n")[2] for path in programs.rglob("*.bpf.c")]
    for language, line, text in snippets:
        if language == "clang" and text not in texts:
            print(f"{guide}:{line} is no .bpf.c file of {programs} without its first line")
            good = False
    return good


def compiles(command, what):
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(f"{what} does not compile: {' '.join(command)}\n{run.stdout}{run.stderr}")
    return run.returncode == 0


def function(number, guide, line, body):
    return (f'void snippet_{number}(bccxx::BPF& bpf);\n'
            f'void snippet_{number}([[maybe_unused]] bccxx::BPF& bpf) {{\n'
            f'#line {line} "{guide}"\n{body}}}\n')


def with_table_code(first, cells):
    """The first snippet, and behind it each piece of code of the tables in a block of its own."""
    # The names in a table only say what the code gives.
    unused = "".join(f'#pragma GCC diagnostic ignored "-W{warning}"\n'
                     for warning in ("unused-variable", "unused-but-set-variable") if cells)
    return first + unused + "".join(f"#line {line}\n{{ {code} }}\n" for line, code in cells)


def every_snippet_compiles(guide, snippets, bccxx_cc, cxx, include_folders):
    good = True
    functions = []
    texts = []
    programs = []
    for language, line, text in snippets:
        if language == "c":
            texts.append((line, text))
        elif language == "cpp" and "int main(" in text:
            programs.append(f'#line {line} "{guide}"\n{text}')
            texts += [(line + text.count("\n", 0, raw.start(1)), raw.group(1)) for raw in RAW_STRING.finditer(text)]
        elif language == "cpp":
            body = text if functions else with_table_code(text, table_code(guide))
            functions.append(function(len(functions), guide, line, body))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, (line, text) in enumerate(texts):
            source = folder / f"snippet_{number}.c"
            source.write_text(text, encoding="utf-8")
            command = [bccxx_cc, str(source), "--headers=btf", "-o", str(folder / f"snippet_{number}.o")]
            good = compiles(command, f"{guide}:{line}") and good
        includes = [f"-I{include}" for include in include_folders.split(";") if include]
        for number, text in enumerate([PRELUDE + "\n".join(functions), *programs]):
            source = folder / f"snippets_{number}.cpp"
            source.write_text(text, encoding="utf-8")
            command = [cxx, "-std=c++20", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", *includes, str(source)]
            good = compiles(command, f"the C++ of {guide}") and good
    return good


def shows_the_same(guide, snippets, translation):
    good = True
    theirs = blocks(translation)
    for ours, other in zip(snippets, theirs):
        if (ours[0], ours[2]) != (other[0], other[2]):
            print(f"{translation}:{other[1]} differs from {guide}:{ours[1]}")
            good = False
    if len(theirs) != len(snippets):
        print(f"{translation} has {len(theirs)} blocks, {guide} has {len(snippets)}")
        good = False
    return good


def main():
    bccxx_cc, cxx, include_folders, guide, *translations = sys.argv[1:]
    guide = pathlib.Path(guide)
    snippets = blocks(guide)
    if not {"c", "cpp"} <= {language for language, _, _ in snippets}:
        sys.exit(f"{guide}: no snippets of C or of C++")
    good = links_lead_somewhere(guide)
    good = shows_what_clang_compiles(guide, snippets, PROGRAMS) and good
    good = every_snippet_compiles(guide, snippets, bccxx_cc, cxx, include_folders) and good
    for translation in map(pathlib.Path, translations):
        good = links_lead_somewhere(translation) and good
        good = shows_the_same(guide, snippets, translation) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
