#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "capabilities/models/internal/gate.h"
#include "capabilities/models/internal/lanes.h"
#include "foundation/span.h"
#include "ports/chat_model.h"
#include "ports/clock.h"

namespace aiva::models {

// What an answer was begun with.
struct BegunAnswer {
  std::shared_ptr<Lane> lane;
  Gate::Pass pass;
  std::unique_ptr<ChatStream> stream;
  ChatDelta first;
  const Clock& clock;  // borrowed
  std::chrono::steady_clock::time_point asked_at;
  Span span{};  // of the call, which ends with the answer
};

// An answer whose first piece has come. It counts how it ends, tells the limits what it really took
// and gives its place back as soon as it is complete.
std::unique_ptr<ChatStream> make_routed_stream(BegunAnswer begun);

}  // namespace aiva::models
