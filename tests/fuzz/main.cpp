// libFuzzer's entry points. The environment variable AIVA_FUZZ_TARGET names the target; `list`
// prints the names of all.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "targets.h"

namespace {

const aiva::fuzz::Target& chosen_target() {
  static const char* const given = std::getenv("AIVA_FUZZ_TARGET");
  static const std::string_view name = given == nullptr ? "list" : given;
  static const auto targets = aiva::fuzz::make_targets(name.starts_with("pdf"));
  static const auto target = std::ranges::find(targets, name, &aiva::fuzz::Target::name);
  if (target != targets.end()) return *target;
  for (const auto& each : targets) std::printf("%s\n", each.name.c_str());
  std::exit(name == "list" ? 0 : 2);
}

}  // namespace

// dav1d keeps a few bytes of a damaged AVIF; the process that read one ends with it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libdav1d.so\n"; }

extern "C" int LLVMFuzzerInitialize(int* /*argc*/, char*** /*argv*/) {
  chosen_target();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  chosen_target().run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
