#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::chat {

// The first of `topics` all whose words a text has, in any form and order; nothing when it is about
// none of them. A topic without words fits nothing.
std::optional<std::string> find_topic(std::string_view text,
                                      const std::vector<std::string>& topics);

}  // namespace aiva::chat
