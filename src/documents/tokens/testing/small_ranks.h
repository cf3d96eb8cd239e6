#pragma once

#include <array>
#include <string>
#include <string_view>

namespace aiva::documents {

// The merged tokens of a small vocabulary, in the order of their ranks from 256 on.
inline const auto& small_merges() {
  static constexpr std::array<std::string_view, 12> merges = {
      "th", "in", "the", "aa", " the", "er", "aaaa", "ing", "h\xC3", "\xC3\xA4", "aaa", "oo"};
  return merges;
}

// The same with the 256 bytes as text in tiktoken's form.
inline std::string small_ranks_text() {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  int rank = 0;
  auto add = [&](std::string_view bytes) {
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      unsigned bits = 0;
      for (std::size_t k = 0; k < 3; ++k)
        bits = bits << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
      for (unsigned k = 0; k < 4; ++k)
        text += i + k <= bytes.size() ? digits[bits >> (18 - 6 * k) & 63U] : '=';
    }
    text += " " + std::to_string(rank++) + "\n";
  };
  for (int byte = 0; byte < 256; ++byte) {
    auto single = static_cast<char>(byte);
    add({&single, 1});
  }
  for (auto merge : small_merges()) add(merge);
  return text;
}

}  // namespace aiva::documents
