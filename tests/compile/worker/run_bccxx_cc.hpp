#pragma once
// Runs bccxx-cc as a shell would, in a directory of the test's own.

#include "compiler_worker/private_directory.hpp"
#include "support/file.hpp"

#include <bccxx/object/object.hpp>

#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace bccxx::test {

struct Outcome {
  int status = -1;  ///< the exit status, or -1 when a signal ended it
  std::string output;
  std::string errors;
};

class Compiler {
 public:
  /// A file beside the text, such as a header.
  void write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
  }

  /// Any command line, in the directory.
  [[nodiscard]] Outcome run(const std::string& command) const {
    const auto line = "cd '" + path("").string() + "' && { " + command + "\n} >.output 2>.errors";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read(".output"), read(".errors")};
  }

  /// Compiles `text` as prog.c to prog.bpf.o.
  [[nodiscard]] Outcome compile(const std::string& text, const std::string& flags = {}) const {
    write("prog.c", text);
    return run(program() + " prog.c -o prog.bpf.o " + flags);
  }

  [[nodiscard]] object::Object object() const { return object::Object::read(path("prog.bpf.o")); }
  [[nodiscard]] std::string read(const std::string& name) const { return support::read_file(path(name).string()); }
  [[nodiscard]] std::filesystem::path path(const std::string& name) const { return directory_.path() / name; }
  [[nodiscard]] static std::string program() { return BCCXX_BINARY_DIR "/libexec/bccxx/bccxx-cc"; }

 private:
  worker::PrivateDirectory directory_;
};

}  // namespace bccxx::test
