#pragma once

#include <cstddef>
#include <cstdint>

#include "foundation/result.h"

namespace aiva::documents {

struct ConverterLimits {
  std::size_t memory_bytes_max = 0;  // address space
  std::size_t file_bytes_max = 0;
  std::uint32_t cpu_seconds_max = 0;
};

// Bounds this process before it becomes a converter: memory,
// computing time, the size of files; no new privileges, and a filter of system calls. The filter is
// a list of what is refused, not of what is allowed: converters are large programs of the system's,
// and which calls they and their libraries make changes with its updates. Refused are processes
// (not threads), sockets other than local ones and every connection, tracing, mounts, namespaces,
// keys, kernel modules, performance counters, io_uring, BPF and the like. Fails when something
// cannot be set; then nothing hostile may be converted.
Result<void> limit_converter(const ConverterLimits& limits);

}  // namespace aiva::documents
