#include "capabilities/billing/internal/holds_table.h"

namespace aiva::billing {
namespace {

constexpr std::string_view hold_columns =
    "SELECT tenant_id, operation, reference, amount, api_key_id, agent_id, state "
    "FROM credit_holds ";

std::string_view to_string(HoldState state) {
  switch (state) {
    case HoldState::open: return "open";
    case HoldState::settled: return "settled";
    case HoldState::released: return "released";
  }
  return "";
}

HoldState parse_state(std::string_view text) {
  if (text == "settled") return HoldState::settled;
  return text == "released" ? HoldState::released : HoldState::open;
}

HoldRow to_hold(const SqlRow& row) {
  return {.tenant = row.id<TenantId>(0),
          .hold = {.operation = std::string(row.text(1)),
                   .reference = std::string(row.text(2)),
                   .amount = row.integer(3),
                   .key = ApiKeyId::parse(row.text(4)),
                   .agent = AgentId::parse(row.text(5))},
          .state = parse_state(row.text(6))};
}

}  // namespace

Result<std::optional<HoldRow>> HoldsTable::find(TenantId tenant, std::string_view reference) {
  std::optional<HoldRow> found;
  auto statement = std::string(hold_columns) + "WHERE tenant_id = ? AND reference = ?";
  TRY_VOID(sql_.query(statement, {tenant, reference}, [&](const SqlRow& row) -> Result<void> {
    found = to_hold(row);
    return {};
  }));
  return found;
}

Result<void> HoldsTable::open(TenantId tenant, const Hold& hold, bool is_there, UnixMs now) {
  std::string_view statement =
      is_there ? "UPDATE credit_holds SET amount = ?, api_key_id = ?, agent_id = ?, "
                 "created_at = ?, ended_at = 0, taken = 0, state = 'open' "
                 "WHERE operation = ? AND tenant_id = ? AND reference = ?"
               : "INSERT INTO credit_holds (amount, api_key_id, agent_id, created_at, operation, "
                 "tenant_id, reference) VALUES (?, ?, ?, ?, ?, ?, ?)";
  TRY_VOID(sql_.execute(
      statement, {hold.amount, hold.key, hold.agent, now, hold.operation, tenant, hold.reference}));
  return {};
}

Result<void> HoldsTable::end(TenantId tenant, std::string_view reference, HoldState state,
                             MicroUsd taken, UnixMs now) {
  TRY_VOID(
      sql_.execute("UPDATE credit_holds SET state = ?, taken = ?, ended_at = ? "
                   "WHERE tenant_id = ? AND reference = ?",
                   {to_string(state), taken, now, tenant, reference}));
  return {};
}

Result<std::vector<HoldRow>> HoldsTable::open_before(UnixMs made_before, int count_max) {
  std::vector<HoldRow> holds;
  auto statement = std::string(hold_columns) +
                   "WHERE state = 'open' AND created_at < ? ORDER BY created_at LIMIT ?";
  TRY_VOID(sql_.query(statement, {made_before, count_max}, [&](const SqlRow& row) -> Result<void> {
    holds.push_back(to_hold(row));
    return {};
  }));
  return holds;
}

Result<MicroUsd> HoldsTable::sum_open(TenantId tenant, BudgetScope scope,
                                      std::string_view subject) {
  MicroUsd sum = 0;
  auto note_sum = [&](const SqlRow& row) -> Result<void> {
    sum = row.integer(0);
    return {};
  };
  std::string statement =
      "SELECT COALESCE(SUM(amount), 0) FROM credit_holds WHERE tenant_id = ? AND state = 'open'";
  if (scope == BudgetScope::tenant) {
    TRY_VOID(sql_.query(statement, {tenant}, note_sum));
    return sum;
  }
  statement += scope == BudgetScope::key ? " AND api_key_id = ?" : " AND agent_id = ?";
  TRY_VOID(sql_.query(statement, {tenant, subject}, note_sum));
  return sum;
}

Result<std::int64_t> HoldsTable::remove_ended(UnixMs made_before) {
  return sql_.execute(
      "DELETE FROM credit_holds WHERE state IN ('settled', 'released') AND created_at < ?",
      {made_before});
}

}  // namespace aiva::billing
