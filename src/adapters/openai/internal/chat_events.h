#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "foundation/json.h"
#include "foundation/result.h"
#include "foundation/text/sse_parser.h"
#include "ports/chat_model.h"

namespace aiva::openai {

// Turns the bytes of a streamed chat completion into the pieces of the answer.
class ChatEvents {
 public:
  // `model`: what to call the model until it names itself; `api_key` is kept out of errors.
  ChatEvents(std::string model, std::string api_key)
      : model_(std::move(model)), api_key_(std::move(api_key)) {}

  // Reads more of the stream. Fails with `unavailable` on an error event or on what is no event.
  Result<void> feed(std::string_view bytes);
  // Says that the stream has ended; fails with `unavailable` when the answer had not.
  Result<void> end();

  // The next piece that is ready.
  std::optional<ChatDelta> take();
  // Whether the whole answer is known.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  [[nodiscard]] const std::string& model() const { return model_; }

 private:
  Result<void> read_event(std::string_view data);
  void read_choice(const json::Value& choice);
  void complete();

  std::string model_;
  std::string api_key_;
  SseParser parser_;
  std::deque<ChatDelta> ready_;
  std::string finish_reason_;
  std::optional<ChatUsage> usage_;
  bool is_complete_ = false;
};

}  // namespace aiva::openai
