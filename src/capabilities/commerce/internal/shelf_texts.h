#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aiva::commerce {

// Texts and options of a shelf by number; 0 is none.
using TextNumber = std::uint32_t;
using OptionNumber = std::uint32_t;

// Each text that products of a shelf have in common once, compared without regard to case and shown
// as it was seen first. Numbers stay.
class ShelfTexts {
 public:
  struct Option {
    TextNumber name = 0;
    TextNumber value = 0;
  };

  TextNumber add(std::string_view text);
  OptionNumber add_option(std::string_view name, std::string_view value);

  [[nodiscard]] TextNumber find(std::string_view text) const;  // 0: it is not there
  [[nodiscard]] OptionNumber find_option(TextNumber name, TextNumber value) const;
  [[nodiscard]] const std::string& shown(TextNumber number) const { return shown_[number]; }
  [[nodiscard]] const Option& option(OptionNumber number) const { return options_[number]; }
  [[nodiscard]] std::size_t size() const { return shown_.size(); }
  [[nodiscard]] std::size_t options() const { return options_.size(); }
  [[nodiscard]] std::size_t bytes() const;

 private:
  static std::uint64_t pair_of(TextNumber name, TextNumber value) {
    return static_cast<std::uint64_t>(name) << 32U | value;
  }

  std::vector<std::string> shown_{std::string()};
  std::unordered_map<std::string, TextNumber> numbers_;  // by their folded form
  std::vector<Option> options_{Option{}};
  std::unordered_map<std::uint64_t, OptionNumber> option_numbers_;
  std::size_t text_bytes_ = 0;
};

}  // namespace aiva::commerce
