#include "capabilities/billing/internal/journal_table.h"

#include <string>

#include "foundation/ids.h"

namespace aiva::billing {
namespace {

constexpr std::string_view insert_entry =
    "INSERT INTO credit_transactions (id, tenant_id, type, amount, balance_before, balance_after, "
    "operation, reference, note, details, created_at, from_account, to_account, base, model, "
    "agent_id, api_key_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

constexpr std::string_view entry_columns =
    "SELECT sequence, id, type, amount, base, balance_before, balance_after, operation, reference, "
    "from_account, to_account, model, agent_id, api_key_id, note, created_at "
    "FROM credit_transactions ";

LedgerEntry to_entry(const SqlRow& row) {
  return {.sequence = row.integer(0),
          .id = std::string(row.text(1)),
          .type = std::string(row.text(2)),
          .amount = row.integer(3),
          .base = row.integer(4),
          .balance_before = row.integer(5),
          .balance_after = row.integer(6),
          .operation = std::string(row.text(7)),
          .reference = std::string(row.text(8)),
          .from_account = std::string(row.text(9)),
          .to_account = std::string(row.text(10)),
          .model = std::string(row.text(11)),
          .agent = AgentId::parse(row.text(12)),
          .key = ApiKeyId::parse(row.text(13)),
          .note = std::string(row.text(14)),
          .created_at = row.integer(15)};
}

}  // namespace

std::string_view to_string(Account account) {
  switch (account) {
    case Account::credit: return "credit";
    case Account::revenue: return "revenue";
    case Account::added: return "added";
    case Account::promotion: return "promotion";
    case Account::adjustment: return "adjustment";
  }
  return "";
}

// The unique index says what is a repetition, so that a new entry costs one statement.
Result<bool> JournalTable::append(TenantId tenant, const Posting& posting, MicroUsd balance_before,
                                  UnixMs now) {
  auto inserted = sql_.execute(
      insert_entry,
      {Id<LedgerEntry>::make(), tenant, posting.type, posting.amount, balance_before,
       balance_before + posting.change(), posting.operation, posting.reference, posting.note,
       posting.details, now, to_string(posting.from), to_string(posting.to), posting.base,
       posting.model, posting.agent, posting.key});
  if (inserted) return true;
  if (inserted.error().code != ErrorCode::conflict) return fail(std::move(inserted.error()));
  TRY(bool is_repeated, has(tenant, posting));
  if (is_repeated) return false;
  return fail(std::move(inserted.error()));
}

Result<bool> JournalTable::has(TenantId tenant, const Posting& posting) {
  bool is_there = false;
  TRY_VOID(
      sql_.query("SELECT 1 FROM credit_transactions WHERE tenant_id = ? AND operation = ? "
                 "AND reference = ? AND type = ?",
                 {tenant, posting.operation, posting.reference, posting.type},
                 [&](const SqlRow&) -> Result<void> {
                   is_there = true;
                   return {};
                 }));
  return is_there;
}

Result<std::optional<LedgerEntry>> JournalTable::find_charge(TenantId tenant,
                                                             std::string_view operation,
                                                             std::string_view reference) {
  std::optional<LedgerEntry> found;
  auto statement = std::string(entry_columns) +
                   "WHERE tenant_id = ? AND operation = ? AND reference = ? AND type = 'deduct'";
  TRY_VOID(
      sql_.query(statement, {tenant, operation, reference}, [&](const SqlRow& row) -> Result<void> {
        found = to_entry(row);
        return {};
      }));
  return found;
}

Result<bool> JournalTable::has_added(TenantId tenant, std::string_view reference) {
  bool is_there = false;
  TRY_VOID(
      sql_.query("SELECT 1 FROM credit_transactions WHERE tenant_id = ? AND operation = 'add' "
                 "AND reference = ? AND type = 'add'",
                 {tenant, reference}, [&](const SqlRow&) -> Result<void> {
                   is_there = true;
                   return {};
                 }));
  return is_there;
}

Result<LedgerPage> JournalTable::page(TenantId tenant, int limit, std::int64_t offset) {
  LedgerPage page;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM credit_transactions WHERE tenant_id = ?", {tenant},
                      [&](const SqlRow& row) -> Result<void> {
                        page.total = row.integer(0);
                        return {};
                      }));
  auto statement =
      std::string(entry_columns) + "WHERE tenant_id = ? ORDER BY sequence DESC LIMIT ? OFFSET ?";
  TRY_VOID(sql_.query(statement, {tenant, limit, offset}, [&](const SqlRow& row) -> Result<void> {
    page.entries.push_back(to_entry(row));
    return {};
  }));
  return page;
}

Result<std::vector<LedgerEntry>> JournalTable::before(TenantId tenant, int limit,
                                                      std::int64_t before) {
  std::vector<LedgerEntry> entries;
  auto statement = std::string(entry_columns) +
                   "WHERE tenant_id = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?";
  TRY_VOID(sql_.query(statement, {tenant, before, limit}, [&](const SqlRow& row) -> Result<void> {
    entries.push_back(to_entry(row));
    return {};
  }));
  return entries;
}

}  // namespace aiva::billing
