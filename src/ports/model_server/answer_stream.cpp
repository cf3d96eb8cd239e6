#include "ports/model_server/answer_stream.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace aiva::model_server {
namespace {

// How long the end of a stream may take after the end of the answer.
constexpr auto drain_time_max = std::chrono::milliseconds(200);

Failure describe_break(Error error) {
  if (error.code == ErrorCode::timeout || error.code == ErrorCode::cancelled)
    return {.error = std::move(error), .kind = FailureKind::timeout};
  return broken_answer(error.message + ": " + error.cause).error();
}

class AnswerStream final : public ChatStream {
 public:
  AnswerStream(std::unique_ptr<HttpStream> http, std::unique_ptr<AnswerReader> reader,
               AnswerStreamOptions options)
      : http_(std::move(http)),
        reader_(std::move(reader)),
        on_failure_(std::move(options.on_failure)),
        answer_{.model = std::move(options.model)} {}

  [[nodiscard]] const std::string& model() const override { return answer_.model; }

  Task<Result<std::optional<ChatDelta>>> next(CallContext context) override {
    for (;;) {
      if (!answer_.ready.empty()) {
        auto delta = std::move(answer_.ready.front());
        answer_.ready.pop_front();
        co_return delta;
      }
      if (failure_) co_return fail(*failure_);
      if (answer_.is_complete) {
        co_await drain(context);
        co_return std::nullopt;
      }
      co_await read(context);
    }
  }

 private:
  // Reads one piece; what went wrong is told after the pieces that came before it.
  Task<> read(CallContext context) {
    auto piece = co_await http_->next(context);
    Reading outcome{};
    if (!piece)
      outcome = std::unexpected(describe_break(std::move(piece.error())));
    else
      outcome = *piece ? feed(**piece) : reader_->end(answer_);
    if (!outcome) {
      bool is_given_up = outcome.error().error.code == ErrorCode::cancelled;
      if (on_failure_ && !is_given_up) on_failure_(outcome.error());
      failure_ = std::move(outcome.error().error);
    }
    if (failure_ || (piece && !*piece)) http_.reset();
  }

  Reading feed(std::string_view bytes) {
    auto events = parser_.feed(bytes);
    if (!events) return broken_answer(events.error().message);
    for (const auto& event : *events) {
      if (answer_.is_complete) break;
      if (auto outcome = reader_->read(event, answer_); !outcome) return outcome;
    }
    return {};
  }

  // Reads the end of the stream, which usually has arrived, so that the connection can be used
  // again.
  Task<> drain(CallContext context) {
    if (!http_) co_return;
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + drain_time_max);
    auto end = co_await http_->next(context);
    http_.reset();
  }

  std::unique_ptr<HttpStream> http_;
  std::unique_ptr<AnswerReader> reader_;
  std::function<void(const Failure&)> on_failure_;
  SseParser parser_;
  AnswerInProgress answer_;
  std::optional<Error> failure_;
};

}  // namespace

void AnswerInProgress::say(std::string_view text) {
  if (!text.empty()) ready.push_back({.text = std::string(text)});
}

void AnswerInProgress::call(ToolCall call) {
  ChatDelta delta;
  delta.tool_calls.push_back(std::move(call));
  ready.push_back(std::move(delta));
}

void AnswerInProgress::complete() {
  is_complete = true;
  if (finish_reason.empty()) finish_reason = "stop";
  ready.push_back({.finish_reason = finish_reason, .usage = usage});
}

std::unexpected<Failure> broken_answer(std::string cause) {
  return std::unexpected(Failure{.error = {.code = ErrorCode::unavailable,
                                           .message = "The model's answer broke off",
                                           .cause = std::move(cause)},
                                 .kind = FailureKind::unreachable});
}

Result<std::unique_ptr<ChatStream>> make_answer_stream(std::unique_ptr<HttpStream> http,
                                                       std::unique_ptr<AnswerReader> reader,
                                                       AnswerStreamOptions options) {
  auto type = http->head().header("content-type");
  if (!type.starts_with("text/event-stream"))
    return fail(ErrorCode::unavailable, "The model provider does not stream",
                "content type " + std::string(type.substr(0, 100)));
  return std::make_unique<AnswerStream>(std::move(http), std::move(reader), std::move(options));
}

}  // namespace aiva::model_server
