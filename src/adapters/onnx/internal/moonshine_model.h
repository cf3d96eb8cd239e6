#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "adapters/onnx/internal/onnx_session.h"
#include "foundation/call_context.h"
#include "foundation/result.h"

namespace aiva {

// A Moonshine of any size: an encoder of waves and a decoder that writes ids of pieces. Computes on
// the calling thread; any number of threads may call at once.
class MoonshineModel {
 public:
  static constexpr int rate = 16'000;
  static constexpr double seconds_max = 30;  // what it was trained on

  // Opens `encoder.onnx` and `decoder.onnx`. Fails with `unavailable` when one cannot be loaded and
  // `invalid` when it is of another kind.
  static Result<std::unique_ptr<MoonshineModel>> open(const std::filesystem::path& library,
                                                      const std::filesystem::path& folder);

  // The ids of what is said in at most seconds_max of samples from -1 to 1, without marks.
  Result<std::vector<std::int64_t>> write_down(const CallContext& context,
                                               std::span<const float> samples) const;

 private:
  // One tensor of keys or values that a step of the decoder hands to the next.
  struct CachePort {
    std::string past;
    std::string present;
    std::vector<std::int64_t> empty_shape;
    bool is_of_encoder = false;  // stays as the first step made it
  };

  MoonshineModel() = default;
  Result<void> find_cache_ports();

  std::unique_ptr<OnnxSession> encoder_;
  std::unique_ptr<OnnxSession> decoder_;
  std::vector<CachePort> cache_ports_;
};

}  // namespace aiva
