#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "faces/realtime/internal/event_error.h"
#include "faces/realtime/internal/outbox.h"
#include "foundation/json_writer.h"

namespace aiva::realtime {

// Sends the events of a session.
class ServerEvents {
 public:
  // The outbox is borrowed. `session` makes ids of this session differ from those of others.
  ServerEvents(Outbox& outbox, std::string session)
      : outbox_(outbox), session_(std::move(session)) {}

  // {"type","event_id", and the fields that `fill(writer)` adds}
  template <class Fill>
  void send(std::string_view type, Fill fill) {
    std::string text;
    JsonWriter writer(text);
    writer.begin_object().field("type", type).field("event_id", make_id("event"));
    fill(writer);
    writer.end_object();
    is_lost_ = !outbox_.send_text(std::move(text)) || is_lost_;
  }
  // `cause` is the id of the client's event, or empty.
  void send_error(const EventError& error, std::string_view cause);

  // "item_…", different each time.
  std::string make_id(std::string_view kind);
  // The client does not take what it is sent, or is gone.
  [[nodiscard]] bool is_lost() const { return is_lost_; }

 private:
  Outbox& outbox_;
  std::string session_;
  std::uint64_t count_ = 0;
  bool is_lost_ = false;
};

}  // namespace aiva::realtime
