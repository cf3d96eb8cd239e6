#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aiva::documents {

// The first frame of a GIF (version 89a, sections 15 to 24), found without decoding it.
struct GifFrame {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::size_t end = 0;  // behind its last byte, or the file's where that is cut off
};

// Nothing where there is none. Never trusts a length.
std::optional<GifFrame> find_first_frame(std::string_view bytes);

}  // namespace aiva::documents
