#pragma once

#include <deque>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "foundation/text/sse_parser.h"
#include "ports/chat_model.h"
#include "ports/http_client.h"
#include "ports/model_server/failure.h"

namespace aiva::model_server {

// What is known of an answer so far, and what of it nobody has taken yet.
struct AnswerInProgress {
  std::string model;
  std::deque<ChatDelta> ready{};
  std::string finish_reason{};
  std::optional<ChatUsage> usage{};
  bool is_complete = false;

  void say(std::string_view text);
  void call(ToolCall call);
  // Puts the last piece, with reason and usage, behind the others.
  void complete();
};

using Reading = std::expected<void, Failure>;

// The failure of a stream that is no answer.
std::unexpected<Failure> broken_answer(std::string cause);

// Reads the events of one dialect into an answer.
class AnswerReader {
 public:
  virtual ~AnswerReader() = default;
  virtual Reading read(const SseEvent& event, AnswerInProgress& answer) = 0;
  // The stream has ended before the answer was complete; fails unless that is an end, too.
  virtual Reading end(AnswerInProgress& answer) = 0;
};

struct AnswerStreamOptions {
  std::string model;                                 // until the server names it
  std::function<void(const Failure&)> on_failure{};  // hears why a stream broke off
};

// The pieces of an answer that arrives as server-sent events. Fails with `unavailable` on what is
// no answer or ends too soon, after the pieces that came before. The same without a stream of
// events in `http`.
Result<std::unique_ptr<ChatStream>> make_answer_stream(std::unique_ptr<HttpStream> http,
                                                       std::unique_ptr<AnswerReader> reader,
                                                       AnswerStreamOptions options);

}  // namespace aiva::model_server
