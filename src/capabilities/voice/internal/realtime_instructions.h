#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/types.h"
#include "ports/chat_model.h"

namespace aiva::voice {

// What a model that hears and speaks is told about its agent and its manners.
std::string spoken_instructions(const agents::AgentSettings& agent,
                                const std::vector<ToolDefinition>& tools);
// To say words of ours and nothing else.
std::string saying_instructions(std::string_view words);
std::string greeting_instructions(std::string_view greeting);
// What somebody of the house who follows the call wants; empty: that it does not count any more.
std::string guidance_instructions(std::string_view words);
// To go on after these words, which were cut off.
std::string go_on_instructions(std::string_view said);

inline constexpr std::string_view trouble_instructions =
    "Something went wrong while you were about to answer. Say in one short sentence that you are "
    "sorry and ask the caller to say it once more.";

}  // namespace aiva::voice
