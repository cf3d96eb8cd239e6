#include "capabilities/billing/usage.h"

#include "capabilities/billing/internal/make_usage.h"
#include "capabilities/billing/internal/usage_table.h"

namespace aiva::billing {
namespace {

using std::chrono::milliseconds;

constexpr UnixMs day_ms = 24LL * 3600 * 1000;
constexpr int days_max = 366;
constexpr int rows_max = 20'000;
constexpr std::int64_t entries_max = 5000;  // summed up in one transaction

class LedgerUsage final : public Usage {
 public:
  LedgerUsage(Database& database, const Clock& clock) : database_(database), clock_(clock) {}

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
    auto made_before = clock_.unix_ms() - milliseconds(summed_up_after).count();
    std::int64_t sum = 0;
    for (std::int64_t count = entries_max; count == entries_max; sum += count) {
      auto finding = read_latest(database_, context, [made_before](SqlSession& sql) {
        return UsageTable(sql).end_of_old(made_before, entries_max);
      });
      CO_TRY(auto newest, co_await std::move(finding));
      if (newest == 0) break;
      auto adding = write(database_, context,
                          [newest](SqlSession& sql) { return UsageTable(sql).add_up(newest); });
      CO_TRY(count, co_await std::move(adding));
    }
    co_return sum;
  }

 private:
  Database& database_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<Usage> make_usage(Database& database, const Clock& clock) {
  return std::make_unique<LedgerUsage>(database, clock);
}

}  // namespace aiva::billing
