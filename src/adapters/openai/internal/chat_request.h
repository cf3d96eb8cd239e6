#pragma once

#include <string>
#include <string_view>

#include "adapters/openai/openai.h"
#include "ports/chat_model.h"

namespace aiva::openai {

// The body of a streamed chat completion for a request that check_chat_request() found valid.
std::string write_chat_request(std::string_view model, const ChatRequest& request,
                               const OpenAiQuirks& quirks);

// Another name for a call, which is the same for the same id: nine letters and digits.
std::string short_call_id(std::string_view id);

}  // namespace aiva::openai
