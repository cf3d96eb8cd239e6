#pragma once

#include <string_view>

#include "capabilities/agents/types.h"
#include "capabilities/agents/visitors.h"
#include "capabilities/chat/chat.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Each writes one JSON value as visitors see it: without costs, models, and ids of what the tenant
// has.
void write_visitor_session(JsonWriter& writer, const agents::ActiveAgent& agent,
                           const agents::VisitorSession& session,
                           const agents::Visitors::Token& token);
// How an agent's widget looks and what it offers.
void write_visitor_widget(JsonWriter& writer, const agents::ActiveAgent& agent);
// Whether a person answers, and how many messages there are.
void write_visitor_state(JsonWriter& writer, const chat::Session& session);
// `slug` is the agent's: images are served below its page.
void write_visitor_message(JsonWriter& writer, std::string_view slug, const chat::Message& message);
void write_visitor_answer(JsonWriter& writer, std::string_view slug, const chat::Answer& answer);

}  // namespace aiva::http
