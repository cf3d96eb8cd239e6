#include "capabilities/campaigns/internal/do_not_call_table.h"

#include <string>
#include <utility>

#include "capabilities/campaigns/internal/contacts_table.h"

namespace aiva::campaigns {

Result<bool> DoNotCallTable::has(TenantId tenant, std::string_view number) {
  bool is_found = false;
  TRY_VOID(sql_.query("SELECT 1 FROM do_not_call WHERE tenant_id = ? AND digits = ?",
                      {tenant, digits_of(number)}, [&is_found](const SqlRow&) -> Result<void> {
                        is_found = true;
                        return {};
                      }));
  return is_found;
}

Result<void> DoNotCallTable::insert(TenantId tenant, const DoNotCallEntry& entry) {
  TRY_VOID(
      sql_.execute("INSERT INTO do_not_call (id, tenant_id, number, digits, reason, source, "
                   "created_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                   {entry.id, tenant, entry.number, digits_of(entry.number), entry.reason,
                    entry.source, entry.created_at}));
  return {};
}

Result<DoNotCallPage> DoNotCallTable::page(TenantId tenant, const DoNotCallFilter& filter) {
  auto digits = digits_of(filter.number);
  DoNotCallPage page;
  TRY_VOID(
      sql_.query("SELECT COUNT(*) FROM do_not_call WHERE tenant_id = ? AND (? = '' OR digits = ?)",
                 {tenant, digits, digits}, [&page](const SqlRow& row) -> Result<void> {
                   page.total = row.integer(0);
                   return {};
                 }));
  auto after = filter.after.value_or(before_newest);
  auto offset = filter.after ? 0 : std::int64_t{filter.page - 1} * filter.limit;
  TRY_VOID(
      sql_.query("SELECT id, number, reason, source, created_at FROM do_not_call "
                 "WHERE tenant_id = ? AND (? = '' OR digits = ?) AND (created_at, id) < (?, ?) "
                 "ORDER BY created_at DESC, id DESC LIMIT ? OFFSET ?",
                 {tenant, digits, digits, after.key, after.id, filter.limit, offset},
                 [&page](const SqlRow& row) -> Result<void> {
                   page.items.push_back({.id = row.id<DoNotCallId>(0),
                                         .number = std::string(row.text(1)),
                                         .reason = std::string(row.text(2)),
                                         .source = std::string(row.text(3)),
                                         .created_at = row.integer(4)});
                   return {};
                 }));
  return page;
}

Result<std::int64_t> DoNotCallTable::count(TenantId tenant) {
  std::int64_t count = 0;
  TRY_VOID(sql_.query("SELECT COUNT(*) FROM do_not_call WHERE tenant_id = ?", {tenant},
                      [&count](const SqlRow& row) -> Result<void> {
                        count = row.integer(0);
                        return {};
                      }));
  return count;
}

Result<bool> DoNotCallTable::remove(TenantId tenant, std::string_view number, std::string_view id) {
  TRY(auto removed,
      sql_.execute("DELETE FROM do_not_call WHERE tenant_id = ? AND ((? <> '' AND digits = ?) OR "
                   "id = ?)",
                   {tenant, digits_of(number), digits_of(number), id}));
  return removed > 0;
}

}  // namespace aiva::campaigns
