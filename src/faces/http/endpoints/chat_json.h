#pragma once

#include <vector>

#include "capabilities/chat/chat.h"
#include "capabilities/chat/conversation_search.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// How chat looks in JSON; each writes one value. Costs are US dollars.
void write_chat_session(JsonWriter& writer, const chat::Session& session);
// With `match`: where it has what was searched for.
void write_found_conversation(JsonWriter& writer, const chat::FoundConversation& found);
void write_conversation_match(JsonWriter& writer, const chat::ConversationMatch& match);
void write_chat_message(JsonWriter& writer, const chat::Message& message);
void write_chat_sources(JsonWriter& writer, const std::vector<chat::Source>& sources);
void write_chat_images(JsonWriter& writer, const std::vector<chat::ShownImage>& images);
void write_chat_products(JsonWriter& writer, const std::vector<chat::ShownProduct>& products);
void write_chat_moderation(JsonWriter& writer, const chat::Moderated& moderation);
void write_chat_call(JsonWriter& writer, const functions::ToolOutcome& call);
void write_chat_answer(JsonWriter& writer, const chat::Answer& answer);

}  // namespace aiva::http
