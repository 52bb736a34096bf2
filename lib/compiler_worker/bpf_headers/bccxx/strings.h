#pragma once
// Comparing strings in BPF C, in a form that every kernel's verifier accepts.
//
// Against a literal nothing is left of a comparison but constants, on every kernel. `text` must be memory the program
// may read: a variable or the value of a map. Copy other strings first, with bpf_get_current_comm or
// bpf_probe_read_user_str.

#define BCCXX_INLINE static inline __attribute__((always_inline, unused))

BCCXX_INLINE int bccxx_same_bytes(const char *text, const char *literal, unsigned long size) {
#pragma clang loop unroll(full)
  for (unsigned long i = 0; i < size; ++i) {
    if (text[i] != literal[i]) return 0;
  }
  return 1;
}

/// Whether `text` is just `literal`, a string in quotes: "bash" is not "bashful".
#define bccxx_equals(text, literal) bccxx_same_bytes((const char *)(text), "" literal "", sizeof(literal))

/// Whether `text` starts with `literal`, a string in quotes.
#define bccxx_starts_with(text, literal) bccxx_same_bytes((const char *)(text), "" literal "", sizeof(literal) - 1)

/// Whether two strings are the same within their first `size` bytes, a constant; what follows a NUL does not count.
BCCXX_INLINE int bccxx_same_strings(const char *one, const char *other, unsigned long size) {
  for (unsigned long i = 0; i < size; ++i) {
    if (one[i] != other[i]) return 0;
    if (one[i] == '\0') return 1;
  }
  return 1;
}

/// The same where `other` is what the tracer wrote into a table of one entry and froze before it attached:
///
///   struct word { char text[16]; };
///   BPF_F_TABLE("array", int, struct word, wanted, 1, BPF_F_RDONLY_PROG);
///   ...
///     int zero = 0;
///     struct word *word = wanted.lookup(&zero);
///     if (!word || !bccxx_same_as_frozen(comm, word->text, sizeof(comm))) return 0;
///
/// The kernel compares them at one go where it can; its bpf_strncmp takes no other strings than such.
#if LINUX_VERSION_CODE >= KERNEL_VERSION(5, 17, 0)
#define bccxx_same_as_frozen(text, other, size) (bpf_strncmp((text), (size), (other)) == 0)
#else
#define bccxx_same_as_frozen(text, other, size) bccxx_same_strings((text), (other), (size))
#endif
