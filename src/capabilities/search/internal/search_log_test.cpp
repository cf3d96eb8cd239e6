#include "capabilities/search/internal/search_log.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "adapters/test_database/test_database.h"
#include "ports/testing/manual_clock.h"

namespace aiva::search {
namespace {

// Counts the writes that it passes on, and refuses those of the log's own thread that it is told
// to.
class CountingDatabase final : public Database {
 public:
  explicit CountingDatabase(Database& database) : database_(database) {}

  Task<Result<void>> run_read(CallContext context, Body body) override {
    return database_.run_read(std::move(context), std::move(body));
  }
  Task<Result<void>> run_write(CallContext context, Body body) override {
    ++writes_;
    if (std::this_thread::get_id() == tester_) {
      ++direct_;
    } else if (refused_ > 0) {
      --refused_;
      co_return fail(ErrorCode::unavailable, "The disk is full");
    }
    auto writing = database_.run_write(context, std::move(body));
    co_return co_await std::move(writing);
  }

  void refuse(int writes) { refused_ = writes; }
  [[nodiscard]] int writes() const { return writes_; }
  // Those begun by the thread of the test.
  [[nodiscard]] int direct() const { return direct_; }

 private:
  Database& database_;
  std::atomic<int> writes_ = 0;
  std::atomic<int> refused_ = 0;
  std::atomic<int> direct_ = 0;
  std::thread::id tester_ = std::this_thread::get_id();
};

class SearchLogTest : public ::testing::Test {
 protected:
  void record(int count) {
    for (int i = 0; i < count; ++i)
      sync_wait(log_->record({.id = Uuid::make(),
                              .tenant = tenant_,
                              .knowledge_base = KnowledgeBaseId::make(),
                              .query = "refunds",
                              .base_cost = 500}));
  }

  // Ends the log.
  std::int64_t written() {
    log_.reset();
    return rows();
  }

  std::int64_t rows() {
    std::int64_t count = 0;
    auto select = [&count](SqlSession& sql) {
      return sql.query("SELECT COUNT(*) FROM knowledge_searches", {},
                       [&count](const SqlRow& row) -> Result<void> {
                         count = row.integer(0);
                         return {};
                       });
    };
    EXPECT_TRUE(sync_wait(read(*rows_, {}, select)));
    return count;
  }

  static void wait_until(const std::function<bool()>& is_so) {
    auto begin = std::chrono::steady_clock::now();
    while (!is_so() && std::chrono::steady_clock::now() - begin < std::chrono::minutes(1))
      std::this_thread::yield();
  }

  std::int64_t balance() {
    return sync_wait(billing_->balance({.tenant = tenant_}, tenant_)).value().available;
  }

  TestDatabase rows_;
  CountingDatabase database_{*rows_};
  ManualClock clock_;
  Metrics metrics_;
  TenantId tenant_ = rows_.add_tenant();
  std::unique_ptr<billing::Billing> billing_ = billing::make_billing(*rows_, clock_, {});
  std::optional<SearchLog> log_{std::in_place, database_, *billing_, metrics_, 10'000};
};

TEST_F(SearchLogTest, writes_all_searches_of_an_interval_in_one_group) {
  auto begin = std::chrono::steady_clock::now();

  record(400);

  EXPECT_EQ(written(), 400);
  auto intervals = (std::chrono::steady_clock::now() - begin) / SearchLog::group_interval;
  EXPECT_LE(database_.writes(), intervals + 2) << "one at once, one at the end";
  EXPECT_EQ(balance(), -400 * 600);
  EXPECT_TRUE(sync_wait(billing_->verify({})));
}

TEST_F(SearchLogTest, writes_the_first_search_at_once) {
  record(1);

  wait_until([this] { return database_.writes() > 0; });

  EXPECT_EQ(database_.writes(), 1);
  EXPECT_EQ(written(), 1);
}

TEST_F(SearchLogTest, charges_once_what_it_has_to_write_again) {
  database_.refuse(2);

  record(3);

  EXPECT_EQ(written(), 3);
  EXPECT_EQ(balance(), -3 * 600);
}

TEST_F(SearchLogTest, writes_what_filled_its_queue_once_another_was_written) {
  log_.emplace(database_, *billing_, metrics_, 1);
  database_.refuse(1);
  record(1);
  wait_until([this] { return database_.writes() > 0; });

  int recorded = 1;
  for (; database_.direct() == 0; ++recorded) record(1);

  auto lost = [this] {
    return metrics_.to_prometheus_text().contains("records_lost_total 1") ? 1 : 0;
  };
  wait_until([&] { return rows() + lost() >= recorded; });
  EXPECT_EQ(rows() + lost(), recorded) << "before the log ends";
}

TEST_F(SearchLogTest, counts_what_it_cannot_write) {
  database_.refuse(1'000);

  record(2);

  EXPECT_EQ(written(), 0);
  EXPECT_EQ(balance(), 0);
  EXPECT_NE(metrics_.to_prometheus_text().find("aiva_search_records_lost_total 2"),
            std::string::npos);
}

}  // namespace
}  // namespace aiva::search
