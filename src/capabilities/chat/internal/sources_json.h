#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/types.h"

namespace aiva::chat {

// How sources lie in the column chat_messages.sources.
std::string sources_to_json(const std::vector<Source>& sources);
// Reads it back; what is malformed is left out.
std::vector<Source> sources_from_json(std::string_view text);

}  // namespace aiva::chat
