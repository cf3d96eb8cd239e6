#pragma once

#include "faces/http/endpoints/openai_chat_request.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

// Reads the body of POST /v1/responses. Responses are not stored: what would need an earlier one
// (previous_response_id, conversation, item references, background) is refused by name.
Result<OpenAiCall> read_response_call(const json::Value& body);

}  // namespace aiva::http
