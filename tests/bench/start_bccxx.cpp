// Starts the tracer with bccxx: start_bccxx CACHE_FOLDER.

#include <bccxx/bpf.hpp>

#include "peak_memory.hpp"
#include "tracer_text.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  bccxx::Options options;
  options.cache.directory = argv[1];
  const bccxx::BPF bpf(tracer_text, options);
  print_peak_memory();
}
