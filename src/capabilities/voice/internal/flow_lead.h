#pragma once

#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/flows.h"
#include "capabilities/voice/ivr_flow.h"
#include "capabilities/voice/types.h"
#include "capabilities/voice/voice.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::voice {

// What may lead a call: the agent's active flows, and where one of them stood that had begun.
struct CallFlows {
  std::vector<Flow> flows{};
  std::optional<FlowSession> under_way{};
};

// Reads them. Fails as the rows do.
Task<Result<CallFlows>> read_call_flows(CallContext context, Flows& flows, const Call& call);

// Leads one call by the flows of its agent, for the brain that speaks: it calls their functions and
// keeps where they stand. Used on the call's home.
class FlowLead final : public std::enable_shared_from_this<FlowLead> {
 public:
  // Takes what is to be said, waited for or done; functions are called here.
  using Perform = std::function<void(const FlowActions&)>;

  // `context` is the call's: its home, its tenant, no deadline.
  FlowLead(LeadingParts parts, CallContext context, const Call& call, CallFlows flows);

  // Who performs from now on; told before anything else, and anew when another brain takes over.
  void perform_by(Perform perform) { perform_ = std::move(perform); }

  // A flow begins with this call, or had begun in it: begin() starts it.
  [[nodiscard]] bool is_due() const { return due_ != nullptr; }
  void begin();
  // Whether the words, or keys, are an answer to a flow, or one begins with them; else they are for
  // others.
  [[nodiscard]] bool takes(std::string_view words, bool is_keyed) const;
  bool take_words(std::string_view words);
  bool take_digits(std::string_view digits);
  // Whether a flow would begin with the words.
  [[nodiscard]] bool begins_with(std::string_view words) const;
  // Nothing was said for as long as the flow waits, or nothing that could be recognised.
  void time_out();
  // A flow has begun and is not over.
  [[nodiscard]] bool is_leading() const;
  [[nodiscard]] bool is_asking() const;
  // It waits for a function.
  [[nodiscard]] bool is_calling() const;

  // The call is over: nothing is performed any more.
  void leave();
  // Returns when everything is kept.
  Task<void> settle();

 private:
  FlowActions start(const Flow& flow, FlowState state);
  void act(FlowActions actions);
  void save();
  Task<void> save_all();
  Task<void> call_function(FlowAction action, std::uint64_t number);
  [[nodiscard]] FlowState fresh_state() const;

  LeadingParts parts_;
  CallContext context_;
  AgentId agent_;
  ChatSessionId chat_session_;
  std::string session_id_;
  CallFlows flows_;
  Perform perform_{};
  const Flow* due_ = nullptr;
  std::string early_digits_{};  // keyed in before the first question
  const Flow* flow_ = nullptr;
  std::optional<FlowRun> run_{};
  std::uint64_t functions_ = 0;  // called so far
  MessageId turn_ = MessageId::make();
  std::stop_source stop_{};
  std::vector<std::coroutine_handle<>> settling_{};
  bool is_saving_ = false;
  bool is_unsaved_ = false;
  bool is_over_ = false;
};

}  // namespace aiva::voice
