#include "capabilities/voice/voice.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "capabilities/voice/internal/brains.h"
#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/flow_lead.h"
#include "capabilities/voice/internal/monitor_seat.h"
#include "capabilities/voice/internal/outbound.h"
#include "capabilities/voice/internal/running_call.h"
#include "capabilities/voice/phrases.h"
#include "foundation/hop.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

// The same agent, who begins by saying that the call is recorded.
agents::ActiveAgentPointer with_notice(const agents::ActiveAgent& agent) {
  auto noting = std::make_shared<agents::ActiveAgent>(agent);
  std::string notice(phrase_in(agent.settings.language, Phrase::recorded));
  auto& greeting = noting->settings.greeting;
  greeting = greeting.empty() ? notice : notice + " " + greeting;
  return noting;
}

class RunningCalls final : public Calls {
 public:
  RunningCalls(CallsParts parts, CallLimits limits)
      : parts_(parts), limits_(limits), meters_(parts.metrics), clock_(parts.metrics) {}
  ~RunningCalls() override { drain(std::chrono::milliseconds(0)); }

  Task<Result<std::shared_ptr<LiveCall>>> answer(CallContext context, Call call,
                                                 std::shared_ptr<Leg> leg) override;
  [[nodiscard]] std::vector<ActiveCall> active(const CallContext& context) const override;
  [[nodiscard]] std::size_t count() const override;
  Result<void> hang_up(const CallContext& context, CallId id) override;
  Result<std::unique_ptr<MonitorSeat>> follow(const CallContext& context, CallId id,
                                              std::string name,
                                              std::shared_ptr<CallMonitor> monitor) override;
  Task<Result<DialEnd>> steer(CallContext context, CallId id, Steering steering) override;
  void drain(std::chrono::milliseconds patience) override;

 private:
  Result<void> enter();
  void leave();
  void end_all();
  Task<Result<ChatSessionId>> begin_session(CallContext context, chat::NewSession session);
  Task<CallFlows> find_flows(CallContext context, const Call& call);
  Task<std::shared_ptr<CallTap>> begin_recording(CallContext context, const Call& call,
                                                 const agents::ActiveAgent& agent,
                                                 AudioFormat format);
  Result<std::shared_ptr<RunningCall>> find(const CallContext& context, CallId id) const;
  Span begin_span(CallContext& context, const Call& call);

  CallsParts parts_;
  Tracer no_tracer_{};  // in place of none
  CallLimits limits_;
  CallMeters meters_;
  mutable std::mutex mutex_{};
  std::condition_variable all_left_{};
  std::vector<std::shared_ptr<RunningCall>> calls_{};  // shared with their legs and their work
  std::size_t entered_ = 0;                            // those that are about to begin, too
  bool is_draining_ = false;
  FrameClock clock_;  // goes first
};

Result<void> RunningCalls::enter() {
  std::lock_guard lock(mutex_);
  if (is_draining_) return fail(ErrorCode::unavailable, "The server is about to stop");
  if (entered_ >= limits_.calls_max)
    return fail(ErrorCode::unavailable, "There are too many calls; try again later");
  ++entered_;
  return {};
}

void RunningCalls::leave() {
  std::lock_guard lock(mutex_);
  --entered_;
  if (entered_ == 0) all_left_.notify_all();
}

Task<Result<ChatSessionId>> RunningCalls::begin_session(CallContext context,
                                                        chat::NewSession session) {
  CO_TRY(auto made, co_await parts_.chat.create_session(std::move(context), std::move(session)));
  co_return made.id;
}

// A call whose flows cannot be read is led by nobody.
Task<CallFlows> RunningCalls::find_flows(CallContext context, const Call& call) {
  if (!parts_.leading) co_return CallFlows{};
  auto found = co_await read_call_flows(context, parts_.leading->flows, call);
  if (!found) log::failure("The flows of a call could not be read", context, found.error());
  co_return std::move(found).value_or(CallFlows{});
}

// Null when it is not wanted or cannot be.
Task<std::shared_ptr<CallTap>> RunningCalls::begin_recording(CallContext context, const Call& call,
                                                             const agents::ActiveAgent& agent,
                                                             AudioFormat format) {
  bool is_wanted = call.record.value_or(agent.settings.speech.recording);
  if (!is_wanted || parts_.recordings == nullptr) co_return nullptr;
  auto tap = co_await parts_.recordings->record(std::move(context), call.id, format);
  co_return tap;
}

// The call's own trace, or its part of the one it was asked for in. What happens in the call later
// is recorded piece by piece, so that a long call needs no more memory than a short one.
Span RunningCalls::begin_span(CallContext& context, const Call& call) {
  auto& tracer = parts_.tracer != nullptr ? *parts_.tracer : no_tracer_;
  bool is_own = !context.trace.has_id();
  auto trace = is_own ? new_trace(tracer) : context.trace.ids();
  auto span =
      tracer.begin(trace, {.name = "voice.call", .kind = SpanKind::server, .is_own = is_own});
  span.set("aiva.call.id", call.id.to_string());
  span.set("aiva.call.provider", call.provider);
  span.set("aiva.agent.id", call.agent.to_string());
  span.set("aiva.tenant", call.tenant.to_string());
  context.trace = trace.ids();
  return span;
}

Task<Result<std::shared_ptr<LiveCall>>> RunningCalls::answer(CallContext context, Call call,
                                                             std::shared_ptr<Leg> leg) {
  CO_TRY_VOID(enter());
  auto refuse = [this](Error error) {
    leave();
    return std::unexpected(std::move(error));
  };
  context.tenant = call.tenant;
  auto agent = co_await parts_.agents.find(context, call.agent.to_string());
  if (!agent) co_return refuse(std::move(agent.error()));
  auto facts = outbound_facts(call, (*agent)->settings);
  *agent = agent_in_call(std::move(*agent), facts);
  auto session = co_await begin_session(context, session_of(call, **agent, facts));
  if (!session) co_return refuse(std::move(session.error()));
  auto flows = co_await find_flows(context, call);
  auto begun = co_await parts_.log.begin(context, call.id, *session);
  if (!begun) co_return refuse(std::move(begun.error()));

  auto format = leg->format();
  auto recorder = co_await begin_recording(context, call, **agent, format);
  if (recorder && (*agent)->settings.speech.recording_notice) *agent = with_notice(**agent);
  call.chat_session = *session;
  auto lasting = context;
  lasting.deadline = std::chrono::steady_clock::time_point::max();
  lasting.cancellation = {};
  auto span = begin_span(lasting, call);
  std::shared_ptr<FlowLead> lead;
  if (!flows.flows.empty())
    lead = std::make_shared<FlowLead>(*parts_.leading, lasting, call, std::move(flows));
  auto control = parts_.controls ? parts_.controls->find(call.tenant, call.session_id) : nullptr;
  auto running = std::make_shared<RunningCall>(
      lasting, std::move(call), (*agent)->settings.language, std::move(leg), parts_.log, meters_,
      limits_, std::chrono::steady_clock::now(), [this](CallId id) {
        {
          std::lock_guard lock(mutex_);
          std::erase_if(calls_, [id](const auto& other) { return other->call().id == id; });
        }
        leave();
      });
  running->trace_by(std::move(span));
  running->steer_by({.control = std::move(control),
                     .people = parts_.people,
                     .recognizer = &parts_.recognizer,
                     .detectors = &parts_.detectors});
  {
    std::lock_guard lock(mutex_);
    calls_.push_back(running);
  }
  if (parts_.places != nullptr)
    run_detached("Where a call goes on could not be told", lasting,
                 parts_.places->note(lasting, running->call().id));
  if (recorder) running->add_tap(std::move(recorder));
  clock_.add(*context.home, running);
  running->begin(make_brain(*running, parts_, lasting, *agent, *session, format, std::move(lead),
                            std::move(facts.machine)));
  co_return running;
}

std::vector<ActiveCall> RunningCalls::active(const CallContext& context) const {
  std::vector<ActiveCall> found;
  std::lock_guard lock(mutex_);
  for (const auto& call : calls_) {
    const auto& row = call->call();
    if (row.tenant != context.tenant) continue;
    found.push_back({.id = row.id,
                     .tenant = row.tenant,
                     .agent = row.agent,
                     .provider = row.provider,
                     .caller_id = row.caller_id,
                     .seconds = call->seconds()});
  }
  return found;
}

std::size_t RunningCalls::count() const {
  std::lock_guard lock(mutex_);
  return calls_.size();
}

Result<std::shared_ptr<RunningCall>> RunningCalls::find(const CallContext& context,
                                                        CallId id) const {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find_if(calls_, [&](const auto& call) {
    return call->call().id == id && call->call().tenant == context.tenant;
  });
  if (found == calls_.end()) return fail(ErrorCode::not_found, "There is no such call going on");
  return *found;
}

Result<void> RunningCalls::hang_up(const CallContext& context, CallId id) {
  TRY(auto call, find(context, id));
  auto& home = call->home();
  home.post([call = std::move(call)] { call->end_after_speech(CallEnd::agent_hung_up, {}); });
  return {};
}

Task<Result<DialEnd>> RunningCalls::steer(CallContext context, CallId id, Steering steering) {
  auto call = find(context, id);
  if (!call) co_return fail(ErrorCode::conflict, "The call is not going on in this process");
  co_await hop((*call)->home());
  auto outcome = co_await (*call)->steer(std::move(steering));
  if (context.home != nullptr) co_await hop(*context.home);
  co_return outcome;
}

Result<std::unique_ptr<MonitorSeat>> RunningCalls::follow(const CallContext& context, CallId id,
                                                          std::string name,
                                                          std::shared_ptr<CallMonitor> monitor) {
  TRY(auto call, find(context, id));
  return take_seat(call, std::move(name), std::move(monitor));
}

void RunningCalls::end_all() {
  for (const auto& call : calls_) call->home().post([call] { call->end(CallEnd::shutdown); });
}

void RunningCalls::drain(std::chrono::milliseconds patience) {
  constexpr std::chrono::seconds storing_time{10};
  std::unique_lock lock(mutex_);
  is_draining_ = true;
  auto are_all_gone = [this] { return entered_ == 0; };
  if (all_left_.wait_for(lock, patience, are_all_gone)) return;
  end_all();
  all_left_.wait_for(lock, storing_time, are_all_gone);
}

}  // namespace

std::unique_ptr<Calls> make_calls(CallsParts parts, CallLimits limits) {
  return std::make_unique<RunningCalls>(parts, limits);
}

}  // namespace aiva::voice
