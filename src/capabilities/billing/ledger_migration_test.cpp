#include <gtest/gtest.h>

#include "adapters/schema/migrate.h"
#include "adapters/sqlite/sqlite_database.h"
#include "capabilities/billing/billing.h"
#include "ports/testing/manual_clock.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::billing {
namespace {

constexpr int ledger_version = 65;

TEST(LedgerMigration, makes_postings_of_what_was_written_before) {
  TemporaryFolder folder;
  ManualClock clock;
  auto database = make_sqlite_database({.path = folder.path() / "rows.db"}).value();
  std::vector<Migration> before;
  for (const auto& migration : embedded_migrations())
    if (migration.version < ledger_version) before.push_back(migration);
  ASSERT_TRUE(sync_wait(migrate(*database, before)));
  auto tenant = TenantId::make();
  ASSERT_TRUE(sync_wait(write(*database, {}, [&](SqlSession& sql) -> Result<void> {
    constexpr std::string_view entry =
        "INSERT INTO credit_transactions (id, tenant_id, type, amount, balance_before, "
        "balance_after, operation, reference, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)";
    TRY_VOID(
        sql.execute("INSERT INTO tenants (id, name, created_at, updated_at) "
                    "VALUES (?, 'Old', 0, 0)",
                    {tenant}));
    TRY_VOID(sql.execute(entry, {"a", tenant, "add", 1000, 0, 1000, "add", "a"}));
    TRY_VOID(sql.execute(entry, {"b", tenant, "deduct", 300, 1000, 700, "search", "b"}));
    TRY_VOID(
        sql.execute("INSERT INTO credit_accounts (tenant_id, balance, updated_at) "
                    "VALUES (?, 700, 0)",
                    {tenant}));
    return {};
  })));

  ASSERT_TRUE(sync_wait(migrate(*database)));

  auto billing = make_billing(*database, clock, {});
  EXPECT_TRUE(sync_wait(billing->verify({})));
  EXPECT_EQ(sync_wait(billing->balance({}, tenant)).value().available, 700);
  auto entries = sync_wait(billing->history({}, tenant, 10, 0)).value().entries;
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].from_account + ">" + entries[0].to_account, "credit>revenue");
  EXPECT_EQ(entries[1].from_account + ">" + entries[1].to_account, "added>credit");
  auto repeated = sync_wait(write(*database, {}, [&](SqlSession& sql) {
    return billing->charge(sql, tenant, {"search", "b", 250});
  }));
  EXPECT_EQ(repeated.value(), 0);
}

}  // namespace
}  // namespace aiva::billing
