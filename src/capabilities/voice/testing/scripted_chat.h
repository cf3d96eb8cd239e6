#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/chat/chat.h"

namespace aiva::voice {

// A chat that answers with scripted pieces; only what calls use of it.
class ScriptedChat final : public chat::Chat {
 public:
  std::vector<std::string> pieces{"It is two years [1]. ", "Anything else?"};
  chat::Decision decision{};
  std::vector<std::string> said_moderation{};
  std::optional<Error> failure{};
  std::vector<std::string> questions{};
  std::vector<std::string> guidance{};                // that came with each of them
  std::vector<std::vector<chat::SaidBeside>> said{};  // the same
  int interrupted = 0;

  Task<Result<chat::Session>> create_session(CallContext context,
                                             chat::NewSession session) override {
    co_return chat::Session{
        .id = ChatSessionId::make(), .tenant = context.tenant, .agent = session.agent};
  }
  Task<Result<chat::Answer>> answer(CallContext, chat::Turn turn) override {
    questions.push_back(turn.content);
    guidance.push_back(turn.guidance);
    said.push_back(turn.said);
    if (failure) co_return std::unexpected(*failure);
    chat::Answer answer{
        .session = turn.session, .decision = decision, .said_moderation = said_moderation};
    for (const auto& piece : pieces) {
      auto told = co_await turn.listener({.text = piece});
      if (!told) {
        ++interrupted;
        answer.is_interrupted = true;
        break;
      }
      answer.text += piece;
    }
    co_return answer;
  }

  Task<Result<chat::Session>> session(CallContext, ChatSessionId) override { return none(); }
  Task<Result<knowledge::PageOf<chat::Session>>> sessions(CallContext, SessionFilter) override {
    co_return unused();
  }
  Task<Result<void>> end_session(CallContext, ChatSessionId) override { co_return Result<void>{}; }
  Task<Result<knowledge::PageOf<chat::Message>>> messages(CallContext, ChatSessionId,
                                                          knowledge::PageRequest) override {
    co_return unused();
  }
  Task<Result<void>> cancel(CallContext, ChatSessionId, MessageId) override { co_return unused(); }
  Task<Result<std::int64_t>> recover_turns(CallContext, bool) override { co_return unused(); }
  chat::ResumableTurns& resumable() override { std::abort(); }
  chat::Completions& completions() override { std::abort(); }

 private:
  static std::unexpected<Error> unused() {
    return fail(ErrorCode::internal, "Calls do not use this");
  }
  static Task<Result<chat::Session>> none() { co_return unused(); }
};

}  // namespace aiva::voice
