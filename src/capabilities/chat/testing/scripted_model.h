#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ports/chat_model.h"

namespace aiva::chat {

// What a scripted model says in one round.
struct ScriptedRound {
  std::string text{};
  std::vector<ToolCall> calls{};
  std::string finish_reason{};  // empty: stop, or tool_calls with calls
};

// A chat model that says one round after the other, the last one again and again.
class ScriptedModel final : public ChatModel {
 public:
  explicit ScriptedModel(std::vector<ScriptedRound> rounds) : rounds_(std::move(rounds)) {}

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                 ChatRequest request) override {
    CO_TRY_VOID(context.check());
    std::lock_guard lock(mutex_);
    auto index = std::min(requests_.size(), rounds_.size() - 1);
    requests_.push_back(std::move(request));
    co_return std::make_unique<Stream>(rounds_[index]);
  }

  [[nodiscard]] std::vector<ChatRequest> requests() const {
    std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  class Stream final : public ChatStream {
   public:
    explicit Stream(ScriptedRound round) {
      constexpr std::size_t piece = 7;
      for (std::size_t at = 0; at < round.text.size(); at += piece)
        deltas_.push_back({.text = round.text.substr(at, piece)});
      auto reason = round.finish_reason;
      if (reason.empty()) reason = round.calls.empty() ? "stop" : "tool_calls";
      deltas_.push_back({.tool_calls = std::move(round.calls),
                         .finish_reason = std::move(reason),
                         .usage = ChatUsage{.input_tokens = 10, .output_tokens = 5}});
    }
    [[nodiscard]] const std::string& model() const override { return model_; }
    [[nodiscard]] std::string provider() const override { return "scripted"; }
    Task<Result<std::optional<ChatDelta>>> next(CallContext context) override {
      CO_TRY_VOID(context.check());
      if (deltas_.empty()) co_return std::nullopt;
      auto delta = std::move(deltas_.front());
      deltas_.pop_front();
      co_return delta;
    }

   private:
    std::string model_ = "script-1";
    std::deque<ChatDelta> deltas_;
  };

  std::vector<ScriptedRound> rounds_;
  mutable std::mutex mutex_;
  std::vector<ChatRequest> requests_;
};

}  // namespace aiva::chat
