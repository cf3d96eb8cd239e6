#include "capabilities/voice/internal/flow_lead.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capabilities/functions/agent_tools.h"
#include "capabilities/voice/flow_json.h"
#include "capabilities/voice/internal/detached_work.h"
#include "capabilities/voice/internal/flow_arguments.h"
#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr const char* function_failed = "A function of a flow failed";
constexpr const char* saving_failed = "Where a flow stands could not be kept";
constexpr std::chrono::seconds function_time_max{60};
constexpr std::chrono::seconds saving_time_max{10};
constexpr std::size_t early_digits_max = 32;

// What was never written by us, or is not under way, begins anew.
FlowState read_state(const FlowSession& session, const FlowState& fresh) {
  auto state = flow_state_from_json(session.state);
  if (!state || state->status != FlowStatus::in_progress) return fresh;
  state->today = fresh.today;
  return *std::move(state);
}

void fit(FlowAction& action, const std::vector<ToolDefinition>& offered) {
  auto found = std::ranges::find(offered, action.function, &ToolDefinition::name);
  if (found != offered.end()) action.arguments = fit_arguments(action.arguments, found->parameters);
}

}  // namespace

Task<Result<CallFlows>> read_call_flows(CallContext context, Flows& flows, const Call& call) {
  auto session_id = call.session_id;
  CO_TRY(auto listed, co_await flows.list(context, call.agent));
  std::erase_if(listed, [](const Flow& flow) { return !flow.is_active; });
  CallFlows found{.flows = std::move(listed)};
  if (found.flows.empty()) co_return found;
  auto session = co_await flows.session(context, std::move(session_id));
  if (!session && session.error().code != ErrorCode::not_found)
    co_return fail(std::move(session.error()));
  if (session && session->status == name_of(FlowStatus::in_progress))
    found.under_way = *std::move(session);
  co_return found;
}

FlowLead::FlowLead(LeadingParts parts, CallContext context, const Call& call, CallFlows flows)
    : parts_(parts),
      context_(std::move(context)),
      agent_(call.agent),
      chat_session_(call.chat_session.value_or(ChatSessionId{})),
      session_id_(call.session_id),
      flows_(std::move(flows)) {
  if (flows_.under_way) {
    auto found = std::ranges::find(flows_.flows, flows_.under_way->flow, &Flow::id);
    if (found != flows_.flows.end()) due_ = &*found;
  }
  if (due_ == nullptr) {
    flows_.under_way.reset();
    due_ = flow_for_start(flows_.flows);
  }
}

FlowState FlowLead::fresh_state() const {
  std::chrono::sys_time<std::chrono::milliseconds> now{
      std::chrono::milliseconds(parts_.clock.unix_ms())};
  return {.today = std::chrono::floor<std::chrono::days>(now)};
}

void FlowLead::begin() {
  const auto* flow = std::exchange(due_, nullptr);
  if (flow == nullptr || is_over_) return;
  auto under_way = std::exchange(flows_.under_way, std::nullopt);
  auto state = fresh_state();
  auto actions = start(*flow, under_way ? read_state(*under_way, state) : state);
  auto early = std::exchange(early_digits_, {});
  if (!early.empty() && is_asking()) {
    actions.pop_back();  // the question, which is answered already
    auto more = run_->key(early);
    actions.insert(actions.end(), more.begin(), more.end());
  }
  act(std::move(actions));
}

FlowActions FlowLead::start(const Flow& flow, FlowState state) {
  flow_ = &flow;
  run_.emplace(flow.definition, std::move(state));
  return run_->resume();
}

bool FlowLead::begins_with(std::string_view words) const {
  return !is_leading() && !is_over_ && flow_for_words(flows_.flows, words) != nullptr;
}

bool FlowLead::takes(std::string_view words, bool is_keyed) const {
  if (is_over_) return false;
  return is_due() || is_leading() || (!is_keyed && begins_with(words));
}

bool FlowLead::take_words(std::string_view words) {
  if (is_due()) {
    begin();
    return true;
  }
  if (is_leading()) {
    act(run_->hear(words));
    return true;
  }
  const auto* flow = is_over_ ? nullptr : flow_for_words(flows_.flows, words);
  if (flow == nullptr) return false;
  act(start(*flow, fresh_state()));
  return true;
}

bool FlowLead::take_digits(std::string_view digits) {
  if (is_due()) {
    early_digits_ += digits;
    if (early_digits_.size() > early_digits_max) early_digits_.resize(early_digits_max);
    return true;
  }
  if (!is_leading()) return false;
  act(run_->key(digits));
  return true;
}

void FlowLead::time_out() {
  if (is_asking()) act(run_->time_out());
}

bool FlowLead::is_leading() const {
  return run_ && run_->state().status == FlowStatus::in_progress;
}

bool FlowLead::is_asking() const {
  return is_leading() && run_->state().wait == FlowState::Wait::answer;
}

bool FlowLead::is_calling() const {
  return is_leading() && !is_over_ && run_->state().wait == FlowState::Wait::function;
}

void FlowLead::act(FlowActions actions) {
  if (is_over_ || actions.empty()) return;
  save();
  perform_(actions);
  auto call = std::ranges::find(actions, FlowAction::Kind::run_function, &FlowAction::kind);
  if (call != actions.end() && !is_over_)
    run_detached(function_failed, context_, call_function(std::move(*call), ++functions_));
}

// The caller may interrupt what is said meanwhile, not the function.
Task<void> FlowLead::call_function(FlowAction action, std::uint64_t number) {
  auto self = shared_from_this();
  auto context = context_;
  context.deadline = std::chrono::steady_clock::now() + function_time_max;
  context.cancellation = stop_.get_token();
  auto offered = co_await parts_.functions.tools_of(context, agent_);
  if (is_over_) co_return;
  if (offered) fit(action, *offered);
  functions::ToolUse use{.agent = agent_,
                         .session = chat_session_,
                         .message = turn_,
                         .call = {.id = "flow_" + std::to_string(number),
                                  .name = std::move(action.function),
                                  .arguments = std::move(action.arguments)}};
  auto outcome = co_await parts_.functions.call(context, std::move(use));
  if (is_over_) co_return;
  if (!outcome) log::failure(function_failed, context_, outcome.error());
  if (outcome)
    act(run_->take_result(outcome->result, outcome->is_error));
  else
    act(run_->take_result({}, true));
}

void FlowLead::leave() {
  if (std::exchange(is_over_, true)) return;
  stop_.request_stop();
  if (!is_leading()) return;
  run_->abandon();
  save();
}

void FlowLead::save() {
  is_unsaved_ = true;
  if (is_saving_) return;
  is_saving_ = true;
  run_detached(saving_failed, context_, save_all());
}

// One after the other; of those that would wait only the last is written.
Task<void> FlowLead::save_all() {
  auto self = shared_from_this();
  while (std::exchange(is_unsaved_, false)) {
    const auto& state = run_->state();
    FlowSession session{.session_id = session_id_,
                        .flow = flow_->id,
                        .status = std::string(name_of(state.status)),
                        .step = state.step,
                        .state = to_json(state)};
    auto context = context_;
    context.deadline = std::chrono::steady_clock::now() + saving_time_max;
    auto saved = co_await parts_.flows.save_session(context, std::move(session));
    if (!saved) log::failure(saving_failed, context_, saved.error());
  }
  is_saving_ = false;
  for (auto handle : std::exchange(settling_, {})) handle.resume();
}

Task<void> FlowLead::settle() {
  struct Awaiter {
    std::vector<std::coroutine_handle<>>& waiting;
    bool await_ready() noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) { waiting.push_back(handle); }
    void await_resume() noexcept {}
  };
  auto self = shared_from_this();
  while (is_saving_) co_await Awaiter{settling_};
}

}  // namespace aiva::voice
