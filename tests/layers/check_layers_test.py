"""Each check of check_layers.py fails on a tree made wrong in exactly the way it looks for, and passes on a right one."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import check_layers

COMPILER = sys.argv.pop(1)
USES_BCC = sys.argv.pop(1)

GOOD = {
    "include/bccxx/bpf.hpp": "#pragma once\n// An idea.\n#include <bccxx/tables/table.hpp>\n",
    "include/bccxx/tables/table.hpp": "#pragma once\n// An idea.\n#include <string>\n#include <fmt/core.h>\nstd::string f();\n",
    "lib/support/file.hpp": "#pragma once\n// An idea.\n",
    "lib/print/bars.hpp": "#pragma once\n// An idea.\n",
    "lib/tables/table.cpp": '// An idea.\n#include <bccxx/tables/table.hpp>\n#include "print/bars.hpp"\n#include <linux/bpf.h>\n',
    "lib/tables/CMakeLists.txt": "bccxx_layer(tables DEPENDS support print PRIVATE PkgConfig::libbpf)\n",
    "lib/compiler_worker/main.cpp": '// An idea.\n#include <bcc/bpf_module.h>\nint main() { ebpf::f(); printf("x"); exit(1); }\n',
    "README.md": (
        "BPF C text ──► bccxx-cc\n    compiler ─► object ◄─ runtime ─► tables ─► print\n"
        "    bccxx-cc ─► compiler, object      runtime ─► symbols\n"
    ),
    "programs/hello.cpp": "// An idea.\n#include <bccxx/bpf.hpp>\n",
}


class Layers(unittest.TestCase):
    def tree(self, **files):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        root = pathlib.Path(folder.name)
        for name, text in {**GOOD, **files.pop("files", {})}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return root

    def expect(self, check, files, words):
        self.assertEqual(check(self.tree()), [], "the good tree must pass")
        found = check(self.tree(files=files))
        self.assertEqual(len(found), 1, found)
        self.assertIn(words, found[0])

    def test_layer_included_against_the_arrow(self):
        files = {"lib/print/bars.cpp": "#include <bccxx/tables/table.hpp>\n"}
        self.expect(check_layers.check_includes, files, "lib/print/bars.cpp:1: print may not use tables")
        files = {"lib/support/a.cpp": '\n#include "print/bars.hpp"\n'}
        self.expect(check_layers.check_includes, files, "lib/support/a.cpp:2: support may not use print")
        files = {"include/bccxx/tables/up.hpp": "#include <bccxx/bpf.hpp>\n"}
        self.expect(check_layers.check_includes, files, "tables may not use facade")

    def test_unknown_layer(self):
        self.expect(check_layers.check_includes, {"lib/misc/a.cpp": ""}, "no layer is called misc")

    def test_program_includes_private_header(self):
        files = {"programs/bad.cpp": '#include "support/file.hpp"\n'}
        self.expect(check_layers.check_includes, files, "programs use public headers only")

    def test_commented_include_does_not_count(self):
        files = {"lib/print/bars.cpp": "// #include <bccxx/tables/table.hpp>\n/*\n#include <bccxx/bpf.hpp>\n*/\n"}
        self.assertEqual(check_layers.check_includes(self.tree(files=files)), [])

    def test_layer_linked_against_the_arrow(self):
        files = {"lib/print/CMakeLists.txt": "bccxx_layer(print DEPENDS support tables PRIVATE x)\n"}
        self.expect(check_layers.check_declared, files, "print may not link tables")

    def test_public_header_includes_a_foreign_one(self):
        for header in ("linux/bpf.h", "bpf/libbpf.h", "unistd.h", "nlohmann/json.hpp"):
            files = {"include/bccxx/bad.hpp": f"#include <{header}>\n"}
            self.expect(check_layers.check_public_includes, files, header)

    def test_example_that_is_not_there(self):
        test = {"tests/a_test.cpp": 'TEST_CASE("it works", "[tag]") {}\n'}
        for comment in ("tests/a_test.cpp", 'tests/a_test.cpp, "it works"', "template <> struct X;"):
            files = {**test, "include/bccxx/good.hpp": f"/// Example: {comment}\n"}
            self.assertEqual(check_layers.check_examples(self.tree(files=files)), [])
        files = {**test, "include/bccxx/bad.hpp": "\n/// Example: tests/b_test.cpp\n"}
        self.expect(check_layers.check_examples, files, "include/bccxx/bad.hpp:2: there is no example tests/b_test.cpp")
        files = {**test, "include/bccxx/bad.hpp": '/// Example: tests/a_test.cpp, "it does not"\n'}
        self.expect(check_layers.check_examples, files, 'has no test "it does not"')

    def test_picture_out_of_step(self):
        picture = GOOD["README.md"]
        for wrong, words in (
            (picture.replace(" ─► print", ""), "no arrow from tables to print"),
            (picture.replace("object ◄─ runtime", "object ─► runtime"), "object may not use runtime"),
            (picture.replace("compiler, object", "compiler, object, print"), "compiler_worker may not use print"),
            (picture.replace("runtime ─► symbols", ""), "no arrow from runtime to symbols"),
        ):
            self.assertEqual(check_layers.check_picture(self.tree()), [])
            found = check_layers.check_picture(self.tree(files={"README.md": wrong}))
            self.assertTrue(any(words in line for line in found), found)

    def test_file_that_does_not_say_what_it_is_about(self):
        good = {
            "include/bccxx/a.hpp": "#pragma once\n// One idea.\n",
            "lib/tables/a.c": "/* One idea. */\n",
            "tests/unit/a_test.cpp": "// One idea.\n#include <string>\n",
        }
        for name, text in good.items():
            files = {name: text}
            self.assertEqual(check_layers.check_first_lines(self.tree(files=files)), [])
            for wrong in ("", "#include <string>\n" + text, text.replace("One idea.", "")):
                found = check_layers.check_first_lines(self.tree(files={name: wrong}))
                self.assertEqual(len(found), 1, (found, wrong))
                self.assertIn(name, found[0])

    def test_compiler_named_elsewhere(self):
        for text in ("#include <bcc/BPF.h>\n", "void f(ebpf::BPF&);\n", 'auto h = dlopen("libbcc.so.0", 1);\n'):
            self.expect(check_layers.check_compiler_names, {"lib/runtime/a.cpp": text}, "only lib/compiler_worker may")
        files = {"lib/runtime/CMakeLists.txt": "bccxx_layer(runtime PRIVATE PkgConfig::libbcc)\n"}
        self.expect(check_layers.check_compiler_names, files, "links the compiler")

    def test_bpf_text_may_include_headers_of_bcc(self):
        files = {"programs/monitor.cpp": 'const char* text = R"(\n#include <bcc/proto.h>\n)";\n'}
        self.assertEqual(check_layers.check_compiler_names(self.tree(files=files)), [])

    def test_noisy_library(self):
        for text, words in (
            ("std::cout << 1;", "standard stream"),
            ('std::printf("");', "prints"),
            ('fprintf(stderr, "");', "prints"),
            ('fmt::print("");', "prints"),
            ("::exit(1);", "ends the process"),
            ("std::abort();", "ends the process"),
            ("::_exit(1);", "ends the process"),
            ('getenv("HOME");', "environment"),
            ('secure_getenv("HOME");', "environment"),
            ('chdir("/");', "whole process"),
            ("sigaction(2, &a, nullptr);", "signals"),
        ):
            self.expect(check_layers.check_quiet, {"lib/runtime/a.cpp": f"void f() {{ {text} }}\n"}, words)

    def test_quiet_library_may_talk_about_it(self):
        text = '// exit(1)\nauto s = "printf(";\nvoid f() { program.exit(2); snprintf(b, 1, ""); fmt::format(""); }\n'
        self.assertEqual(check_layers.check_quiet(self.tree(files={"lib/runtime/a.cpp": text})), [])

    def test_call_against_the_arrow(self):
        root = self.tree()

        def archive(name, text):
            source, target = root / f"{name}.cpp", root / f"{name}.o"
            source.write_text(text)
            subprocess.run([*COMPILER.split(), "-c", source, "-o", target], check=True)
            return target

        print_up = archive("up", "namespace bccxx { void t(); void p() { t(); } }")
        print_ok = archive("ok", "namespace bccxx { void p() {} }")
        tables = archive("tables", "namespace bccxx { void p(); void t() { p(); } }")
        self.assertEqual(check_layers.check_calls({"print": print_ok, "tables": tables}), [])
        found = check_layers.check_calls({"print": print_up, "tables": tables})
        self.assertEqual(len(found), 1, found)
        self.assertIn("print may not call", found[0])
        self.assertIn("of tables", found[0])
        found = check_layers.check_calls({"tables": tables})
        self.assertIn("no layer defines", found[0])

    def test_program_that_links_the_compiler(self):
        self.assertEqual(check_layers.check_linkage(["/bin/sh"]), [])
        found = check_layers.check_linkage([USES_BCC])
        self.assertTrue(any("libbcc" in line for line in found), found)


if __name__ == "__main__":
    unittest.main()
