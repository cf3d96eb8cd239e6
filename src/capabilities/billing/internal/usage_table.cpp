#include "capabilities/billing/internal/usage_table.h"

#include <string>
#include <utility>

namespace aiva::billing {
namespace {

// What an entry of the ledger adds to the sums of its day.
constexpr std::string_view ledger_measures =
    "CASE type WHEN 'deduct' THEN 1 ELSE 0 END AS charges, "
    "CASE type WHEN 'refund' THEN 1 ELSE 0 END AS refunds, "
    "CASE type WHEN 'deduct' THEN base ELSE -base END AS base, "
    "CASE type WHEN 'deduct' THEN amount ELSE -amount END AS amount "
    "FROM credit_transactions WHERE type IN ('deduct', 'refund') ";

constexpr std::string_view ledger_divisions =
    "created_at - created_at % 86400000 AS day, operation, model, "
    "COALESCE(agent_id, '') AS agent_id, COALESCE(api_key_id, '') AS api_key_id, ";

constexpr std::string_view sums = "SUM(charges), SUM(refunds), SUM(base), SUM(amount) FROM (";

// Parameters: tenant, first day, end of the last day, tenant, progress, first day, end.
std::string all_entries() {
  return std::string(
             "SELECT day, operation, model, agent_id, api_key_id, charges, refunds, base, "
             "amount FROM credit_usage WHERE tenant_id = ? AND day >= ? AND day < ? "
             "UNION ALL SELECT ")
      .append(ledger_divisions)
      .append(ledger_measures)
      .append("AND tenant_id = ? AND sequence > ? AND created_at >= ? AND created_at < ?) AS used");
}

// The divisions as columns, a constant where the report is not divided by one.
std::string divisions_of(const UsageGrouping& grouping, std::string& names) {
  std::string columns;
  auto add = [&](bool is_wanted, std::string_view name, std::string_view otherwise) {
    columns.append(is_wanted ? name : otherwise).append(", ");
    if (is_wanted) names.append(names.empty() ? "" : ", ").append(name);
  };
  add(grouping.by_day, "day", "0");
  add(grouping.by_operation, "operation", "''");
  add(grouping.by_model, "model", "''");
  add(grouping.by_agent, "agent_id", "''");
  add(grouping.by_key, "api_key_id", "''");
  return columns;
}

UsageRow to_row(const SqlRow& row, int first) {
  return {.day = row.integer(first),
          .operation = std::string(row.text(first + 1)),
          .model = std::string(row.text(first + 2)),
          .agent = std::string(row.text(first + 3)),
          .key = std::string(row.text(first + 4)),
          .charges = row.integer(first + 5),
          .refunds = row.integer(first + 6),
          .base = row.integer(first + 7),
          .amount = row.integer(first + 8)};
}

}  // namespace

Result<std::int64_t> UsageTable::progress() {
  std::int64_t sequence = 0;
  TRY_VOID(sql_.query("SELECT sequence FROM credit_usage_progress WHERE id = 1", {},
                      [&](const SqlRow& row) -> Result<void> {
                        sequence = row.integer(0);
                        return {};
                      }));
  return sequence;
}

Result<std::vector<UsageRow>> UsageTable::report(TenantId tenant, const UsageQuery& query,
                                                 int rows_max) {
  TRY(auto summed_up, progress());
  std::string names;
  auto statement = "SELECT " + divisions_of(query.grouping, names);
  statement.append(sums).append(all_entries());
  if (!names.empty()) statement += " GROUP BY " + names + " ORDER BY " + names;
  statement += " LIMIT ?";
  std::vector<UsageRow> rows;
  TRY_VOID(sql_.query(
      statement,
      {tenant, query.from, query.until, tenant, summed_up, query.from, query.until, rows_max},
      [&](const SqlRow& row) -> Result<void> {
        if (!row.is_null(5)) rows.push_back(to_row(row, 0));
        return {};
      }));
  return rows;
}

Result<MicroUsd> UsageTable::spent_since(TenantId tenant, BudgetScope scope,
                                         std::string_view subject, UnixMs day) {
  TRY(auto summed_up, progress());
  constexpr UnixMs never = INT64_MAX;
  auto statement = std::string("SELECT COALESCE(SUM(amount), 0) FROM (").append(all_entries());
  MicroUsd spent = 0;
  auto note = [&](const SqlRow& row) -> Result<void> {
    spent = row.integer(0);
    return {};
  };
  if (scope == BudgetScope::tenant) {
    TRY_VOID(sql_.query(statement, {tenant, day, never, tenant, summed_up, day, never}, note));
    return spent;
  }
  statement += scope == BudgetScope::key ? " WHERE api_key_id = ?" : " WHERE agent_id = ?";
  TRY_VOID(
      sql_.query(statement, {tenant, day, never, tenant, summed_up, day, never, subject}, note));
  return spent;
}

Result<std::int64_t> UsageTable::end_of_old(UnixMs made_before, std::int64_t entries_max) {
  TRY(auto from, progress());
  std::int64_t newest = 0;
  bool is_old = true;
  TRY_VOID(
      sql_.query("SELECT sequence, created_at FROM credit_transactions WHERE sequence > ? "
                 "ORDER BY sequence LIMIT ?",
                 {from, entries_max}, [&](const SqlRow& row) -> Result<void> {
                   is_old = is_old && row.integer(1) < made_before;
                   if (is_old) newest = row.integer(0);
                   return {};
                 }));
  return newest;
}

Result<std::int64_t> UsageTable::add_up(std::int64_t newest) {
  TRY(auto from, progress());
  std::int64_t count = 0;
  TRY_VOID(
      sql_.query("SELECT COUNT(*) FROM credit_transactions WHERE sequence > ? AND sequence <= ?",
                 {from, newest}, [&](const SqlRow& row) -> Result<void> {
                   count = row.integer(0);
                   return {};
                 }));
  if (count == 0) return count;
  std::vector<std::pair<TenantId, UsageRow>> added;
  auto statement = std::string("SELECT tenant_id, day, operation, model, agent_id, api_key_id, ")
                       .append(sums)
                       .append("SELECT tenant_id, ")
                       .append(ledger_divisions)
                       .append(ledger_measures)
                       .append(
                           "AND sequence > ? AND sequence <= ?) AS used "
                           "GROUP BY tenant_id, day, operation, model, agent_id, api_key_id");
  TRY_VOID(sql_.query(statement, {from, newest}, [&](const SqlRow& row) -> Result<void> {
    added.emplace_back(row.id<TenantId>(0), to_row(row, 1));
    return {};
  }));
  for (const auto& [tenant, row] : added) TRY_VOID(add(tenant, row));
  TRY_VOID(sql_.execute("UPDATE credit_usage_progress SET sequence = ? WHERE id = 1", {newest}));
  return count;
}

Result<void> UsageTable::add(TenantId tenant, const UsageRow& row) {
  TRY(auto changed,
      sql_.execute("UPDATE credit_usage SET charges = charges + ?, refunds = refunds + ?, "
                   "base = base + ?, amount = amount + ? WHERE tenant_id = ? AND day = ? "
                   "AND operation = ? AND model = ? AND agent_id = ? AND api_key_id = ?",
                   {row.charges, row.refunds, row.base, row.amount, tenant, row.day, row.operation,
                    row.model, row.agent, row.key}));
  if (changed > 0) return {};
  TRY_VOID(sql_.execute(
      "INSERT INTO credit_usage (charges, refunds, base, amount, tenant_id, day, operation, model, "
      "agent_id, api_key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      {row.charges, row.refunds, row.base, row.amount, tenant, row.day, row.operation, row.model,
       row.agent, row.key}));
  return {};
}

}  // namespace aiva::billing
