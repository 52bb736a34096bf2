// Operands as gcc and clang write them, for both machines, and what no compiler writes.

#include "runtime/usdt_arguments.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using bccxx::to_string;
using bccxx::runtime::OperandSyntax;
using bccxx::runtime::parse_usdt_arguments;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> read(const std::string& text, OperandSyntax syntax) {
  std::vector<std::string> all;
  for (const auto& argument : parse_usdt_arguments(text, syntax)) all.push_back(to_string(argument));
  return all;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("x86 operands of USDT arguments are registers, memory and constants", "[usdt]") {
  const auto x86 = [](const std::string& text) { return read(text, OperandSyntax::x86); };
  CHECK(x86("").empty());
  CHECK(x86("-4@%eax 8@%rdi 1@%dil 2@%r10w") ==
        Texts{"4 signed   bytes @ ax", "8 unsigned bytes @ di", "1 unsigned bytes @ di", "2 unsigned bytes @ r10"});
  CHECK(x86("-1@%bl -2@%si 4@%r8d 8@%r15 8@%rbp 8@%spl") == Texts{"1 signed   bytes @ bx", "2 signed   bytes @ si",
                                                                  "4 unsigned bytes @ r8", "8 unsigned bytes @ r15",
                                                                  "8 unsigned bytes @ bp", "8 unsigned bytes @ sp"});
  CHECK(x86("-4@$-7 8@$0x10") == Texts{"4 signed   bytes @ -7", "8 unsigned bytes @ 16"});
  CHECK(x86("-4@-20(%rbp) 8@(%rdx) 4@0x8(%rsp)") ==
        Texts{"4 signed   bytes @ *(bp - 20)", "8 unsigned bytes @ *(dx + 0)", "4 unsigned bytes @ *(sp + 8)"});
  CHECK(x86("8@-8(%rax,%rdi,8) 8@(%rax,%rcx) 4@16(,%r9,4)") == Texts{"8 unsigned bytes @ *(ax - 8 + di * 8)",
                                                                     "8 unsigned bytes @ *(ax + 0 + cx)",
                                                                     "4 unsigned bytes @ *( + 16 + r9 * 4)"});
  CHECK(x86("-4@counter(%rip) 8@table+16(%rip) 8@-8+table(%rip) 4@plain") ==
        Texts{"4 signed   bytes @ *(&counter + 0)", "8 unsigned bytes @ *(&table + 16)",
              "8 unsigned bytes @ *(&table - 8)", "4 unsigned bytes @ *(&plain + 0)"});
  CHECK(x86("%rax") == Texts{"8 unsigned bytes @ ax"});
  // The bits of a floating-point number.
  CHECK(x86("8f@%rdx") == Texts{"8 unsigned bytes @ dx"});
}

TEST_CASE("arm64 operands of USDT arguments may have blanks within", "[usdt]") {
  const auto arm64 = [](const std::string& text) { return read(text, OperandSyntax::arm64); };
  CHECK(arm64("-4@w1 8@x30 8@sp 8@fp") == Texts{"4 signed   bytes @ regs[1]", "8 unsigned bytes @ regs[30]",
                                                "8 unsigned bytes @ sp", "8 unsigned bytes @ regs[29]"});
  CHECK(arm64("-4@[sp, 60] 8@[x0] 8@[x19,-16]") == Texts{"4 signed   bytes @ *(sp + 60)",
                                                         "8 unsigned bytes @ *(regs[0] + 0)",
                                                         "8 unsigned bytes @ *(regs[19] - 16)"});
  CHECK(arm64("8@[x0, x2] 8@[x0, x2, lsl 3] 4@[x1, x3, lsl #2]") ==
        Texts{"8 unsigned bytes @ *(regs[0] + 0 + regs[2])", "8 unsigned bytes @ *(regs[0] + 0 + regs[2] * 8)",
              "4 unsigned bytes @ *(regs[1] + 0 + regs[3] * 4)"});
  CHECK(arm64("-4@-7 8@#5 8@xzr") == Texts{"4 signed   bytes @ -7", "8 unsigned bytes @ 5", "8 unsigned bytes @ 0"});
}

TEST_CASE("a USDT argument that cannot be read says why, and the others are read", "[usdt]") {
  const auto unreadable = [](const std::string& text, OperandSyntax syntax) {
    const auto arguments = parse_usdt_arguments(text + " -4@$1", syntax);
    REQUIRE(arguments.size() == 2);
    CHECK(arguments[1].constant == 1);
    return arguments[0].unreadable;
  };
  const auto x86 = [&](const std::string& text) { return unreadable(text, OperandSyntax::x86); };
  CHECK_THAT(x86("8f@%xmm0"), Contains("8f@%xmm0 is in a register that pt_regs does not have"));
  CHECK_THAT(x86("1@%ah"), Contains("register"));
  CHECK_THAT(x86("16@%rax"), Contains("size"));
  CHECK_THAT(x86("8x@%rax"), Contains("size"));
  CHECK_THAT(x86("0@%rax"), Contains("size"));
  for (const auto* text : {"8@", "8@$", "8@$name", "8@()", "8@8", "8@(%rax,%rbx,3)", "8@(%rax,%rbx,1,2)", "8@%fs:8",
                           "8@a+b(%rip)", "8@(rax)", "8@99999999999999999999(%rax)", "8@%r16", "8@%r7"}) {
    INFO(text);
    CHECK_FALSE(x86(text).empty());
  }
  CHECK_THAT(x86("8@9223372036854775807+9223372036854775807(%rax)"), Contains("in no place"));
  CHECK_THAT(x86("8@-9223372036854775808-1(%rax)"), Contains("in no place"));
  CHECK_THAT(x86("-9223372036854775808@%rax"), Contains("size"));
  CHECK_THAT(x86("8@16(%rip)"), Contains("relative to an unknown place"));
  const auto arm = parse_usdt_arguments("8@[x0, w1, sxtw 3] 8@x31 8@d0 8@[x0, 8]!", OperandSyntax::arm64);
  REQUIRE(arm.size() == 4);
  for (const auto& argument : arm) CHECK_FALSE(argument.unreadable.empty());
  CHECK_FALSE(parse_usdt_arguments("8@r3", OperandSyntax::other).front().unreadable.empty());
}

TEST_CASE("a place of a USDT probe has no more than 64 arguments", "[usdt]") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "8@$" + std::to_string(i) + ' ';
  const auto arguments = parse_usdt_arguments(text, OperandSyntax::x86);
  REQUIRE(arguments.size() == 64);
  CHECK(arguments.back().constant == 63);
}

TEST_CASE("no text of USDT arguments is too odd to be read", "[usdt]") {
  const std::string pieces = "-48@%$()[],.+xraeidslp0129# f";
  std::uint32_t state = 12345;
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = 0; i < 24; ++i) {
      state = state * 1664525U + 1013904223U;
      text += pieces[(state >> 16U) % pieces.size()];
    }
    for (const auto syntax : {OperandSyntax::x86, OperandSyntax::arm64}) {
      for (const auto& argument : parse_usdt_arguments(text, syntax)) {
        const bool placed = argument.constant || argument.deref_offset || !argument.base_register.empty();
        CHECK((placed || !argument.unreadable.empty()));
      }
    }
  }
}
