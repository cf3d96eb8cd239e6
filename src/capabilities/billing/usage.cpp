#include "capabilities/billing/usage.h"

#include "capabilities/billing/internal/make_usage.h"
#include "capabilities/billing/internal/usage_table.h"

namespace aiva::billing {
namespace {

constexpr UnixMs day_ms = 24LL * 3600 * 1000;
constexpr int days_max = 366;
constexpr int rows_max = 20'000;
constexpr std::int64_t entries_max = 5000;  // summed up in one transaction

class LedgerUsage final : public Usage {
 public:
  explicit LedgerUsage(Database& database) : database_(database) {}

  Task<Result<std::vector<UsageRow>>> report(CallContext context, TenantId tenant,
                                             UsageQuery query) override {
    query.from -= query.from % day_ms;
    query.until += day_ms - query.until % day_ms;
    if (query.until <= query.from)
      co_return fail(invalid_field("to", "must not be before the first day"));
    if (query.until - query.from > days_max * day_ms)
      co_return fail(invalid_field("to", "must be at most 366 days after the first day"));
    auto body = [&](SqlSession& sql) {
      return UsageTable(sql).report(tenant, query, rows_max + 1);
    };
    auto rows = co_await read(database_, context, body);
    if (rows && rows->size() > rows_max)
      co_return fail(ErrorCode::too_large,
                     "The report has more than 20,000 rows; ask for fewer days or divisions");
    co_return rows;
  }

  Task<Result<std::int64_t>> add_up(CallContext context) override {
    std::int64_t sum = 0;
    auto body = [](SqlSession& sql) { return UsageTable(sql).add_up(entries_max); };
    for (std::int64_t count = entries_max; count == entries_max; sum += count) {
      auto step = co_await write(database_, context, body);
      if (!step) co_return fail(std::move(step.error()));
      count = *step;
    }
    co_return sum;
  }

 private:
  Database& database_;
};

}  // namespace

std::unique_ptr<Usage> make_usage(Database& database) {
  return std::make_unique<LedgerUsage>(database);
}

}  // namespace aiva::billing
