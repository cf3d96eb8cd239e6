#pragma once

#include <cstddef>

#include "foundation/result.h"
#include "ports/chat_model.h"

namespace aiva::model_server {

inline constexpr std::size_t tool_calls_max = 128;                    // of one answer
inline constexpr std::size_t tool_arguments_bytes_max = 1024 * 1024;  // of all its calls

// Whether any provider could take the request: names of functions, schemas that are JSON objects,
// pictures that are there, numbers in their ranges. Fails with `invalid` and the fields.
Result<void> check_chat_request(const ChatRequest& request);

}  // namespace aiva::model_server
