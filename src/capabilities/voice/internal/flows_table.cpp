#include "capabilities/voice/internal/flows_table.h"

#include <optional>
#include <string>
#include <utility>

#include "capabilities/voice/flow_json.h"

namespace aiva::voice {
namespace {

constexpr std::string_view select_flows =
    "SELECT id, tenant_id, agent_id, name, description, begins_with, trigger_words, definition, "
    "is_active, created_at, updated_at FROM flows WHERE tenant_id = ? AND agent_id = ?";

std::string to_json(const std::vector<std::string>& words) {
  json::Array array;
  for (const auto& word : words) array.emplace_back(word);
  return json::to_text(json::Value(std::move(array)));
}

Result<std::vector<std::string>> words_from_json(std::string_view text) {
  TRY(auto value, json::parse(text));
  std::vector<std::string> words;
  const auto* array = value.if_array();
  if (array == nullptr) return fail(internal_error("stored trigger words"));
  for (const auto& word : *array)
    if (const auto* written = word.if_string())
      words.emplace_back(written->data(), written->size());
  return words;
}

Result<Flow> read_row(const SqlRow& row) {
  Flow flow{.id = row.id<FlowId>(0),
            .tenant = row.id<TenantId>(1),
            .agent = row.id<AgentId>(2),
            .name = std::string(row.text(3)),
            .description = std::string(row.text(4)),
            .begins_with = std::string(row.text(5)),
            .is_active = row.integer(8) != 0,
            .created_at = row.integer(9),
            .updated_at = row.integer(10)};
  TRY(flow.trigger_words, words_from_json(row.text(6)));
  TRY(flow.definition, flow_from_json(row.text(7)));
  return flow;
}

Result<void> name_taken(Result<std::int64_t> outcome) {
  if (outcome) return {};
  if (outcome.error().code == ErrorCode::conflict)
    return fail(ErrorCode::conflict, "The agent has a flow of that name");
  return fail(std::move(outcome.error()));
}

}  // namespace

Result<void> FlowsTable::insert(const Flow& flow) {
  return name_taken(sql_.execute(
      "INSERT INTO flows (id, tenant_id, agent_id, name, description, begins_with, trigger_words, "
      "definition, is_active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {flow.id, flow.tenant, flow.agent, flow.name, flow.description, flow.begins_with,
       to_json(flow.trigger_words), voice::to_json(flow.definition), flow.is_active,
       flow.created_at, flow.updated_at}));
}

Result<Flow> FlowsTable::get(TenantId tenant, AgentId agent, FlowId id) {
  std::optional<Flow> found;
  TRY_VOID(sql_.query(std::string(select_flows) + " AND id = ?", {tenant, agent, id},
                      [&found](const SqlRow& row) -> Result<void> {
                        TRY(found, read_row(row));
                        return {};
                      }));
  if (!found) return fail(ErrorCode::not_found, "No such flow");
  return std::move(*found);
}

Result<std::vector<Flow>> FlowsTable::list(TenantId tenant, AgentId agent) {
  std::vector<Flow> flows;
  TRY_VOID(sql_.query(std::string(select_flows) + " ORDER BY name", {tenant, agent},
                      [&flows](const SqlRow& row) -> Result<void> {
                        TRY(auto flow, read_row(row));
                        flows.push_back(std::move(flow));
                        return {};
                      }));
  return flows;
}

Result<std::int64_t> FlowsTable::count(TenantId tenant, AgentId agent) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM flows WHERE tenant_id = ? AND agent_id = ?",
                      {tenant, agent}, [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<bool> FlowsTable::exists(TenantId tenant, FlowId id) {
  bool is_there = false;
  TRY_VOID(sql_.query("SELECT 1 FROM flows WHERE tenant_id = ? AND id = ?", {tenant, id},
                      [&is_there](const SqlRow&) -> Result<void> {
                        is_there = true;
                        return {};
                      }));
  return is_there;
}

Result<void> FlowsTable::update(const Flow& flow) {
  return name_taken(sql_.execute(
      "UPDATE flows SET name = ?, description = ?, begins_with = ?, trigger_words = ?, "
      "definition = ?, is_active = ?, updated_at = ? "
      "WHERE tenant_id = ? AND agent_id = ? AND id = ?",
      {flow.name, flow.description, flow.begins_with, to_json(flow.trigger_words),
       voice::to_json(flow.definition), flow.is_active, flow.updated_at, flow.tenant, flow.agent,
       flow.id}));
}

Result<void> FlowsTable::remove(TenantId tenant, AgentId agent, FlowId id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM flows WHERE tenant_id = ? AND agent_id = ? AND id = ?",
                   {tenant, agent, id}));
  if (removed == 0) return fail(ErrorCode::not_found, "No such flow");
  TRY_VOID(
      sql_.execute("DELETE FROM flow_sessions WHERE tenant_id = ? AND flow_id = ?", {tenant, id}));
  return {};
}

Result<void> FlowsTable::remove_all(TenantId tenant, AgentId agent) {
  TRY_VOID(
      sql_.execute("DELETE FROM flow_sessions WHERE tenant_id = ? AND flow_id IN "
                   "(SELECT id FROM flows WHERE tenant_id = ? AND agent_id = ?)",
                   {tenant, tenant, agent}));
  TRY_VOID(sql_.execute("DELETE FROM flows WHERE tenant_id = ? AND agent_id = ?", {tenant, agent}));
  return {};
}

Result<void> FlowsTable::put_session(TenantId tenant, const FlowSession& session) {
  TRY(auto replaced,
      sql_.execute("UPDATE flow_sessions SET flow_id = ?, status = ?, current_step = ?, state = ?, "
                   "updated_at = ? WHERE tenant_id = ? AND session_id = ?",
                   {session.flow, session.status, session.step, session.state, session.updated_at,
                    tenant, session.session_id}));
  if (replaced > 0) return {};
  TRY_VOID(sql_.execute(
      "INSERT INTO flow_sessions (tenant_id, session_id, flow_id, status, current_step, state, "
      "created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      {tenant, session.session_id, session.flow, session.status, session.step, session.state,
       session.updated_at, session.updated_at}));
  return {};
}

Result<FlowSession> FlowsTable::session(TenantId tenant, std::string_view session_id) {
  std::optional<FlowSession> found;
  TRY_VOID(
      sql_.query("SELECT session_id, flow_id, status, current_step, state, created_at, updated_at "
                 "FROM flow_sessions WHERE tenant_id = ? AND session_id = ?",
                 {tenant, session_id}, [&found](const SqlRow& row) -> Result<void> {
                   found = FlowSession{.session_id = std::string(row.text(0)),
                                       .flow = row.id<FlowId>(1),
                                       .status = std::string(row.text(2)),
                                       .step = std::string(row.text(3)),
                                       .state = std::string(row.text(4)),
                                       .created_at = row.integer(5),
                                       .updated_at = row.integer(6)};
                   return {};
                 }));
  if (!found) return fail(ErrorCode::not_found, "No such session of a flow");
  return std::move(*found);
}

Result<std::int64_t> FlowsTable::remove_sessions(UnixMs untouched_since) {
  return sql_.execute("DELETE FROM flow_sessions WHERE updated_at < ?", {untouched_since});
}

}  // namespace aiva::voice
