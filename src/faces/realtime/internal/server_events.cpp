#include "faces/realtime/internal/server_events.h"

#include <fmt/format.h>

namespace aiva::realtime {
namespace {

void write_text(JsonWriter& writer, std::string_view name, std::string_view text) {
  if (text.empty())
    writer.null_field(name);
  else
    writer.field(name, text);
}

}  // namespace

void ServerEvents::send_error(const EventError& error, std::string_view cause) {
  send("error", [&](JsonWriter& writer) {
    writer.key("error").begin_object().field("type", error.type).field("message", error.message);
    write_text(writer, "code", error.code);
    write_text(writer, "param", error.param);
    write_text(writer, "event_id", cause);
    writer.end_object();
  });
}

// As short as ids of that protocol have to be: at most 32 characters.
std::string ServerEvents::make_id(std::string_view kind) {
  return fmt::format("{}_{}{:08x}", kind, session_, ++count_);
}

}  // namespace aiva::realtime
