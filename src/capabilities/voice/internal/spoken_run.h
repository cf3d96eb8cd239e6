#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/leg.h"

namespace aiva::voice {

// What a model says without a break: its items, each with words and audio, as they come.
class SpokenRun {
 public:
  explicit SpokenRun(AudioFormat leg) : bytes_per_ms_(leg.bytes_per_ms()) {}

  void add_words(std::string_view item, std::string_view words);
  // Audio of the leg's format.
  void add_audio(std::string_view item, std::size_t bytes);
  void clear() { items_.clear(); }

  [[nodiscard]] bool is_empty() const { return items_.empty(); }
  [[nodiscard]] bool has_audio() const;
  [[nodiscard]] std::string text() const;

  struct Cut {
    std::string text{};         // what was heard
    std::string item{};         // the one that was being said; empty: none was heard
    std::int64_t heard_ms = 0;  // of it, no more than came
  };
  // Where the run was cut off, after so many milliseconds of its audio.
  [[nodiscard]] Cut cut_at(std::int64_t heard_ms) const;

 private:
  struct Item {
    std::string id;
    std::string text{};
    std::size_t bytes = 0;
  };
  Item& item(std::string_view id);

  std::size_t bytes_per_ms_;
  std::vector<Item> items_{};
};

}  // namespace aiva::voice
