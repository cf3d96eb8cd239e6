#include "capabilities/campaigns/runner.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/campaigns/internal/attempts.h"
#include "capabilities/campaigns/internal/campaigns_table.h"
#include "capabilities/campaigns/internal/outcomes.h"
#include "foundation/json.h"
#include "foundation/log.h"

namespace aiva::campaigns {
namespace {

using voice::DialEnd;

constexpr int campaigns_at_once = 1000;  // looked at in one turn
constexpr int calls_looked_at = 5000;
constexpr int begun_at_once = 50;                       // of one campaign in one turn
constexpr std::chrono::seconds beyond_ringing_max{15};  // until a dialler must have ended

// What the call's brain and the conversation are told of whom it is for.
std::string metadata_of(const Attempt& attempt) {
  const auto& [campaign, contact, open] = attempt;
  auto variables = json::parse(contact.variables).value_or(json::Object());
  if (auto* object = variables.if_object(); object != nullptr) {
    if (!contact.name.empty()) object->insert_or_assign("name", contact.name);
    object->insert_or_assign("number", contact.number);
  }
  json::Object metadata{{"campaign_id", campaign.id.to_string()},
                        {"contact_id", contact.id.to_string()},
                        {"variables", std::move(variables)},
                        {"on_machine", campaign.on_machine}};
  if (!campaign.machine_message.empty()) metadata["machine_message"] = campaign.machine_message;
  return json::to_text(metadata);
}

class RowRunner final : public Runner {
 public:
  RowRunner(RunnerParts parts, RunnerSettings settings)
      : parts_(std::move(parts)), settings_(settings), attempts_(parts_, settings_) {}
  ~RowRunner() override {
    stop();
    wait_idle();
  }

  Task<Result<void>> turn(CallContext context) override;
  void stop() override;
  void wait_idle() override;

 private:
  struct Dial {
    TenantId tenant{};
    CampaignId campaign{};
    std::stop_source stop{};
  };

  Task<Result<void>> look_at_open(CallContext context);
  Task<Result<void>> look_at(OpenCall open);
  Task<Result<void>> take_over(OpenCall open, voice::Call call);
  Task<Result<void>> break_off(CallContext context);
  Task<Result<void>> begin_due(CallContext context, Campaign campaign);
  Task<void> serve(Attempt attempt, std::stop_token stop);
  Task<Result<void>> call(const Attempt& attempt, std::stop_token stop);
  Task<Result<std::optional<voice::Call>>> announce(Attempt& attempt);
  Task<Result<void>> note_end(const Attempt& attempt, DialEnd end);
  bool enter(const Attempt& attempt, std::stop_token& stop);
  void leave(const std::string& session_id);

  RunnerParts parts_;
  RunnerSettings settings_;
  Attempts attempts_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::map<std::string, Dial> dials_;  // by session, of this process
  bool is_stopping_ = false;
};

void RowRunner::stop() {
  std::vector<std::stop_source> stops;
  {
    std::lock_guard lock(mutex_);
    is_stopping_ = true;
    for (const auto& [session, dial] : dials_) stops.push_back(dial.stop);
  }
  for (auto& stop : stops) stop.request_stop();  // which may end dials, and ask for the lock
}

void RowRunner::wait_idle() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return dials_.empty(); });
}

bool RowRunner::enter(const Attempt& attempt, std::stop_token& stop) {
  std::lock_guard lock(mutex_);
  if (is_stopping_) return false;
  auto& dial = dials_[attempt.open.session_id];
  dial.tenant = attempt.open.tenant;
  dial.campaign = attempt.open.campaign;
  stop = dial.stop.get_token();
  return true;
}

void RowRunner::leave(const std::string& session_id) {
  std::lock_guard lock(mutex_);
  dials_.erase(session_id);
  if (dials_.empty()) idle_.notify_all();
}

Task<Result<void>> RowRunner::turn(CallContext context) {
  CO_TRY_VOID(co_await look_at_open(context));
  CO_TRY_VOID(co_await break_off(context));
  auto reading = read(parts_.database, context, [](SqlSession& sql) {
    return CampaignsTable(sql).running(campaigns_at_once);
  });
  CO_TRY(auto running, co_await std::move(reading));
  for (auto& campaign : running) {
    CO_TRY_VOID(context.check());
    auto tenant = campaign.tenant;
    auto beginning = begin_due(context, std::move(campaign));
    auto begun = co_await std::move(beginning);
    if (!begun) log::failure("A campaign cannot go on", {.tenant = tenant}, begun.error());
  }
  co_return Result<void>{};
}

Task<Result<void>> RowRunner::look_at_open(CallContext context) {
  auto now = parts_.clock.unix_ms();
  auto reading = read(parts_.database, context, [now](SqlSession& sql) {
    return OpenCallsTable(sql).to_look_at(now, calls_looked_at);
  });
  CO_TRY(auto found, co_await std::move(reading));
  for (auto& open : found) {
    CO_TRY_VOID(context.check());
    auto tenant = open.tenant;
    auto looking = look_at(std::move(open));
    auto looked = co_await std::move(looking);
    if (!looked)
      log::failure("A campaign's call is not resolved", {.tenant = tenant}, looked.error());
  }
  co_return Result<void>{};
}

Task<Result<void>> RowRunner::look_at(OpenCall open) {
  CallContext context{.tenant = open.tenant};
  if (!open.call) {  // whoever took it died before it was dialled
    auto outcome = co_await attempts_.give_back(context, std::move(open), GiveBack::not_dialled);
    co_return outcome;
  }
  auto finding = parts_.calls.call(context, *open.call);
  auto found = co_await std::move(finding);
  if (!found && found.error().code != ErrorCode::not_found) co_return fail(found.error());
  if (!found) {
    auto outcome = co_await attempts_.settle(context, std::move(open), "failed", {});
    co_return outcome;
  }
  auto outcome = co_await take_over(std::move(open), std::move(*found));
  co_return outcome;
}

// The call's row says how it stands.
Task<Result<void>> RowRunner::take_over(OpenCall open, voice::Call call) {
  CallContext context{.tenant = open.tenant};
  if (call.status == "in_progress") {
    Result<void> marked{};
    if (!open.is_answered) marked = co_await attempts_.mark_answered(context, std::move(open));
    co_return marked;
  }
  if (call.status == "insufficient_credits" && !call.started_at) {
    auto campaign = open.campaign;
    CO_TRY_VOID(co_await attempts_.give_back(context, std::move(open), GiveBack::broken_off));
    auto paused = co_await attempts_.pause(context, context.tenant, campaign, "no_credits");
    co_return paused;
  }
  if (call.ended_at) {
    auto outcome = outcome_of(call);
    auto settled =
        co_await attempts_.settle(context, std::move(open), std::move(outcome), std::move(call));
    co_return settled;
  }
  // Nobody has begun it. One that was answered gets time for its audio.
  auto waited = parts_.clock.unix_ms() - open.answered_at;
  if (open.is_answered && waited < settings_.leg_wait_max.count()) co_return Result<void>{};
  auto why = open.is_answered ? DialEnd::failed : DialEnd::cancelled;
  auto withdrawn = co_await parts_.calls.withdraw(context, call.id, why);
  if (!withdrawn && withdrawn.error().code == ErrorCode::conflict) co_return Result<void>{};
  CO_TRY_VOID(withdrawn);
  if (open.is_answered) {
    auto settled = co_await attempts_.settle(context, std::move(open), "failed", {});
    co_return settled;
  }
  auto given = co_await attempts_.give_back(context, std::move(open), GiveBack::broken_off);
  co_return given;
}

// Of campaigns that stand nothing rings on.
Task<Result<void>> RowRunner::break_off(CallContext context) {
  std::set<std::pair<TenantId, CampaignId>> ringing;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [session, dial] : dials_) ringing.emplace(dial.tenant, dial.campaign);
  }
  if (ringing.empty()) co_return Result<void>{};
  std::set<std::pair<TenantId, CampaignId>> standing;
  auto reading = read(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    for (const auto& [tenant, id] : ringing) {
      auto campaign = CampaignsTable(sql).get(tenant, id);
      if (!campaign && campaign.error().code != ErrorCode::not_found) return fail(campaign.error());
      if (!campaign || campaign->status != "running") standing.emplace(tenant, id);
    }
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  std::vector<std::stop_source> stops;
  {
    std::lock_guard lock(mutex_);
    for (auto& [session, dial] : dials_)
      if (standing.contains({dial.tenant, dial.campaign})) stops.push_back(dial.stop);
  }
  for (auto& stop : stops) stop.request_stop();  // which may end dials, and ask for the lock
  co_return Result<void>{};
}

Task<Result<void>> RowRunner::begin_due(CallContext context, Campaign campaign) {
  CallContext own{.tenant = campaign.tenant, .cancellation = context.cancellation};
  if (campaign.ends_at && parts_.clock.unix_ms() >= *campaign.ends_at) {
    auto ended = co_await attempts_.end(own, campaign.tenant, campaign.id);
    co_return ended;
  }
  if (!attempts_.may_call_now(campaign) || !parts_.dialler.is_available()) co_return Result<void>{};
  for (int begun = 0; begun < begun_at_once; ++begun) {
    {
      std::lock_guard lock(mutex_);
      if (is_stopping_ || dials_.size() >= settings_.dials_max) co_return Result<void>{};
    }
    CO_TRY(auto claim, co_await attempts_.claim(own, campaign));
    if (claim.kind != Claim::Kind::attempt) co_return Result<void>{};
    std::stop_token stop;
    auto session = claim.attempt.open.session_id;
    if (!enter(claim.attempt, stop)) {
      auto given =
          co_await attempts_.give_back(own, std::move(claim.attempt.open), GiveBack::not_dialled);
      co_return given;
    }
    start(serve(std::move(claim.attempt), std::move(stop)),
          [this, session](std::exception_ptr) { leave(session); });
  }
  co_return Result<void>{};
}

Task<void> RowRunner::serve(Attempt attempt, std::stop_token stop) {
  CallContext context{.tenant = attempt.open.tenant};
  auto announcing = announce(attempt);
  auto announced = co_await std::move(announcing);
  if (!announced) {
    log::failure("A campaign's call cannot be made", context, announced.error());
    co_return;
  }
  if (!*announced) co_return;
  auto calling = call(attempt, std::move(stop));
  auto outcome = co_await std::move(calling);
  if (!outcome) log::failure("A campaign's call is resolved later", context, outcome.error());
}

// The call that may be dialled; nothing when it may not, which is seen to.
Task<Result<std::optional<voice::Call>>> RowRunner::announce(Attempt& attempt) {
  const auto& campaign = attempt.campaign;
  CallContext context{.tenant = campaign.tenant};
  voice::NewCall wanted{.agent = campaign.agent,
                        .session_id = attempt.open.session_id,
                        .direction = "outbound",
                        .caller_id = campaign.caller_id,
                        .caller_name = attempt.contact.name,
                        .dialled_number = attempt.contact.number,
                        .metadata = metadata_of(attempt)};
  auto announcing = parts_.calls.announce(context, std::move(wanted));
  auto announced = co_await std::move(announcing);
  if (announced) {
    CO_TRY(bool may_dial, co_await attempts_.confirm(context, attempt, announced->id));
    if (may_dial) co_return std::optional(std::move(*announced));
    CO_TRY_VOID(co_await parts_.calls.withdraw(context, announced->id, DialEnd::cancelled));
    co_return std::nullopt;
  }
  CO_TRY_VOID(co_await attempts_.give_back(context, attempt.open, GiveBack::not_dialled));
  auto code = announced.error().code;
  bool is_poor = code == ErrorCode::quota_exceeded;
  bool has_no_agent = code == ErrorCode::not_found || code == ErrorCode::conflict;
  if (is_poor || has_no_agent) {
    std::string reason = is_poor ? "no_credits" : "agent_unavailable";
    CO_TRY_VOID(co_await attempts_.pause(context, campaign.tenant, campaign.id, std::move(reason)));
    co_return std::nullopt;
  }
  CO_TRY_VOID(co_await attempts_.rest(context, campaign.tenant, campaign.id));
  co_return fail(std::move(announced.error()));
}

Task<Result<void>> RowRunner::call(const Attempt& attempt, std::stop_token stop) {
  const auto& campaign = attempt.campaign;
  CallContext context{.tenant = campaign.tenant};
  auto ringing = context;
  std::chrono::seconds ring_max(campaign.ring_max_s);
  ringing.deadline = std::chrono::steady_clock::now() + ring_max + beyond_ringing_max;
  ringing.cancellation = std::move(stop);
  auto dialling = parts_.dialler.dial(ringing, {.session_id = attempt.open.session_id,
                                                .destination = attempt.contact.number,
                                                .caller_id = campaign.caller_id,
                                                .ring_max = ring_max});
  auto end = co_await std::move(dialling);
  if (end) {
    auto noted = co_await note_end(attempt, *end);
    co_return noted;
  }
  auto code = end.error().code;
  if (code == ErrorCode::cancelled) {
    auto noted = co_await note_end(attempt, DialEnd::cancelled);
    co_return noted;
  }
  log::failure("A campaign's call was not dialled", context, end.error());
  if (code != ErrorCode::unavailable) {
    auto noted = co_await note_end(attempt, DialEnd::failed);
    co_return noted;
  }
  CO_TRY_VOID(co_await attempts_.rest(context, campaign.tenant, campaign.id));
  CO_TRY_VOID(co_await parts_.calls.withdraw(context, *attempt.open.call, DialEnd::failed));
  auto given = co_await attempts_.give_back(context, attempt.open, GiveBack::not_dialled);
  co_return given;
}

Task<Result<void>> RowRunner::note_end(const Attempt& attempt, DialEnd end) {
  const auto& open = attempt.open;
  CallContext context{.tenant = open.tenant};
  parts_.metrics
      .counter("aiva_campaign_dials_total", "Calls that campaigns dialled, by what came of it",
               {{"result", std::string(voice::name_of(end))}})
      .add();
  if (end != DialEnd::answered) {
    auto withdrawn = co_await parts_.calls.withdraw(context, *open.call, end);
    if (!withdrawn && withdrawn.error().code != ErrorCode::conflict)
      co_return fail(withdrawn.error());
    // Whatever was told of the dialling: the call has begun.
    if (!withdrawn) end = DialEnd::answered;
  }
  if (end == DialEnd::answered) {
    auto marked = co_await attempts_.mark_answered(context, open);
    co_return marked;
  }
  if (end == DialEnd::cancelled) {
    auto given = co_await attempts_.give_back(context, open, GiveBack::broken_off);
    co_return given;
  }
  auto settled =
      co_await attempts_.settle(context, open, std::string(voice::name_of(end)), std::nullopt);
  co_return settled;
}

}  // namespace

std::unique_ptr<Runner> make_runner(RunnerParts parts, RunnerSettings settings) {
  return std::make_unique<RowRunner>(std::move(parts), settings);
}

}  // namespace aiva::campaigns
