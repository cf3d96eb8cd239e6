#include "capabilities/voice/flows.h"

#include <algorithm>
#include <utility>

#include "capabilities/voice/flow_json.h"
#include "capabilities/voice/internal/call_checks.h"
#include "capabilities/voice/internal/flows_table.h"
#include "capabilities/voice/internal/row_change.h"
#include "capabilities/voice/spoken_numbers.h"

namespace aiva::voice {
namespace {

constexpr std::int64_t flows_max = 50;
constexpr std::size_t triggers_max = 50;
constexpr std::size_t definition_bytes_max = 256 * 1024;
constexpr std::size_t state_bytes_max = 64 * 1024;
constexpr std::int64_t month_ms = 30LL * 24 * 3600 * 1000;

Result<void> check_flow(const Flow& flow) {
  FieldChecks checks;
  checks.line("name", flow.name, 100);
  if (flow.name.empty()) checks.add("name", "is needed");
  checks.prose("description", flow.description, 2000);
  checks.word("begins_with", flow.begins_with, {"call", "words", "none"});
  if (flow.trigger_words.size() > triggers_max) checks.add("trigger_words", "must be at most 50");
  for (const auto& words : flow.trigger_words) {
    checks.line("trigger_words", words, 100);
    if (words_of(words).empty()) checks.add("trigger_words", "must have words");
  }
  if (flow.begins_with == "words" && flow.trigger_words.empty())
    checks.add("trigger_words", "are needed");
  TRY_VOID(checks.finish());
  TRY_VOID(check(flow.definition));
  if (to_json(flow.definition).size() > definition_bytes_max)
    return fail(ErrorCode::too_large, "A flow may have at most 256 kB");
  return {};
}

Result<void> check_session(const FlowSession& session) {
  FieldChecks checks;
  checks.line("session_id", session.session_id, 100);
  if (session.session_id.empty()) checks.add("session_id", "is needed");
  checks.word("status", session.status,
              {"in_progress", "completed", "failed", "transferred", "abandoned"});
  checks.line("current_step", session.step, 40);
  checks.object("state", session.state, state_bytes_max);
  return checks.finish();
}

class RowFlows final : public Flows {
 public:
  explicit RowFlows(FlowParts parts) : parts_(parts) {}

  Task<Result<Flow>> create(CallContext context, identity::Caller caller, Flow flow) override;
  Task<Result<Flow>> get(CallContext context, AgentId agent, FlowId id) override;
  Task<Result<std::vector<Flow>>> list(CallContext context, AgentId agent) override;
  Task<Result<Flow>> change(CallContext context, identity::Caller caller, AgentId agent, FlowId id,
                            Change change) override;
  Task<Result<void>> remove(CallContext context, identity::Caller caller, AgentId agent,
                            FlowId id) override;
  Task<Result<FlowSession>> save_session(CallContext context, FlowSession session) override;
  Task<Result<FlowSession>> session(CallContext context, std::string session_id) override;
  Task<Result<std::int64_t>> forget_old_sessions(CallContext context) override;

 private:
  Result<void> audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                     const Flow& flow);

  FlowParts parts_;
};

Result<void> RowFlows::audit(SqlSession& sql, const identity::Caller& caller, std::string action,
                             const Flow& flow) {
  json::Object details{{"name", flow.name}, {"agent_id", flow.agent.to_string()}};
  return parts_.audit_log.append(sql, caller,
                                 {.tenant = flow.tenant,
                                  .action = std::move(action),
                                  .resource_type = "flow",
                                  .resource_id = flow.id.to_string(),
                                  .details = json::to_text(details)});
}

Task<Result<Flow>> RowFlows::create(CallContext context, identity::Caller caller, Flow flow) {
  auto finding = parts_.agents.draft(context, flow.agent);
  CO_TRY_VOID(co_await std::move(finding));
  CO_TRY_VOID(check_flow(flow));
  flow.id = FlowId::make();
  flow.tenant = context.tenant;
  flow.created_at = parts_.clock.unix_ms();
  flow.updated_at = flow.created_at;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    FlowsTable table(sql);
    TRY(auto count, table.count(context.tenant, flow.agent));
    if (count >= flows_max)
      return fail(ErrorCode::quota_exceeded, "An agent may have at most 50 flows");
    TRY_VOID(table.insert(flow));
    return audit(sql, caller, "flow.created", flow);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return flow;
}

Task<Result<Flow>> RowFlows::get(CallContext context, AgentId agent, FlowId id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return FlowsTable(sql).get(context.tenant, agent, id);
  });
  auto flow = co_await std::move(reading);
  co_return flow;
}

Task<Result<std::vector<Flow>>> RowFlows::list(CallContext context, AgentId agent) {
  auto finding = parts_.agents.draft(context, agent);
  CO_TRY_VOID(co_await std::move(finding));
  auto reading = read(parts_.database, context,
                      [&](SqlSession& sql) { return FlowsTable(sql).list(context.tenant, agent); });
  auto flows = co_await std::move(reading);
  co_return flows;
}

Task<Result<Flow>> RowFlows::change(CallContext context, identity::Caller caller, AgentId agent,
                                    FlowId id, Change change) {
  RowChange<Flow> steps{
      .get = [&](SqlSession& sql) { return FlowsTable(sql).get(context.tenant, agent, id); },
      .change = change,
      .check = [&](Flow& flow) -> Result<void> {
        flow.id = id;
        flow.agent = agent;
        flow.tenant = context.tenant;
        return check_flow(flow);
      },
      .put = [&](SqlSession& sql, const Flow& flow) -> Result<void> {
        TRY_VOID(FlowsTable(sql).update(flow));
        return audit(sql, caller, "flow.updated", flow);
      }};
  auto changing = change_row(parts_.database, parts_.clock, context, std::move(steps));
  auto flow = co_await std::move(changing);
  co_return flow;
}

Task<Result<void>> RowFlows::remove(CallContext context, identity::Caller caller, AgentId agent,
                                    FlowId id) {
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    FlowsTable table(sql);
    TRY(auto flow, table.get(context.tenant, agent, id));
    TRY_VOID(table.remove(context.tenant, agent, id));
    return audit(sql, caller, "flow.deleted", flow);
  });
  auto outcome = co_await std::move(writing);
  co_return outcome;
}

Task<Result<FlowSession>> RowFlows::save_session(CallContext context, FlowSession session) {
  CO_TRY_VOID(check_session(session));
  session.updated_at = parts_.clock.unix_ms();
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<FlowSession> {
    FlowsTable table(sql);
    TRY(bool is_there, table.exists(context.tenant, session.flow));
    if (!is_there) return fail(ErrorCode::not_found, "No such flow");
    TRY_VOID(table.put_session(context.tenant, session));
    return table.session(context.tenant, session.session_id);
  });
  auto saved = co_await std::move(writing);
  co_return saved;
}

Task<Result<FlowSession>> RowFlows::session(CallContext context, std::string session_id) {
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return FlowsTable(sql).session(context.tenant, session_id);
  });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<std::int64_t>> RowFlows::forget_old_sessions(CallContext context) {
  auto since = parts_.clock.unix_ms() - month_ms;
  auto writing = write(parts_.database, context,
                       [since](SqlSession& sql) { return FlowsTable(sql).remove_sessions(since); });
  auto count = co_await std::move(writing);
  co_return count;
}

}  // namespace

const Flow* flow_for_start(const std::vector<Flow>& flows) {
  auto found = std::ranges::find_if(
      flows, [](const Flow& flow) { return flow.is_active && flow.begins_with == "call"; });
  return found == flows.end() ? nullptr : &*found;
}

const Flow* flow_for_words(const std::vector<Flow>& flows, std::string_view words) {
  auto heard = words_of(words);
  const Flow* best = nullptr;
  std::size_t best_length = 0;
  for (const auto& flow : flows) {
    if (!flow.is_active || flow.begins_with != "words") continue;
    for (const auto& trigger : flow.trigger_words) {
      auto wanted = words_of(trigger);
      if (wanted.size() <= best_length || std::ranges::search(heard, wanted).empty()) continue;
      best = &flow;
      best_length = wanted.size();
    }
  }
  return best;
}

std::unique_ptr<Flows> make_flows(FlowParts parts) { return std::make_unique<RowFlows>(parts); }

Result<void> remove_flows_of(SqlSession& sql, TenantId tenant, AgentId agent) {
  return FlowsTable(sql).remove_all(tenant, agent);
}

}  // namespace aiva::voice
