#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/websocket_client.h"

namespace aiva {

// What the other side of one connection says, and what it was told.
struct ScriptedLine {
  std::deque<std::string> says{};  // messages, in order; behind a "\x01" a binary one
  std::optional<Error> failure{};  // behind them; without it the peer closes
  int close_code = 1000;
  std::string close_reason{};
  std::vector<std::string> told{};  // what the client sent
  bool is_full = false;             // takes nothing
  bool is_dropped = false;          // the client has let go of it
};

// Opens one scripted line after the other; there must be as many as are asked for.
class ScriptedWebSocketClient final : public WebSocketClient {
 public:
  std::deque<std::shared_ptr<ScriptedLine>> lines{};  // shared with the sockets
  std::deque<Error> refusals{};                       // of the next attempts, before any line
  std::vector<OutgoingSocketRequest> requests{};

  std::shared_ptr<ScriptedLine> add(std::deque<std::string> says) {
    lines.push_back(std::make_shared<ScriptedLine>());
    lines.back()->says = std::move(says);
    return lines.back();
  }

  Task<Result<std::unique_ptr<OutgoingSocket>>> open(CallContext context,
                                                     OutgoingSocketRequest request) override {
    CO_TRY_VOID(context.check());
    requests.push_back(std::move(request));
    if (!refusals.empty()) {
      auto refusal = std::move(refusals.front());
      refusals.pop_front();
      co_return fail(std::move(refusal));
    }
    if (lines.empty()) co_return fail(ErrorCode::unavailable, "Nothing is scripted");
    auto line = std::move(lines.front());
    lines.pop_front();
    co_return std::make_unique<Socket>(std::move(line));
  }

 private:
  class Socket final : public OutgoingSocket {
   public:
    explicit Socket(std::shared_ptr<ScriptedLine> line) : line_(std::move(line)) {}
    ~Socket() override { line_->is_dropped = true; }
    Task<Result<std::optional<SocketMessage>>> receive(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (line_->says.empty()) {
        if (line_->failure) co_return fail(*line_->failure);
        co_return std::nullopt;
      }
      SocketMessage message{.content = std::move(line_->says.front())};
      line_->says.pop_front();
      message.is_binary = message.content.starts_with('\x01');
      if (message.is_binary) message.content.erase(0, 1);
      co_return std::move(message);
    }
    bool send(SocketMessage message) override {
      if (line_->is_full) return false;
      line_->told.push_back(std::move(message.content));
      return true;
    }
    [[nodiscard]] int close_code() const override { return line_->close_code; }
    [[nodiscard]] std::string close_reason() const override { return line_->close_reason; }

   private:
    std::shared_ptr<ScriptedLine> line_;
  };
};

}  // namespace aiva
