// What a text includes, read once for everybody who asks.

#include "compiler/included_text.hpp"
#include "compiler/include_names.hpp"
#include "compiler/path_flags.hpp"
#include "compiler/plain_path.hpp"
#include "unit/compiler/fixture.hpp"

#include <catch2/catch.hpp>

using namespace bccxx::compiler;
using namespace compiler_tests;

namespace {

using Names = std::vector<std::string>;

Names names(const std::string& text) {
  Names result;
  for (const auto& name : include_names(text).names) result.push_back((name.quoted ? "\"" : "<") + name.text);
  return result;
}

/// The text of the file that `name` leads to first.
std::string text_of(const IncludedText& included, const std::string& name) {
  for (const auto& inclusion : included.inclusions) {
    if (inclusion.name == name) return inclusion.path.empty() ? "missing" : inclusion.text;
  }
  return "not asked for";
}

}  // namespace

TEST_CASE("include names: every spelling of the language is read", "[compiler]") {
  CHECK(names("#include <linux/sched.h>\n  #  include \"own.h\" // why\n") == Names{"<linux/sched.h", "\"own.h"});
  CHECK(names("#include\\\n\\ \t\r\n <a.h>\n#inc\\\nlude \"b.h\"") == Names{"<a.h", "\"b.h"});
  CHECK(names("/* x */ # /* y */ include /* z */ <a.h>\n%: include <b.h>") == Names{"<a.h", "<b.h"});
  CHECK(names("#import <a.h>\n#include_next <b.h>\n#if __has_include (<c.h>) || __has_include_next(\"d.h\")") ==
        Names{"<a.h", "<b.h", "<c.h", "\"d.h"});
  CHECK(names("#define include \"a.h\"\nint include, has_include;\n#includes <x.h>\n").empty());
}

TEST_CASE("include names: what cannot be read is owned up to", "[compiler]") {
  for (const char* text :
       {"#include NAME\n", "#include \"open\n", "#include <open\n", "#include", "#/*\n*/include <a.h>",
        "/*\n*/ include <a.h>\n", "#include /* open\n*/ <a.h>", "#if __has_include(NAME)", "#define X include\n"}) {
    INFO(text);
    CHECK_FALSE(include_names(text).literal);
  }
  for (const char* text : {"", "#", "int include;\n", "#include <a.h>\n", "// includes #1\n", "/* include it */ int x;",
                           "#define important 1\n"}) {
    INFO(text);
    CHECK(include_names(text).literal == (std::string(text) != "/* include it */ int x;"));
  }
}

TEST_CASE("included text: names lead where clang goes", "[compiler]") {
  const Folder folder;
  for (const char* place : {"", "quote", "plain", "system", "late", "sub"}) {
    fs::create_directories(folder / place);
    write_file(folder / place / (std::string("in_") + (*place == '\0' ? "base" : place) + ".h"), place);
  }
  const auto put = [&](const char* name, const char* text) { write_file(folder / name, text); };
  put("late/x.h", "late");
  put("system/x.h", "system");
  const Names flags = {"-idirafterlate", "-isystem", "system", "-iquote", "quote", "-Iplain"};
  const auto x = [&](const char* text) { return text_of(read_included_text({text}, flags, folder.path()), "x.h"); };
  CHECK(x("#include <x.h>") == "system");
  put("plain/x.h", "plain");
  CHECK(x("#include <x.h>") == "plain");
  put("quote/x.h", "quote");
  CHECK(x("#include <x.h>") == "plain");
  CHECK(x("#include \"x.h\"") == "quote");
  put("x.h", "base");
  CHECK(x("#include \"x.h\"") == "base");
  put("sub/x.h", "sub");
  put("sub/y.h", "#include \"x.h\"");
  CHECK(x("#include \"sub/y.h\"") == "sub");
  fs::remove(folder / "sub/x.h");
  CHECK(x("#include \"sub/y.h\"") == "base");
  CHECK(x("#include <y.h>") == "not asked for");

  const auto all = read_included_text({"#include_next <x.h>"}, flags, folder.path());
  CHECK(all.whole() == "plain\nsystem\nlate\n");
}

TEST_CASE("included text: each file is read once, and flags bring files too", "[compiler]") {
  const Folder folder;
  fs::create_directory(folder / "sub");
  write_file(folder / "a.h", "#include \"sub/b.h\"\nint a;\n");
  write_file(folder / "sub/b.h", "#include \"../a.h\"\n#include \"a.h\"\n#include NAME\n");
  write_file(folder / "sub/m.h", "#define M 1\n");
  const auto included = read_included_text({"#include \"a.h\"\n", "#include \"a.h\"\n#include \"none.h\"\n"},
                                           {"-imacrossub/m.h", "-include", "n.h", "-I", "sub"}, folder.path());
  CHECK_FALSE(included.literal);
  CHECK(included.complete);
  CHECK(text_of(included, "none.h") == "missing");
  CHECK(text_of(included, "sub/m.h") == "#define M 1\n");
  CHECK(text_of(included, "n.h") == "missing");
  CHECK(text_of(included, "a.h") == "#include \"sub/b.h\"\nint a;\n");
  CHECK(included.inclusions.size() == 6);
  CHECK(included.folders == std::vector<fs::path>{folder / "sub"});
}

TEST_CASE("path flags: relative paths are resolved, everything else stays", "[compiler]") {
  const Folder folder;
  write_file(folder / "first.h", "");
  const auto at = [&](const char* name) { return (folder / name).native(); };
  CHECK(absolute_flags(
            {"-Iinclude", "-I", "sub/../up", "-DA=b/c", "-I/abs", "-include", "first.h", "-isystemsys", "-iquote", "q",
             "-idirafterlate", "-imacrosfirst.h", "-includeelsewhere.h", "-Wall", "-include-pch", "x", "-I"},
            folder.path()) == Names{"-I" + at("include"), "-I", at("sub/../up"), "-DA=b/c", "-I/abs", "-include",
                                    at("first.h"), "-isystem" + at("sys"), "-iquote", at("q"),
                                    "-idirafter" + at("late"), "-imacros" + at("first.h"), "-includeelsewhere.h",
                                    "-Wall", "-include-pch", "x", "-I"});
}

TEST_CASE("plain paths: what cannot change where a path leads goes", "[compiler]") {
  CHECK(plain_path("/a/./b//c/.").native() == "/a/b/c");
  CHECK(plain_path("/a/b/").native() == "/a/b");
  CHECK(plain_path("/a/../b/..").native() == "/a/../b/..");
  CHECK(plain_path("/").native() == "/");
  CHECK(plain_path(".") == fs::current_path());
  CHECK(plain_path("./a/..") == fs::current_path() / "a/..");
}
