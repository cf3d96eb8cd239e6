#pragma once

#include <string>
#include <vector>

#include "capabilities/chat/completions.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::http {

// What all pieces of one completion say alike.
struct CompletionFrame {
  std::string id{};     // "chatcmpl-…"
  std::string model{};  // as the caller named it
  UnixMs created_at = 0;
  bool includes_usage = false;  // chunks have a `usage`, null but for the last
};

// The whole answer, {"object":"chat.completion",…}. Beyond OpenAI's members it has `aiva`: the
// answer's id, who made it, what it cost, and the sources its [n] markers cite.
std::string completion_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer);

// Pieces of a streamed answer, {"object":"chat.completion.chunk",…}, in the order they are sent.
std::string role_chunk_json(const CompletionFrame& frame);
std::string text_chunk_json(const CompletionFrame& frame, std::string_view text);
std::string calls_chunk_json(const CompletionFrame& frame, const std::vector<ToolCall>& calls);
std::string finish_chunk_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer);
std::string usage_chunk_json(const CompletionFrame& frame, const chat::CompletionAnswer& answer);

// The member `aiva` of answers.
void write_openai_extras(JsonWriter& writer, const chat::Answer& answer);

}  // namespace aiva::http
