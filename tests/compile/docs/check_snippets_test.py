"""Each check of check_snippets.py and check_tables.py passes on a right guide, and fails on one wrong in its way."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import check_snippets
import check_tables

GUIDE = """# A guide

[this](guide.md)

```c
BPF_HASH(calls);
```

```cpp
fmt::print("{}", bpf.tables().size());
```

```text
# program
1
```
"""

# Stands in for a compiler: refuses what has the word in it, and says what it was given.
COMPILER = """#!/bin/sh
for each; do
  case "$each" in *.c | *.cpp) if grep -H {word} "$each"; then exit 1; fi ;; esac
done
"""


class Snippets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def write(self, text, name="guide.md"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def compiler(self, word):
        path = self.write(COMPILER.format(word=word), f"refuses_{word}")
        path.chmod(0o700)
        return str(path)

    def said(self, check, *arguments):
        """(the check's verdict, what it printed)"""
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            good = check(*arguments)
        return good, out.getvalue()

    def test_blocks(self):
        self.assertEqual([(block[0], block[1]) for block in check_snippets.blocks(self.write(GUIDE))],
                         [("c", 6), ("cpp", 10), ("text", 14)])
        for wrong in (
            GUIDE.replace("```cpp", "```c++"),
            GUIDE.replace("```cpp", "```Cpp"),
            GUIDE.replace("```c\n", "```\n"),
            GUIDE.replace("```c\n", " ```c\n"),
            GUIDE + "```c\n",
        ):
            with self.assertRaises(SystemExit):
                check_snippets.blocks(self.write(wrong))

    def test_macros_of_libbcc(self):
        for name in ("BPF_HASH", "BPF_QUEUESTACK_PINNED", "BPF_PROG_ARRAY"):
            self.assertIsNone(check_tables.NOT_FOR_USERS.fullmatch(name))
        for name in ("BPF_HASH4", "BPF_XSKMAPX", "BPF_SOCKMAP_COMMON", "BPF_ANNOTATE_KV_PAIR", "BPF_PROG", "BPF_ITER"):
            self.assertIsNotNone(check_tables.NOT_FOR_USERS.fullmatch(name))

    def test_link_to_nothing(self):
        self.assertTrue(check_snippets.links_lead_somewhere(self.write(GUIDE)))
        good, said = self.said(check_snippets.links_lead_somewhere, self.write(GUIDE.replace("guide.md", "gone.md")))
        self.assertFalse(good)
        self.assertIn("gone.md", said)

    def test_table_that_is_not_shown(self):
        macros = {f"BPF_KIND_{number}" for number in range(40)}
        shown = [("c", 1, "\n".join(f"{macro}(x);" for macro in macros) + " ".join(check_tables.BY_NAME))]
        self.assertTrue(check_tables.shows_every_table("guide", shown, macros))
        good, said = self.said(check_tables.shows_every_table, "guide", shown, macros | {"BPF_ARRAY"})
        self.assertFalse(good)
        self.assertIn("BPF_ARRAY", said)
        # Only C declares tables.
        good, said = self.said(check_tables.shows_every_table, "guide", [("text", 1, shown[0][2])], macros)
        self.assertFalse(good)
        self.assertIn('"lru_hash"', said)

    def test_snippet_that_does_not_compile(self):
        guide = self.write(GUIDE)
        snippets = check_snippets.blocks(guide)
        fine = self.compiler("nothing_of_this")
        self.assertTrue(check_snippets.every_snippet_compiles(guide, snippets, fine, fine, ""))
        for word, compilers in (
            ("BPF_HASH", (self.compiler("BPF_HASH"), fine)),
            ("tables", (fine, self.compiler("tables"))),
        ):
            good, said = self.said(check_snippets.every_snippet_compiles, guide, snippets, *compilers, "")
            self.assertFalse(good)
            self.assertIn(word, said)

    def test_program_that_does_not_compile(self):
        guide = self.write(GUIDE + '```cpp\nconst char* text = R"(\nBPF_ARRAY(a);\n)";\nint main() {}\n```\n')
        snippets = check_snippets.blocks(guide)
        fine = self.compiler("nothing_of_this")
        self.assertTrue(check_snippets.every_snippet_compiles(guide, snippets, fine, fine, ""))
        for word, compilers in (
            ("^BPF_ARRAY", (self.compiler("^BPF_ARRAY"), fine)),
            ("^int.main", (fine, self.compiler("^int.main"))),
        ):
            good, said = self.said(check_snippets.every_snippet_compiles, guide, snippets, *compilers, "")
            self.assertFalse(good)
            self.assertIn(word[1:].replace(".", " "), said)

    def test_table_code_that_does_not_compile(self):
        guide = self.write(GUIDE + "| Python | C++ |\n|---|---|\n| `b.x()` | `bpf.x();` or `bpf.y();`, not `z` |\n\n`no();`\n")
        self.assertEqual(check_snippets.table_code(guide), [(19, "bpf.x();"), (19, "bpf.y();")])
        snippets = check_snippets.blocks(guide)
        fine = self.compiler("nothing_of_this")
        self.assertTrue(check_snippets.every_snippet_compiles(guide, snippets, fine, fine, ""))
        good, said = self.said(check_snippets.every_snippet_compiles, guide, snippets, fine, self.compiler("bpf.y"), "")
        self.assertFalse(good)
        self.assertIn("bpf.y", said)

    def test_code_that_looks_like_a_link(self):
        self.assertTrue(check_snippets.links_lead_somewhere(self.write(GUIDE + "`[](int n) { return n; }`\n")))

    def test_clang_block_that_is_no_file(self):
        self.write("// What it is.\nint first;\nint second;\n", "one.bpf.c")
        for text, right in (("int first;\nint second;\n", True), ("int first;\n", False), ("int other;\n", False)):
            guide = self.write(GUIDE + f"```clang\n{text}```\n")
            good, said = self.said(
                check_snippets.shows_what_clang_compiles, guide, check_snippets.blocks(guide), self.folder)
            self.assertEqual(good, right)
            self.assertEqual("guide.md:18" in said, not right)

    def test_translation_that_shows_something_else(self):
        guide = self.write(GUIDE)
        snippets = check_snippets.blocks(guide)
        self.assertTrue(check_snippets.shows_the_same(guide, snippets, self.write(GUIDE, "same.md")))
        for other in (
            GUIDE.replace("calls", "counts"),
            GUIDE.replace("```c\n", "```text\n"),
            GUIDE.replace("\n1\n", "\n2\n"),
            GUIDE + "```text\nmore\n```\n",
        ):
            good, said = self.said(check_snippets.shows_the_same, guide, snippets, self.write(other, "other.md"))
            self.assertFalse(good)
            self.assertIn("other.md", said)


if __name__ == "__main__":
    unittest.main()
