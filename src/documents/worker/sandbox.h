#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// A compiled list of the system calls a child of the worker may make: memory, reading and writing
// what is open, time, its own end. Every other call is answered with "not permitted", since
// libraries try this and that; calls only an intruder makes end the child.
class SystemCallFilter {
 public:
  // Compiles the list, once for all children.
  static Result<SystemCallFilter> make();
  // Puts this thread under the filter, for ever.
  [[nodiscard]] Result<void> apply() const;

 private:
  std::vector<std::uint8_t> program_;
};

// Whether children's memory is bounded and kept from being executed. Not in builds with sanitizers,
// which need memory and calls of their own; those are for tests.
bool confines_memory();

struct ChildLimits {
  std::size_t memory_bytes_max = 768UL * 1024 * 1024;  // address space
  std::uint32_t cpu_seconds_max = 10;
};

// Bounds what this process may use and has it end with its parent `parent`. Fails when a limit
// cannot be set; then nothing hostile may be read.
Result<void> limit_child(const ChildLimits& limits, int parent);

}  // namespace aiva::documents
