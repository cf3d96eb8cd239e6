#include "capabilities/voice/leg.h"

namespace aiva::voice {

std::string_view name_of(CallEnd end) {
  switch (end) {
    case CallEnd::caller_hung_up: return "caller_hung_up";
    case CallEnd::agent_hung_up: return "agent_hung_up";
    case CallEnd::transferred: return "transferred";
    case CallEnd::idle: return "idle";
    case CallEnd::media_silence: return "media_silence";
    case CallEnd::time_limit: return "time_limit";
    case CallEnd::no_credits: return "no_credits";
    case CallEnd::shutdown: return "shutdown";
    case CallEnd::failed: return "failed";
    case CallEnd::busy: return "busy";
    case CallEnd::no_answer: return "no_answer";
    case CallEnd::rejected: return "rejected";
    case CallEnd::unreachable: return "unreachable";
  }
  return "";
}

}  // namespace aiva::voice
