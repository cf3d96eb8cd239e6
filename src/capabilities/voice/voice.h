#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/chat/call_tools.h"
#include "capabilities/chat/chat.h"
#include "capabilities/chat/people.h"
#include "capabilities/functions/agent_tools.h"
#include "capabilities/voice/call_control.h"
#include "capabilities/voice/call_log.h"
#include "capabilities/voice/call_places.h"
#include "capabilities/voice/flows.h"
#include "capabilities/voice/leg.h"
#include "capabilities/voice/live_call.h"
#include "capabilities/voice/monitor.h"
#include "capabilities/voice/recordings.h"
#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/tracer.h"
#include "ports/clock.h"
#include "ports/realtime_model.h"
#include "ports/speech_recognizer.h"
#include "ports/speech_stream.h"
#include "ports/speech_synthesizer.h"
#include "ports/voice_detector.h"
#include "ports/voice_stream.h"

namespace aiva::voice {

struct CallLimits {
  std::chrono::seconds duration_max{1800};
  std::chrono::seconds media_silence_max{30};  // without any audio from the leg
  std::chrono::seconds ending_max{20};         // for what is still to be said
  std::size_t calls_max = 2'000;               // in this process
};

// Who leads calls by flows.
struct LeadingParts {
  Flows& flows;
  functions::AgentTools& functions;
  const Clock& clock;
};

struct CallsParts {
  CallLog& log;
  chat::Chat& chat;
  agents::ActiveAgents& agents;
  VoiceDetectors& detectors;
  SpeechRecognizer& recognizer;
  SpeechSynthesizer& synthesizer;
  Metrics& metrics;
  // For agents whose speech provider it is; null: all calls go by the three above.
  RealtimeModel* realtime = nullptr;
  RealtimeModel* voice_agent = nullptr;   // the same, of another provider
  chat::CallTools* call_tools = nullptr;  // what their models may call; needed with them
  // Asked before recognizer and synthesizer, which are asked when they fail; may be null.
  StreamingRecognizer* heard_streams = nullptr;
  StreamingSynthesizer* voice_streams = nullptr;
  std::optional<LeadingParts> leading{};  // nothing: no call is led by a flow
  Recordings* recordings = nullptr;       // null: calls are not recorded
  CallControls* controls = nullptr;       // of telephone systems that can be steered
  chat::People* people = nullptr;         // who answers after a transfer that reached nobody
  const CallPlaces* places = nullptr;     // told which calls go on here; may be null
  Tracer* tracer = nullptr;               // null: calls are not recorded as traces
};

// A call that goes on in this process.
struct ActiveCall {
  CallId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string provider{};  // of the leg
  std::string caller_id{};
  std::int64_t seconds = 0;
};

// Calls that go on in this process.
class Calls {
 public:
  virtual ~Calls() = default;
  // Begins an announced call of `call.tenant` on its leg, at `context.home`, which must be set and
  // may not go before the call. Fails as CallLog::begin does, and with `unavailable` when there are
  // too many calls or the process is about to stop; the leg is then as before.
  virtual Task<Result<std::shared_ptr<LiveCall>>> answer(CallContext context, Call call,
                                                         std::shared_ptr<Leg> leg) = 0;
  // Of the context's tenant.
  [[nodiscard]] virtual std::vector<ActiveCall> active(const CallContext& context) const = 0;
  [[nodiscard]] virtual std::size_t count() const = 0;
  // Ends a call after what it is saying. Fails with `not_found`.
  virtual Result<void> hang_up(const CallContext& context, CallId id) = 0;
  // Takes a place among those who follow a call; `monitor` is told what happens from then on, and
  // that `name` speaks when it takes the call over. Fails with `not_found` where no such call goes
  // on, `conflict` when too many follow it.
  virtual Result<std::unique_ptr<MonitorSeat>> follow(const CallContext& context, CallId id,
                                                      std::string name,
                                                      std::shared_ptr<CallMonitor> monitor) = 0;
  // Does it, and writes that into the transcript; says how whoever was called took it, `answered`
  // where nobody was. Fails with `conflict` when the call is not going on, its leg carries audio
  // only, or it is being steered already, and as CallControl does.
  virtual Task<Result<DialEnd>> steer(CallContext context, CallId id, Steering steering) = 0;
  // No more calls are answered; those that go on may end by themselves until `patience` is over,
  // then they are ended. Blocks.
  virtual void drain(std::chrono::milliseconds patience) = 0;
};

// The parts outlive the calls.
std::unique_ptr<Calls> make_calls(CallsParts parts, CallLimits limits);

}  // namespace aiva::voice
