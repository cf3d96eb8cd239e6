#include "adapters/openai_realtime/openai_realtime.h"

#include <algorithm>
#include <utility>

#include "adapters/openai_realtime/internal/socket_session.h"
#include "adapters/openai_realtime/internal/warm_lines.h"

namespace aiva {
namespace {

using openai_realtime::SocketSession;
using openai_realtime::WarmLines;

class OpenAiRealtimeModel final : public RealtimeModel {
 public:
  OpenAiRealtimeModel(OpenAiRealtimeOptions options, WebSocketClient& sockets)
      : options_(std::move(options)),
        sockets_(sockets),
        warm_(std::make_shared<WarmLines>(options_, sockets)) {
    warm_->fill();
  }
  ~OpenAiRealtimeModel() override { warm_->stop(); }

  [[nodiscard]] const std::string& provider() const override { return name_; }
  [[nodiscard]] const std::string& model() const override { return options_.default_model; }

  Task<Result<std::unique_ptr<RealtimeSession>>> open(CallContext context,
                                                      RealtimeSettings settings) override {
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + options_.open_timeout);
    auto model = settings.model.empty() ? options_.default_model : settings.model;
    if (model == options_.default_model) {
      auto line = warm_->take();
      warm_->fill();
      if (line) {
        auto session = co_await configure(context, *std::move(line), settings);
        // What was kept too long is gone; what the provider refuses it refuses again.
        bool is_gone = !session && session.error().code == ErrorCode::unavailable;
        if (!is_gone) co_return session;
      }
    }
    CO_TRY(auto line,
           co_await openai_realtime::open_line(context, options_, sockets_, std::move(model)));
    auto session = co_await configure(context, std::move(line), std::move(settings));
    co_return session;
  }

 private:
  Task<Result<std::unique_ptr<RealtimeSession>>> configure(CallContext context,
                                                           openai_realtime::Line line,
                                                           RealtimeSettings settings) {
    auto session =
        std::make_unique<SocketSession>(std::move(line), std::move(settings), options_.api_key);
    CO_TRY_VOID(co_await session->configure(context, options_.transcription_model));
    co_return std::move(session);
  }

  std::string name_ = "openai";
  OpenAiRealtimeOptions options_;
  WebSocketClient& sockets_;
  std::shared_ptr<WarmLines> warm_;  // shared with connections that are being opened
};

}  // namespace

std::unique_ptr<RealtimeModel> make_openai_realtime_model(OpenAiRealtimeOptions options,
                                                          WebSocketClient& sockets) {
  return std::make_unique<OpenAiRealtimeModel>(std::move(options), sockets);
}

}  // namespace aiva
