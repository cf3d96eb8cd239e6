#pragma once

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/call_search.h"
#include "capabilities/voice/media_ports.h"
#include "capabilities/voice/numbers.h"
#include "capabilities/voice/types.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

void write_call(JsonWriter& writer, const voice::Call& call);
// The same, with `match` where it was found by words.
void write_found_call(JsonWriter& writer, const voice::FoundCall& found);
// The same as write_call, and where its audio is awaited, unless that is null.
void write_announced_call(JsonWriter& writer, const voice::Call& call,
                          const voice::MediaPort* port);
void write_transcript_line(JsonWriter& writer, const voice::TranscriptLine& line);
void write_call_analytics(JsonWriter& writer, const voice::CallAnalytics& analytics, int days);
void write_number(JsonWriter& writer, const voice::Number& number);

// What they have of the fields; mistakes of type go to `fields`, the rest is for the capability.
voice::NewCall read_new_call(json::Fields& fields);
voice::RecordedCall read_recorded_call(json::Fields& fields);

// A line as bridges send it, and when it was said. "user" means the customer, "assistant" the
// agent.
struct SentLine {
  std::string session_id{};
  voice::TranscriptLine line{};
  std::optional<UnixMs> spoken_at{};
};
SentLine read_sent_line(json::Fields& fields, const json::Value& body);

// The optional id under `name`; a malformed one is a mistake.
std::optional<AgentId> read_agent_id(json::Fields& fields, std::string_view name);

}  // namespace aiva::http
