#include "capabilities/functions/internal/calls_table.h"
#include "ports/delete_selected.h"

#include <limits>

namespace aiva::functions {
namespace {

constexpr std::string_view select_calls =
    "SELECT id, agent_id, function_name, session_id, message_id, status, arguments, result, error, "
    "http_status, attempts, time_ms, created_at, completed_at FROM function_call_logs "
    "WHERE tenant_id = ? AND agent_id = ?";

template <class IdType>
SqlValue or_null(const IdType& id) {
  return id.is_nil() ? SqlValue(nullptr) : SqlValue(id);
}

FunctionCall read_call(const SqlRow& row) {
  FunctionCall call{.id = row.id<CallId>(0),
                    .agent = row.id<AgentId>(1),
                    .function_name = std::string(row.text(2)),
                    .status = parse_call_status(row.text(5)).value_or(CallStatus::failed),
                    .arguments = std::string(row.text(6)),
                    .result = std::string(row.text(7)),
                    .error = std::string(row.text(8)),
                    .http_status = static_cast<int>(row.integer(9)),
                    .attempts = static_cast<int>(row.integer(10)),
                    .time_ms = row.real(11),
                    .created_at = row.integer(12)};
  if (!row.is_null(3)) call.session = row.id<ChatSessionId>(3);
  if (!row.is_null(4)) call.message = row.id<MessageId>(4);
  if (!row.is_null(13)) call.completed_at = row.integer(13);
  return call;
}

}  // namespace

Result<void> CallsTable::insert(TenantId tenant, const FunctionCall& call) {
  TRY_VOID(sql_.execute(
      "INSERT INTO function_call_logs (id, tenant_id, agent_id, function_name, session_id, "
      "message_id, status, arguments, result, error, http_status, attempts, time_ms, created_at, "
      "completed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {call.id, tenant, call.agent, call.function_name, or_null(call.session),
       or_null(call.message), to_string(call.status), call.arguments, call.result, call.error,
       call.http_status, call.attempts, call.time_ms, call.created_at, call.completed_at}));
  return {};
}

Result<bool> CallsTable::complete(TenantId tenant, const FunctionCall& call) {
  TRY(auto changed,
      sql_.execute("UPDATE function_call_logs SET status = ?, result = ?, error = ?, "
                   "http_status = ?, attempts = ?, time_ms = ?, completed_at = ? "
                   "WHERE tenant_id = ? AND id = ? AND status = 'pending'",
                   {to_string(call.status), call.result, call.error, call.http_status,
                    call.attempts, call.time_ms, call.completed_at, tenant, call.id}));
  return changed == 1;
}

Result<CallPage> CallsTable::page(TenantId tenant, AgentId agent, const CallFilter& filter) {
  // Every filter is always there, so that there is one statement: what is not asked for fits all.
  constexpr std::string_view last_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  auto older_than = filter.older_than ? filter.older_than->to_string() : std::string(last_id);
  auto first = filter.id ? filter.id->to_string() : std::string();
  if (filter.id) older_than = first + "~";  // right behind it
  auto status = filter.status ? std::string(to_string(*filter.status)) : std::string();
  auto session = filter.session ? filter.session->to_string() : std::string();
  CallPage page;
  TRY_VOID(sql_.query(
      std::string(select_calls) +
          " AND id >= ? AND id < ? AND (? = '' OR function_name = ?) AND (? = '' OR status = ?) "
          "AND (? = '' OR session_id = ?) AND created_at >= ? AND created_at < ? "
          "ORDER BY id DESC LIMIT ?",
      {tenant, agent, first, older_than, filter.function_name, filter.function_name, status, status,
       session, session, filter.from.value_or(0),
       filter.until.value_or(std::numeric_limits<UnixMs>::max()), filter.limit + 1},
      [&page](const SqlRow& row) -> Result<void> {
        page.items.push_back(read_call(row));
        return {};
      }));
  page.has_more = page.items.size() > static_cast<std::size_t>(filter.limit);
  if (page.has_more) page.items.pop_back();
  return page;
}

Result<std::int64_t> CallsTable::remove_older(UnixMs than, std::int64_t count_max) {
  return delete_selected(
      sql_, {.table = "function_call_logs", .key = "id"},
      "SELECT id FROM function_call_logs WHERE created_at < ? ORDER BY created_at LIMIT ?",
      {than, count_max});
}

}  // namespace aiva::functions
