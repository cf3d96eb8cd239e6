#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiva::documents {

// Reads big-endian numbers one after the other; behind the end everything is zero and empty.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] std::size_t left() const { return bytes_.size(); }
  // Whether more was asked for than there is.
  [[nodiscard]] bool is_overrun() const { return is_overrun_; }

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) {
      is_overrun_ = true;
      bytes_ = {};
      return {};
    }
    auto taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    for (char byte : take(bytes)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::uint32_t u8() { return static_cast<std::uint32_t>(number(1)); }
  std::uint32_t u16() { return static_cast<std::uint32_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }

 private:
  std::string_view bytes_;
  bool is_overrun_ = false;
};

}  // namespace aiva::documents
