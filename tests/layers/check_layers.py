"""Who may include, call and link whom. Each check returns the violations it found as lines of text."""

import argparse
import pathlib
import re
import subprocess
import sys

# What each layer may use besides itself and `support`. The arrows of the design; none may be turned round.
USES = {
    "support": set(),
    "object": set(),
    "print": set(),
    "symbols": set(),
    "compiler": {"object"},
    "tables": {"print"},
    "runtime": {"object", "symbols", "tables"},
    "facade": {"compiler", "object", "print", "symbols", "tables", "runtime"},
    "compiler_worker": {"compiler", "object"},
}

STANDARD_HEADERS = set(
    """algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono cinttypes
    climits clocale cmath compare complex concepts condition_variable coroutine csetjmp csignal cstdarg cstddef cstdint
    cstdio cstdlib cstring ctime cuchar cwchar cwctype deque exception execution filesystem forward_list fstream
    functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map memory
    memory_resource mutex new numbers numeric optional ostream queue random ranges ratio regex scoped_allocator
    semaphore set shared_mutex source_location span sstream stack stdexcept stop_token streambuf string string_view
    syncstream system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray
    variant vector version""".split()
)

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)

COMPILER_NAMES = [
    (re.compile(r'#\s*include\s*[<"](bcc|llvm|clang|llvm-c|clang-c)/'), "includes a header of the compiler"),
    (re.compile(r"\b(ebpf|llvm|clang)::"), "names the compiler's namespace"),
    (re.compile(r"\blib(bcc|LLVM|clang)\w*\.so"), "names the compiler's library"),
]

# What a library must not do, with the files that may nevertheless (a prefix of the path below the root).
QUIET = [
    (re.compile(r"\bstd::(cout|cerr|clog|wcout|wcerr)\b"), "names a standard stream", ["lib/print/", "lib/tables/histogram_methods.cpp"]),
    (
        re.compile(r"(?<![\w.>])(std::)?(v?f?printf|puts|fputs|putchar|fputc|perror)\s*\(|\bfmt::v?print\s*\("),
        "prints",
        ["lib/print/"],
    ),
    (re.compile(r"(?<![\w.>])(?:std::|::)?(exit|_Exit|quick_exit|abort)\s*\("), "ends the process", []),
    # Processes of our own may end themselves: the compiler, a child that could not become it, the reader of DWARF.
    (re.compile(r"(?<![\w.>])(?:::)?_exit\s*\("), "ends the process", ["lib/symbols/dwarf_child"]),
    (re.compile(r"\bsecure_getenv\s*\("), "reads the environment", ["lib/compiler/cache"]),
    (re.compile(r"(?<![\w.>])(?:std::|::)?(getenv|setenv|putenv|unsetenv|clearenv)\s*\("), "uses the environment", []),
    (
        re.compile(r"(?<![\w.>])(?:std::|::)?(chdir|fchdir|umask|setlocale|srand|daemon)\s*\("),
        "changes the whole process",
        [],
    ),
    (
        re.compile(r"(?<![\w.>])(?:std::|::)?(signal|sigaction)\s*\("),
        "handles signals",
        ["lib/facade/every", "lib/symbols/dwarf_child"],
    ),
]


def strip_comments(text):
    """The code without comments; line breaks stay, and so do strings."""
    token = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.[^\']*|[^\'\\\n])\'', re.DOTALL)

    def replace(match):
        text = match.group(0)
        return re.sub(r"[^\n]", " ", text) if text.startswith(("//", "/*")) else text

    return token.sub(replace, text)


def strip_texts(code):
    """Without raw strings: a BPF text may include headers of bcc that its compiler has inside."""
    token = re.compile(r'R"(\w*)\(.*?\)\1"', re.DOTALL)
    return token.sub(lambda match: '""' + "\n" * match.group(0).count("\n"), code)


def strip_strings(code):
    token = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return token.sub(lambda match: '""' + "\n" * match.group(0).count("\n"), code)


def sources(root, *folders):
    for folder in folders:
        yield from sorted(p for p in (root / folder).rglob("*") if p.suffix in {".hpp", ".cpp", ".h", ".c"})


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def layer_of(root, path):
    """The layer a file of lib/ or include/bccxx/ belongs to; headers at the top of include/bccxx are the facade's."""
    parts = path.relative_to(root).parts
    if parts[0] == "lib":
        return parts[1]
    return parts[2] if len(parts) > 3 else "facade"


def included_layer(root, path, mark, name):
    """The layer an #include reaches, None for what is not ours, or an error text."""
    if name.startswith("bccxx/"):
        return layer_of(root, root / "include" / name), None
    if mark == "<":
        return None, None
    for candidate in (root / "lib" / name, path.parent / name):
        if candidate.is_file() and root / "lib" in candidate.resolve().parents:
            return layer_of(root, candidate.resolve()), None
    return None, f'"{name}" is no header of lib/; foreign headers are included with <>'


def check_includes(root):
    found = []
    for path in sources(root, "include/bccxx", "lib"):
        own = layer_of(root, path)
        where = path.relative_to(root)
        if own not in USES:
            found.append(f"{where}: no layer is called {own}")
            continue
        allowed = USES[own] | {own, "support"}
        text = strip_comments(path.read_text())
        for match in INCLUDE.finditer(text):
            layer, error = included_layer(root, path, *match.groups())
            if error is None and layer is not None and layer not in allowed:
                error = f"{own} may not use {layer} ({match.group(2)})"
            if error is not None:
                found.append(f"{where}:{line_of(text, match.start())}: {error}")
    for path in sources(root, "programs"):
        text = strip_comments(path.read_text())
        for match in INCLUDE.finditer(text):
            if (root / "lib" / match.group(2)).is_file():
                place = f"{path.relative_to(root)}:{line_of(text, match.start())}"
                found.append(f"{place}: programs use public headers only ({match.group(2)})")
    return found


def check_declared(root):
    """The layers a CMakeLists.txt links must be those its code may include."""
    found = []
    for path in sorted((root / "lib").glob("*/CMakeLists.txt")):
        for name, arguments in re.findall(r"bccxx_layer\(\s*(\w+)([^)]*)\)", path.read_text()):
            words = arguments.split()
            depends = []
            if "DEPENDS" in words:
                for word in words[words.index("DEPENDS") + 1 :]:
                    if word.isupper():
                        break
                    depends.append(word)
            for layer in sorted(set(depends) - USES.get(name, set()) - {"support"}):
                found.append(f"{path.relative_to(root)}: {name} may not link {layer}")
    return found


def check_public_includes(root):
    found = []
    for path in sources(root, "include"):
        text = strip_comments(path.read_text())
        for match in INCLUDE.finditer(text):
            name = match.group(2)
            if not (name in STANDARD_HEADERS or name.startswith(("fmt/", "bccxx/"))):
                place = f"{path.relative_to(root)}:{line_of(text, match.start())}"
                found.append(f"{place}: a public header includes only std, fmt and bccxx, not {name}")
    return found


EXAMPLE = re.compile(r"^[ \t]*//.*?\bExample:[ \t]*([\w./-]+/[\w.-]+\.\w+)(?:,[ \t]*\"([^\"]+)\")?", re.MULTILINE)


def check_examples(root):
    """A file that a comment gives as an example exists, and has the test that the comment names."""
    found = []
    for path in sources(root, "include", "lib"):
        text = path.read_text()
        for match in EXAMPLE.finditer(text):
            place = f"{path.relative_to(root)}:{line_of(text, match.start())}"
            name, test = match.groups()
            if not (root / name).is_file():
                found.append(f"{place}: there is no example {name}")
            elif test and f'TEST_CASE("{test}"' not in (root / name).read_text():
                found.append(f'{place}: {name} has no test "{test}"')
    return found


def check_picture(root):
    """The arrows of the README are those of USES; the facade and `support` are in its words."""
    readme = (root / "README.md").read_text()
    drawn = set()
    for chain in re.findall(r"\S[^\n ]*(?: \S+)* (?:─►|◄─)(?: \S+)+", readme):
        words = re.split(r" (─►|◄─) ", chain)
        for left, arrow, right in zip(words[::2], words[1::2], words[2::2]):
            ends = [[name.replace("bccxx-cc", "compiler_worker") for name in end.split(", ")] for end in (left, right)]
            above, below = ends if arrow == "─►" else reversed(ends)
            drawn |= {(user, used) for user in above for used in below}
    meant = {(user, used) for user, layers in USES.items() if user != "facade" for used in layers}
    found = [f"README.md: shows no arrow from {user} to {used}" for user, used in sorted(meant - drawn)]
    return found + [f"README.md: {user} may not use {used}, as an arrow says" for user, used in sorted(drawn - meant)]


def check_first_lines(root):
    """A file says its one idea in its first line; in a header, below #pragma once."""
    found = []
    for path in sources(root, "include", "lib", "programs", "tests"):
        lines = path.read_text().splitlines()
        if lines and lines[0] == "#pragma once":
            del lines[0]
        if not lines or not re.match(r"//+ \S|/\* \S", lines[0]):
            found.append(f"{path.relative_to(root)}: does not say in its first line what it is about")
    return found


def check_compiler_names(root):
    found = []
    for path in sources(root, "include", "lib", "programs"):
        where = path.relative_to(root)
        if where.parts[:2] == ("lib", "compiler_worker"):
            continue
        code = strip_texts(strip_comments(path.read_text()))
        for pattern, what in COMPILER_NAMES:
            for match in pattern.finditer(code):
                found.append(f"{where}:{line_of(code, match.start())}: {what}; only lib/compiler_worker may")
    for path in [*sorted((root / "lib").glob("*/CMakeLists.txt")), *sorted((root / "programs").glob("CMakeLists.txt"))]:
        where = path.relative_to(root)
        if where.parts[:2] != ("lib", "compiler_worker") and re.search(r"libbcc|LLVM|[Cc]lang", path.read_text()):
            found.append(f"{where}: links the compiler; only lib/compiler_worker may")
    return found


def check_quiet(root):
    found = []
    for path in sources(root, "include", "lib"):
        where = str(path.relative_to(root))
        if where.startswith("lib/compiler_worker/"):
            continue
        code = strip_strings(strip_comments(path.read_text()))
        for pattern, what, allowed in QUIET:
            if any(where.startswith(prefix) for prefix in allowed):
                continue
            for match in pattern.finditer(code):
                found.append(f"{where}:{line_of(code, match.start())}: {what}: {match.group(0).strip()}")
    return found


def symbols(archive):
    """The (defined, undefined) names of an archive that belong to bccxx."""
    defined, undefined = set(), set()
    output = subprocess.run(["nm", "-P", str(archive)], capture_output=True, text=True, check=True).stdout
    for line in output.splitlines():
        fields = line.split()
        if len(fields) >= 2 and "5bccxx" in fields[0]:
            (undefined if fields[1] == "U" else defined).add(fields[0])
    return defined, undefined - defined


def check_calls(archives):
    """What a layer's archive leaves undefined must be defined in a layer it may use, directly or through another."""
    table = {name: symbols(path) for name, path in archives.items()}

    def reachable(name):
        names = set(USES[name]) | {"support"}
        for other in USES[name]:
            names |= reachable(other)
        return names

    found = []
    for name, (_, undefined) in table.items():
        here = set().union(*(table[other][0] for other in reachable(name) if other in table))
        for symbol in sorted(undefined - here):
            owners = [other for other, (defined, _) in table.items() if symbol in defined]
            if owners:
                found.append(f"{name} may not call {symbol} of {', '.join(owners)}")
            else:
                found.append(f"{name} calls {symbol}, which no layer defines")
    return found


def check_linkage(binaries):
    found = []
    for binary in binaries:
        output = subprocess.run(["ldd", str(binary)], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"^\s*(lib(?:LLVM|clang|bcc)[-.\w]*\.so\S*)", output, re.MULTILINE):
            found.append(f"{binary}: needs {library}")
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("check")
    parser.add_argument("--root", type=lambda path: pathlib.Path(path).resolve(), required=True)
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    checks = {
        "includes": lambda: check_includes(options.root) + check_declared(options.root),
        "public-includes": lambda: check_public_includes(options.root),
        "examples": lambda: check_examples(options.root),
        "picture": lambda: check_picture(options.root),
        "first-lines": lambda: check_first_lines(options.root),
        "compiler-names": lambda: check_compiler_names(options.root),
        "quiet": lambda: check_quiet(options.root),
        "calls": lambda: check_calls(dict(pair.split("=", 1) for pair in options.files)),
        "linkage": lambda: check_linkage(options.files),
    }
    violations = checks[options.check]()
    for line in violations:
        print(line)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
