#pragma once

#include <algorithm>
#include <string_view>

namespace aiva {

// Takes what stands before the next `end`, or all there is, off the front, and that `end` with it.
inline std::string_view take_until(std::string_view& rest, char end) {
  auto taken = rest.substr(0, rest.find(end));
  rest.remove_prefix(std::min(taken.size() + 1, rest.size()));
  return taken;
}

}  // namespace aiva
