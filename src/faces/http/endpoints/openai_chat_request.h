#pragma once

#include "capabilities/chat/completions.h"
#include "foundation/json.h"
#include "foundation/result.h"

namespace aiva::http {

// What a chat completion or a response is asked for.
struct OpenAiCall {
  chat::CompletionRequest request{};
  bool is_stream = false;
  bool includes_usage = false;  // chat completions: a last chunk with the usage
  bool has_one_call = false;   // parallel_tool_calls is false: no more than one call is handed back
  json::Object metadata{};     // responses: handed back
  std::string instructions{};  // responses: handed back
};

// Reads the sampling values both dialects name alike: temperature, top_p.
void read_openai_sampling(json::Fields& fields, chat::CompletionRequest& request);

// Reads `model`, the id or slug of an agent.
std::string read_openai_model(json::Fields& fields);

// Reads the body of POST /v1/chat/completions; `invalid` with every wrong or unsupported field.
Result<OpenAiCall> read_chat_completion(const json::Value& body);

}  // namespace aiva::http
