#pragma once

#include <string>
#include <string_view>

#include "capabilities/chat/completions.h"
#include "faces/http/endpoints/openai_chat_request.h"
#include "foundation/json_writer.h"
#include "foundation/time.h"

namespace aiva::http {

// What every telling of one response says alike: its name and what was asked for.
struct ResponseFrame {
  std::string id{};          // "resp_…"
  std::string message_id{};  // "msg_…", of its output message
  UnixMs created_at = 0;
  OpenAiCall asked{};  // without the conversation
};

// {"object":"response",…} of an answer that is not there yet ("in_progress").
void write_open_response(JsonWriter& writer, const ResponseFrame& frame);
// The finished one: "completed", or "incomplete" when the answer was cut at a limit.
void write_response(JsonWriter& writer, const ResponseFrame& frame,
                    const chat::CompletionAnswer& answer);
// One that failed, with its error.
void write_failed_response(JsonWriter& writer, const ResponseFrame& frame, const Error& error);

// "completed" or "incomplete".
std::string_view response_status(const chat::CompletionAnswer& answer);

// Items of its output. The parts of a message: {"type":"output_text","text","annotations"}, where
// the sources its [n] markers cite are file citations.
void write_output_message(JsonWriter& writer, std::string_view id, std::string_view status,
                          const chat::Answer* answer);
void write_output_text(JsonWriter& writer, std::string_view text,
                       const std::vector<chat::Source>& sources);
void write_citation(JsonWriter& writer, const chat::Source& source, std::size_t index);
// `arguments` stand apart, since a stream begins without them.
void write_output_call(JsonWriter& writer, const ToolCall& call, std::string_view status,
                       std::string_view arguments);
// "fc_…", the item's own name.
std::string output_call_id(const ToolCall& call);

}  // namespace aiva::http
