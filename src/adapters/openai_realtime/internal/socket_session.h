#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/openai_realtime/internal/server_events.h"
#include "adapters/openai_realtime/openai_realtime.h"
#include "ports/realtime_model.h"
#include "ports/websocket_client.h"

namespace aiva::openai_realtime {

// An open socket whose server has said that its session exists.
struct Line {
  std::unique_ptr<OutgoingSocket> socket{};
  std::optional<std::chrono::steady_clock::time_point> ends_at{};
};

// Connects to a model and waits for session.created. Fails as RealtimeModel::open does.
Task<Result<Line>> open_line(CallContext context, const OpenAiRealtimeOptions& options,
                             WebSocketClient& sockets, std::string model);

class SocketSession final : public RealtimeSession {
 public:
  SocketSession(Line line, RealtimeSettings settings, std::string api_key)
      : line_(std::move(line)), settings_(std::move(settings)), api_key_(std::move(api_key)) {}

  // Sends the settings and waits until they are taken.
  Task<Result<void>> configure(CallContext context, std::string transcription_model);

  Task<Result<std::optional<RealtimeEvent>>> next(CallContext context) override;
  bool hear(std::string_view audio) override;
  bool commit() override;
  bool clear() override;
  bool take_turns(bool by_itself) override;
  bool add_words(ChatRole role, std::string_view text) override;
  bool add_result(std::string_view call_id, std::string_view result) override;
  bool answer(std::string_view instructions) override;
  bool cancel(std::string_view answer) override;
  bool truncate(std::string_view item, std::int64_t heard_ms) override;
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> ends_at() const override {
    return line_.ends_at;
  }

 private:
  bool send(std::string text) { return line_.socket->send({std::move(text), false}); }
  bool flush();

  Line line_;
  RealtimeSettings settings_;
  std::string api_key_;
  std::string heard_{};  // less than a piece
};

}  // namespace aiva::openai_realtime
