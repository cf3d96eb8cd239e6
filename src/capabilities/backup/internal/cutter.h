#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::backup {

struct CutLimits {
  std::size_t bytes_min = 128 * 1024;
  int bits = 19;  // a chunk is about 2^bits longer than the least
  std::size_t bytes_max = 2 * 1024 * 1024;
};

// Cuts a stream into chunks where its content says so (a rolling hash of 64 bytes, the "gear" hash
// of Xia et al., FastCDC, USENIX ATC 2016). A change moves the cuts around it only, so all other
// chunks of a second stream are those of the first.
class Cutter {
 public:
  using Sink = std::function<Result<void>(std::string_view chunk)>;

  // Streams are cut alike under one seed only; whoever sees sizes alone learns less of the content.
  explicit Cutter(std::uint64_t seed, CutLimits limits = {});

  // Takes the next piece and gives what chunks are whole. Stops at the sink's first failure.
  Result<void> add(std::string_view piece, const Sink& sink);
  // Gives what is left, and begins anew.
  Result<void> finish(const Sink& sink);

 private:
  // Where the chunk at the buffer's beginning ends; 0: not in what is there.
  std::size_t find_cut();

  std::array<std::uint64_t, 256> gear_{};
  CutLimits limits_;
  std::uint64_t mask_;
  std::string buffer_;
  std::size_t looked_ = 0;  // of the buffer
  std::uint64_t hash_ = 0;
};

}  // namespace aiva::backup
