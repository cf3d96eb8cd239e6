#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/types.h"
#include "foundation/result.h"
#include "ports/chat_model.h"

namespace aiva::chat {

namespace tool_names {
inline constexpr std::string_view search_knowledge = "search_knowledge";
inline constexpr std::string_view transfer_to_agent = "transfer_to_agent";
inline constexpr std::string_view transfer_call = "transfer_call";
inline constexpr std::string_view end_conversation = "end_conversation";
inline constexpr std::string_view ask_clarification = "ask_clarification";
inline constexpr std::string_view add_to_do_not_call = "add_to_do_not_call";
}  // namespace tool_names

// Whether it is one of those that end a turn: a transfer, an end, a question back.
bool is_turning_tool(std::string_view name);

// What a built-in tool is offered as; asserts that there is one of that name.
ToolDefinition built_in_definition(std::string_view name);

// The question search_knowledge was called with; fails with what the model should read.
Result<std::string> read_search_arguments(std::string_view arguments);

// What a turning tool was called for.
struct Turning {
  std::string message{};  // what the model says with it; may be empty
  std::string reason{};
  std::string queue{};
};
// Fails with what the model should read.
Result<Turning> read_turning_arguments(std::string_view name, std::string_view arguments);

// Notes in the decision what calling the tool means.
void note_turning(std::string_view name, const Turning& turning, Decision& decision);

}  // namespace aiva::chat
