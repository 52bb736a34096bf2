// The cache gives back what was compiled for the same text, and compiles again when anything else decides the bytes.

#include "common/skip.hpp"
#include "support/mounts.hpp"
#include "unit/compiler/cache_setup.hpp"
#include "unit/compiler/private_mounts.hpp"

#include <bccxx/support/error.hpp>

#include <catch2/catch.hpp>

#include <sys/mount.h>
#include <sys/stat.h>
#include <functional>

using namespace bccxx;
using namespace bccxx::compiler;
using namespace compiler_tests;
using Catch::Matchers::Contains;

TEST_CASE("cache: the second time nothing is compiled", "[compiler]") {
  const Setup setup;
  const auto first = setup.fetch();
  CHECK(first.origin == Origin::compiled);
  CHECK(first.cache_note.empty());
  const auto second = setup.fetch();
  CHECK(second.origin == Origin::cached);
  CHECK(second.cache_note.empty());
  CHECK(text_of(second.object) == setup.request.text);
  CHECK(second.log == first.log);
  CHECK(setup.runs() == 1);
  struct stat info {};
  REQUIRE(::stat(setup.cache.directory.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0700);
  REQUIRE(::stat(setup.entry().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777U) == 0600);
}

TEST_CASE("cache: off means off", "[compiler]") {
  Setup setup;
  setup.cache.mode = Cache::Mode::off;
  CHECK(setup.fetch().origin == Origin::compiled);
  CHECK(setup.fetch().origin == Origin::compiled);
  CHECK(setup.runs() == 2);
  CHECK_FALSE(fs::exists(setup.cache.directory));
}

TEST_CASE("cache: a wrong text is never kept", "[compiler]") {
  Setup setup;
  setup.request.text = "error";
  CHECK_THROWS_AS(setup.fetch(), CompileError);
  CHECK_THROWS_AS(setup.fetch(), CompileError);
}

TEST_CASE("cache: whatever decides the bytes decides the key", "[compiler]") {
  Setup setup;
  write_file(setup.folder / "btf", "one");
  static_cast<void>(setup.fetch());
  const auto change = GENERATE(
      as<std::function<void(Setup&)>>(),                          //
      [](Setup& s) { s.request.text += " "; },                    //
      [](Setup& s) { s.request.file_name = "other.c"; },          //
      [](Setup& s) { s.request.cflags = {"-DA"}; },               //
      [](Setup& s) { s.request.headers = Headers::btf; },         //
      [](Setup& s) { s.request.registers = Registers::fentry; },  //
      [](Setup& s) { s.request.fexit_arguments = 1; },            //
      [](Setup& s) { s.request.preamble = "#define A\n"; },       //
      [](Setup& s) { s.request.btf = s.folder / "btf"; });
  change(setup);
  CHECK(setup.fetch().origin == Origin::compiled);
  CHECK(setup.fetch().origin == Origin::cached);
  if (!setup.request.btf.empty()) {
    write_file(setup.request.btf, "two");
    CHECK(setup.fetch().origin == Origin::compiled);
  }
}

TEST_CASE("cache: another compiler process means another key", "[compiler]") {
  const Setup setup;
  static_cast<void>(setup.fetch());
  auto worker = fake();
  worker.path = setup.folder / "worker";
  fs::copy(fake_worker, worker.path);
  // The same build is the same compiler wherever it is; one without a build id is known by its bytes.
  CHECK(fetch(setup.request, worker, setup.cache).origin == Origin::cached);
  write_file(setup.folder / "script", "#!/bin/sh\nexec " + worker.path.native() + " \"$@\"\n");
  fs::permissions(setup.folder / "script", fs::perms::owner_all);
  worker.path = setup.folder / "script";
  CHECK(fetch(setup.request, worker, setup.cache).origin == Origin::compiled);
  CHECK(fetch(setup.request, worker, setup.cache).origin == Origin::cached);
}

TEST_CASE("cache: unreadable BTF is an error of the caller", "[compiler]") {
  Setup setup;
  setup.request.btf = setup.folder / "absent";
  setup.cache.mode = GENERATE(Cache::Mode::on, Cache::Mode::off);
  CHECK_THROWS_AS(setup.fetch(), SystemError);
}

TEST_CASE("cache: included files count, theirs and the ones that come in between too", "[compiler]") {
  Setup setup;
  fs::create_directory(setup.folder / "inc");
  setup.request.text += "\n#include \"a.h\"\n#  include <b.h>\n#include <linux/sched.h>\n";
  setup.request.cflags = {"-Iinc"};
  write_file(setup.folder / "a.h", "#include \"c.h\"\n");
  write_file(setup.folder / "inc/b.h", "");
  write_file(setup.folder / "inc/c.h", "1");
  static_cast<void>(setup.fetch());
  REQUIRE(setup.fetch().origin == Origin::cached);
  write_file(setup.folder / "inc/c.h", "2");
  CHECK(setup.fetch().origin == Origin::compiled);
  CHECK(setup.fetch().origin == Origin::cached);
  // Nearer to a.h than inc/c.h.
  write_file(setup.folder / "c.h", "2");
  CHECK(setup.fetch().origin == Origin::compiled);
}

TEST_CASE("cache: an include in any form leads each directory to its own object", "[compiler]") {
  struct Case {
    const char* text;
    std::vector<std::string> cflags;
  };
  const auto c = GENERATE(values<Case>({
      {"#include \"f.h\"\n", {}},
      {"#define NAME \"f.h\"\n#include NAME\n", {}},
      {"#include \\\n\"f.h\"\n", {}},
      {"#include \\ \n\"f.h\"\n", {}},
      {"#/* why */include/**/\"f.h\"\n", {}},
      {"#/* of two\nlines */include \"f.h\"\n", {}},
      {"%:include \"f.h\"\n", {}},
      {"#import \"f.h\"\n", {}},
      {"#if __has_include(\"f.h\")\n#endif\n", {}},
      {"", {"-include", "f.h"}},
      {"", {"-includef.h"}},
      {"", {"-imacros", "f.h"}},
      {"", {"-imacrosf.h"}},
      {"#include <f.h>\n", {"-isystem."}},
      {"#include <f.h>\n", {"-some-flag-of-clang", "."}},
  }));
  INFO(c.text << (c.cflags.empty() ? "" : c.cflags[0]));
  Setup setup;
  setup.request.text += std::string("\n") + c.text;
  setup.request.cflags = c.cflags;
  for (const auto* name : {"A", "B"}) {
    fs::create_directory(setup.folder / name);
    write_file(setup.folder / name / "f.h", name);
    setup.request.directory = setup.folder / name;
    CHECK(setup.fetch().origin == Origin::compiled);
    CHECK(setup.fetch().origin == Origin::cached);
  }
}

TEST_CASE("cache: a text that includes nothing of the user's is the same everywhere", "[compiler]") {
  Setup setup;
  setup.request.text += "\n#include <linux/sched.h> // does not include much\n/* includes */\nint important;\n";
  static_cast<void>(setup.fetch());
  fs::create_directory(setup.folder / "B");
  setup.request.directory = setup.folder / "B";
  CHECK(setup.fetch().origin == Origin::cached);
}

TEST_CASE("cache: files the compiler reports are checked", "[compiler]") {
  const Setup setup;
  const auto used = setup.folder / "used.h";
  write_file(used, "1");
  write_file(setup.folder / "files", used.native() + "\n");
  static_cast<void>(setup.fetch());
  REQUIRE(setup.fetch().origin == Origin::cached);
  set_age(used, 1);
  CHECK(setup.fetch().origin == Origin::cached);
  write_file(used, "2");
  CHECK(setup.fetch().origin == Origin::compiled);
  CHECK(setup.fetch().origin == Origin::cached);
  fs::remove(used);
  const auto gone = setup.fetch();
  CHECK(gone.origin == Origin::compiled);
  CHECK_THAT(gone.cache_note, Contains("used.h"));
}

TEST_CASE("cache: formats of tracepoints and the number of CPUs count where the text uses them", "[compiler]") {
  if (::geteuid() != 0) return test::skip("what is below tracefs is for root alone");
  Setup setup;
  setup.request.text += "\nTRACEPOINT_PROBE ( cat , ev ) {}\nint tracepoint__dog__bark(void *a);\n";
  const auto result = with_private_mounts([&]() -> std::string {
    // The real tracefs, with events of our own.
    if (!support::find_tracefs() && ::mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, nullptr) != 0) {
      return "no tracefs";
    }
    const auto events = fs::path(support::tracefs()) / "events";
    if (!mount_tmpfs(events, "mode=0700")) return "mount failed";
    const auto set = [&](const std::string& event, const std::string& text) {
      fs::create_directories(events / event);
      write_file(events / event / "format", text);
    };
    std::string origins;
    const auto note = [&] { origins += setup.fetch().origin == Origin::cached ? 'y' : 'n'; };
    set("cat/ev", "name: ev\nID: 7\nformat:\n");
    note();
    note();
    set("cat/ev", "name: ev\nID: 8\nformat:\n");
    note();
    set("cat/ev", "name: ev\nID: 8\nformat: x\n");
    note();
    set("dog/bark", "name: bark\n");
    note();
    write_file(setup.folder / "cpus", "0-6\n");
    setup.request.text += "int n = bpf_num_cpus();\n";
    note();
    const auto online = "/sys/devices/system/cpu/online";
    if (::mount((setup.folder / "cpus").c_str(), online, nullptr, MS_BIND, nullptr) != 0) return "bind failed";
    note();
    note();
    return origins;
  });
  CHECK(result == "nyynnnny");
}
