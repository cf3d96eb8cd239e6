#pragma once

#include <string>
#include <string_view>

#include "ports/chat_model.h"

namespace aiva::anthropic {

// The function that is made up so that its arguments are the answer in the form of a schema.
inline constexpr std::string_view answer_function = "answer_in_form";

// Whether the answer will come as a call of answer_function.
bool answers_by_function(const ChatRequest& request);

// The body of a streamed message for a request that check_chat_request() found valid.
std::string write_message_request(std::string_view model, const ChatRequest& request);

}  // namespace aiva::anthropic
