#include "capabilities/models/internal/routed_stream.h"

#include <utility>

namespace aiva::models {
namespace {

using Outcome = ProviderMetrics::Outcome;

class RoutedStream final : public ChatStream {
 public:
  explicit RoutedStream(BegunAnswer begun)
      : lane_(std::move(begun.lane)),
        pass_(std::move(begun.pass)),
        stream_(std::move(begun.stream)),
        first_(std::move(begun.first)),
        span_(std::move(begun.span)),
        model_(stream_->model()),
        clock_(begun.clock),
        asked_at_(begun.asked_at) {}
  ~RoutedStream() override {
    if (stream_ != nullptr) count(Outcome::given_up);
  }
  RoutedStream(const RoutedStream&) = delete;
  RoutedStream& operator=(const RoutedStream&) = delete;

  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::string provider() const override { return lane_->provider.name; }

  Task<Result<std::optional<ChatDelta>>> next(CallContext context) override {
    if (first_) {
      auto first = std::exchange(first_, std::nullopt);
      learn(*first);
      co_return first;
    }
    if (failure_) co_return fail(*failure_);
    if (stream_ == nullptr) co_return std::nullopt;
    auto delta = co_await stream_->next(context);
    if (!delta) {
      break_off(context, delta.error());
    } else if (!*delta) {
      finish(Outcome::answered);
    } else {
      learn(**delta);
    }
    co_return delta;
  }

 private:
  void learn(const ChatDelta& delta) {
    if (model_ != stream_->model()) model_ = stream_->model();
    if (!delta.usage) return;
    span_.set("gen_ai.usage.input_tokens", std::int64_t{delta.usage->input_tokens});
    span_.set("gen_ai.usage.output_tokens", std::int64_t{delta.usage->output_tokens});
    usage_ = *delta.usage;
    if (!pass_) return;
    pass_->correct(static_cast<double>(delta.usage->input_tokens + delta.usage->output_tokens));
  }

  void break_off(const CallContext& context, const Error& error) {
    failure_ = error;
    span_.fail(error.code);
    bool is_ours = !context.check() || error.code == ErrorCode::cancelled;
    if (!is_ours) lane_->breaker.fail();
    finish(is_ours ? Outcome::given_up : Outcome::failed);
  }

  void count(Outcome outcome) {
    lane_->metrics.count(outcome);
    span_.set("gen_ai.response.model", model_);
    span_.end();
    lane_->metrics.count_tokens(usage_);
    if (outcome != Outcome::answered) return;
    std::chrono::duration<double> time = clock_.steady() - asked_at_;
    lane_->metrics.observe_answer(time.count());
  }

  void finish(Outcome outcome) {
    count(outcome);
    stream_.reset();
    pass_.reset();
  }

  std::shared_ptr<Lane> lane_;
  std::optional<Gate::Pass> pass_;
  std::unique_ptr<ChatStream> stream_;  // null after its end
  std::optional<ChatDelta> first_;
  Span span_;
  std::string model_;
  const Clock& clock_;
  std::chrono::steady_clock::time_point asked_at_;
  ChatUsage usage_{};  // as far as the provider told it
  std::optional<Error> failure_;
};

}  // namespace

std::unique_ptr<ChatStream> make_routed_stream(BegunAnswer begun) {
  return std::make_unique<RoutedStream>(std::move(begun));
}

}  // namespace aiva::models
