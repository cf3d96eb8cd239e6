#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/types.h"

namespace aiva::chat {

// How parts of an answer lie in columns of chat_messages. Reading leaves out what is malformed.
std::string calls_to_json(const std::vector<functions::ToolOutcome>& calls);
std::vector<functions::ToolOutcome> calls_from_json(std::string_view text);

std::string images_to_json(const std::vector<ShownImage>& images);
std::vector<ShownImage> images_from_json(std::string_view text);

std::string decision_to_json(const Decision& decision);
Decision decision_from_json(std::string_view text);

std::string operations_to_json(const std::vector<CostOperation>& operations);
std::vector<CostOperation> operations_from_json(std::string_view text);

}  // namespace aiva::chat
