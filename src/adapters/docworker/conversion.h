#pragma once

#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string_view>

#include "adapters/docworker/legacy_converter.h"
#include "documents/conversion.h"
#include "foundation/call_context.h"
#include "foundation/result.h"

namespace aiva {

// Has documents converted by processes of the worker's program that run nothing but the converter,
// one for each document. Any thread.
class Conversion {
 public:
  // When to give up.
  struct Limits {
    const CallContext& context;
    std::stop_token shutdown;
    int wake_up = -1;                       // readable when either of the two is cancelled
    std::chrono::seconds seconds_max{120};  // wall clock, and computing time
  };

  Conversion(std::filesystem::path worker, Result<LegacyConverter> converter)
      : worker_(std::move(worker)), converter_(std::move(converter)) {}

  // Whether there is a converter, or a reason why the one that is wished for is not there.
  [[nodiscard]] bool is_wanted() const { return !converter_ || !converter_->is_none(); }
  // Waits for the converter. Fails with `unavailable` (it is missing, cannot be confined or
  // started), `invalid` (it cannot read the document), `too_large`, `timeout` or `cancelled`. None
  // of its processes is left then.
  Result<documents::Converted> convert(FileFormat format, std::string_view bytes,
                                       const Limits& limits) const;

 private:
  std::filesystem::path worker_;
  Result<LegacyConverter> converter_;
};

// Has a small document converted, to see that the converter works here. Fails as `convert` does.
Result<void> try_legacy_converter(const std::filesystem::path& worker,
                                  const LegacyConverter& converter);

}  // namespace aiva
