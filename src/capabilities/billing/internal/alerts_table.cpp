#include "capabilities/billing/internal/alerts_table.h"

namespace aiva::billing {

Result<void> AlertsTable::insert(TenantId tenant, const Alert& alert) {
  TRY_VOID(
      sql_.execute("INSERT INTO credit_alerts (id, tenant_id, type, budget_id, percent, "
                   "amount, threshold, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                   {alert.id, tenant, alert.type, alert.budget, alert.percent, alert.amount,
                    alert.threshold, alert.created_at}));
  return {};
}

Result<std::vector<Alert>> AlertsTable::page(TenantId tenant, int limit, std::int64_t before) {
  std::vector<Alert> alerts;
  TRY_VOID(sql_.query(
      "SELECT sequence, id, type, budget_id, percent, amount, threshold, created_at "
      "FROM credit_alerts WHERE tenant_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?",
      {tenant, before, limit}, [&](const SqlRow& row) -> Result<void> {
        alerts.push_back({.sequence = row.integer(0),
                          .id = std::string(row.text(1)),
                          .type = std::string(row.text(2)),
                          .budget = BudgetId::parse(row.text(3)),
                          .percent = static_cast<int>(row.integer(4)),
                          .amount = row.integer(5),
                          .threshold = row.integer(6),
                          .created_at = row.integer(7)});
        return {};
      }));
  return alerts;
}

}  // namespace aiva::billing
