#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aiva::documents {

struct CodedSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

// Whether a unit of an HEVC stream (ITU-T H.265) is a sequence parameter set.
bool is_sequence_header(std::string_view unit);

// The size of the pictures that follow a sequence parameter set, with what is cropped later.
// Nothing when it is damaged.
std::optional<CodedSize> read_sequence_size(std::string_view unit);

}  // namespace aiva::documents
