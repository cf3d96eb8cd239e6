#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>

#include "foundation/result.h"

namespace aiva::commerce {

// Values of one IN list; engines limit how many parameters a statement has.
inline constexpr std::size_t in_list_max = 500;

// "(?,?,?)" for `count` values, at least one.
inline std::string question_marks(std::size_t count) {
  std::string text = "(?";
  for (std::size_t i = 1; i < count; ++i) text += ",?";
  return text + ")";
}

// Calls `each` with the values, at most in_list_max at a time.
template <class T, class Function>
Result<void> in_parts(std::span<const T> values, Function each) {
  while (!values.empty()) {
    auto part = values.first(std::min(values.size(), in_list_max));
    TRY_VOID(each(part));
    values = values.subspan(part.size());
  }
  return {};
}

}  // namespace aiva::commerce
