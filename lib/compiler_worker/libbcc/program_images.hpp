#pragma once
// The programs of a text as they go into its object.

#include "compiler_worker/libbcc/map_images.hpp"
#include "compiler_worker/libbcc/translate.hpp"
#include "object/image.hpp"

#include <bcc/bpf_module.h>
#include <bpf/btf.h>

#include <vector>

namespace bccxx::worker {

/// Of every function that was recorded: its instructions with references to maps, its lines in the user's text, and
/// its reads of registers moved to where the hook has their values. `types` may be null.
///
/// Throws: TextProblem
[[nodiscard]] std::vector<object::ProgramImage> make_program_images(const ebpf::BPFModule& module,
                                                                    const TranslateRequest& request,
                                                                    const MapImages& maps, const btf* types);

}  // namespace bccxx::worker
