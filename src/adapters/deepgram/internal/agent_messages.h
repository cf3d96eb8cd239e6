#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "adapters/deepgram/deepgram.h"
#include "foundation/result.h"
#include "ports/realtime_model.h"

namespace aiva::deepgram {

// What a client of the Voice Agent sends, as JSON text.
namespace agent_message {

std::string settings(const DeepgramAgentOptions& options, const RealtimeSettings& settings);
std::string update_prompt(std::string_view prompt);
// Instead of whatever it is saying.
std::string inject_agent_message(std::string_view words);
std::string inject_user_message(std::string_view words);
std::string function_call_response(const ToolCall& call, std::string_view result);

}  // namespace agent_message

// What it sends.
struct AgentEvent {
  enum class Kind {
    other,
    welcome,
    settings_applied,
    user_started,
    user_words,
    agent_words,
    agent_started,
    audio_done,
    calls,
    calls_cancelled,
    injection_refused,
    failed,  // the session is over
  } kind = Kind::other;
  std::string text{};
  std::vector<ToolCall> calls{};  // to be called here; of those that were cancelled the ids
  Error failure{};                // of failed
};

// Fails with `unavailable` when it is no message. `api_key` is kept out of causes.
Result<AgentEvent> read_agent_event(std::string_view text, std::string_view api_key);

}  // namespace aiva::deepgram
