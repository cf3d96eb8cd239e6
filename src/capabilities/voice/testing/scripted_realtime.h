#pragma once

#include <coroutine>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/chat/call_tools.h"
#include "ports/realtime_model.h"

namespace aiva::voice {

// One session as the provider sees it: what it was told, and what it says when a test wants it to.
struct RealtimeScript {
  RealtimeSettings settings{};
  std::vector<std::string> told{};
  std::size_t heard_bytes = 0;
  std::optional<std::chrono::steady_clock::time_point> ends_at{};
  std::deque<Result<std::optional<RealtimeEvent>>> events{};
  std::coroutine_handle<> waiting{};
  bool is_open = true;

  void say(Result<std::optional<RealtimeEvent>> event) {
    events.push_back(std::move(event));
    if (waiting) std::exchange(waiting, {}).resume();
  }
  void say(RealtimeEvent event) { say(std::optional(std::move(event))); }
  void close() { say(std::optional<RealtimeEvent>()); }
};

class ScriptedRealtimeModel final : public RealtimeModel {
 public:
  std::string name = "openai";
  std::deque<Error> refusals{};  // of the next attempts
  std::vector<std::shared_ptr<RealtimeScript>> sessions{};
  std::optional<std::chrono::steady_clock::time_point> ends_at{};  // of the next session
  int attempts = 0;

  [[nodiscard]] const std::string& provider() const override { return name; }
  [[nodiscard]] const std::string& model() const override { return model_; }
  Task<Result<std::unique_ptr<RealtimeSession>>> open(CallContext context,
                                                      RealtimeSettings settings) override {
    CO_TRY_VOID(context.check());
    ++attempts;
    if (!refusals.empty()) {
      auto refusal = std::move(refusals.front());
      refusals.pop_front();
      co_return fail(std::move(refusal));
    }
    sessions.push_back(std::make_shared<RealtimeScript>());
    sessions.back()->settings = std::move(settings);
    sessions.back()->ends_at = std::exchange(ends_at, std::nullopt);
    co_return std::make_unique<Session>(sessions.back());
  }

 private:
  class Session final : public RealtimeSession {
   public:
    explicit Session(std::shared_ptr<RealtimeScript> script) : script_(std::move(script)) {}
    ~Session() override { script_->is_open = false; }

    Task<Result<std::optional<RealtimeEvent>>> next(CallContext context) override {
      auto script = script_;
      std::stop_callback on_stop(context.cancellation, [script] {
        if (script->waiting) std::exchange(script->waiting, {}).resume();
      });
      while (script->events.empty()) {
        CO_TRY_VOID(context.check());
        co_await Wait{*script};
      }
      auto event = std::move(script->events.front());
      script->events.pop_front();
      co_return event;
    }
    bool hear(std::string_view audio) override {
      script_->heard_bytes += audio.size();
      return true;
    }
    bool commit() override { return note("commit"); }
    bool clear() override { return note("clear"); }
    bool take_turns(bool by_itself) override { return note(by_itself ? "turns" : "no turns"); }
    bool add_words(ChatRole role, std::string_view text) override {
      const char* who = role == ChatRole::user     ? "user: "
                        : role == ChatRole::system ? "system: "
                                                   : "agent: ";
      return note(who + std::string(text));
    }
    bool add_result(std::string_view call, std::string_view result) override {
      return note(std::string(call) + " = " + std::string(result));
    }
    bool answer(std::string_view instructions) override {
      return note("answer " + std::string(instructions));
    }
    bool cancel(std::string_view answer) override { return note("cancel " + std::string(answer)); }
    bool truncate(std::string_view item, std::int64_t heard_ms) override {
      return note("truncate " + std::string(item) + " " + std::to_string(heard_ms));
    }
    [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> ends_at() const override {
      return script_->ends_at;
    }

   private:
    struct Wait {
      RealtimeScript& script;
      bool await_ready() { return false; }
      void await_suspend(std::coroutine_handle<> handle) { script.waiting = handle; }
      void await_resume() {}
    };
    bool note(std::string text) {
      script_->told.push_back(std::move(text));
      return true;
    }

    std::shared_ptr<RealtimeScript> script_;
  };

  std::string model_ = "scripted";
};

// Functions that answer what a test says.
class ScriptedCallTools final : public chat::CallTools {
 public:
  std::vector<ToolDefinition> definitions{};
  chat::ToolAnswer answer{};
  std::vector<std::string> called{};

  Task<Result<std::vector<ToolDefinition>>> offered(CallContext,
                                                    agents::ActiveAgentPointer) override {
    co_return definitions;
  }
  Task<Result<chat::ToolAnswer>> call(CallContext, chat::ToolRequest request) override {
    std::string names;
    for (const auto& call : request.calls) names += call.name + " ";
    called.push_back(names);
    auto made = answer;
    if (made.outcomes.empty())
      for (const auto& call : request.calls) made.outcomes.push_back({.result = call.arguments});
    co_return made;
  }
};

}  // namespace aiva::voice
