#include "capabilities/idempotency/idempotency.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "adapters/test_database/test_database.h"
#include "ports/testing/manual_clock.h"

namespace aiva::idempotency {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class IdempotencyTest : public testing::Test {
 protected:
  KeyUse use(std::string request_hash = "h1") const {
    return {.tenant = tenant,
            .caller = "user 1",
            .method = "POST",
            .path = "/api/things",
            .key = "k1",
            .request_hash = std::move(request_hash)};
  }
  Result<Decision> begin(KeyUse use) { return sync_wait(keys->begin({}, std::move(use))); }
  Claim claim_of(const Result<Decision>& decision) {
    EXPECT_TRUE(decision && std::holds_alternative<First>(*decision));
    return decision ? std::get<First>(*decision).claim : Claim{};
  }
  void end(const Claim& claim, Ending ending, KeptAnswer answer = {}) {
    EXPECT_TRUE(sync_wait(keys->end(claim, ending, std::move(answer))));
  }
  std::int64_t rows() {
    std::int64_t count = 0;
    auto counted = sync_wait(read(*database, {}, [&count](SqlSession& sql) -> Result<void> {
      return sql.query("SELECT COUNT(*) FROM idempotency_keys", {},
                       [&count](const SqlRow& row) -> Result<void> {
                         count = row.integer(0);
                         return {};
                       });
    }));
    EXPECT_TRUE(counted);
    return count;
  }

  TestDatabase database;
  ManualClock clock;
  TenantId tenant = database.add_tenant();
  std::unique_ptr<Idempotency> keys =
      make_idempotency(*database, clock, {.body_bytes_max = 100, .keys_per_tenant_max = 3});
};

TEST_F(IdempotencyTest, gives_the_kept_answer_again) {
  auto claim = claim_of(begin(use()));
  end(claim, Ending::kept,
      {.status = 201,
       .content_type = "text/x",
       .headers = {{"Location", "/a\"b"}},
       .body = std::string("a\0b", 3)});

  auto again = begin(use());

  ASSERT_TRUE(again && std::holds_alternative<Repeat>(*again));
  const auto& answer = std::get<Repeat>(*again).answer;
  EXPECT_EQ(answer.status, 201);
  EXPECT_EQ(answer.content_type, "text/x");
  ASSERT_EQ(answer.headers.size(), 1U);
  EXPECT_EQ(answer.headers[0].second, "/a\"b");
  EXPECT_EQ(answer.body, std::string("a\0b", 3));
}

TEST_F(IdempotencyTest, refuses_a_key_for_another_request) {
  end(claim_of(begin(use("h1"))), Ending::kept, {.body = "x"});

  auto other = begin(use("h2"));

  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, ErrorCode::invalid);
  EXPECT_EQ(other.error().details.at(0).field, "Idempotency-Key");
}

TEST_F(IdempotencyTest, keeps_keys_of_tenants_callers_and_paths_apart) {
  end(claim_of(begin(use())), Ending::kept, {.body = "secret"});
  auto neighbour = use();
  neighbour.tenant = database.add_tenant("Other");
  auto colleague = use();
  colleague.caller = "user 2";
  auto path = use();
  path.path = "/api/others";
  auto method = use();
  method.method = "PUT";
  // The parts of a scope must not run into each other.
  auto shifted = use();
  shifted.path = "/api/thing";
  shifted.key = "sk1";

  for (const auto& each : {neighbour, colleague, path, method, shifted}) claim_of(begin(each));
}

TEST_F(IdempotencyTest, has_repetitions_wait_until_the_lease_of_a_dead_process_ends) {
  auto dead = claim_of(begin(use()));

  auto early = begin(use());
  clock.advance(seconds(58));
  auto late = begin(use());
  clock.advance(seconds(3));
  auto next = claim_of(begin(use()));
  end(dead, Ending::kept, {.body = "of the dead"});
  auto third = begin(use());
  end(next, Ending::kept, {.body = "of the living"});
  auto fourth = begin(use());

  EXPECT_EQ(early.error().code, ErrorCode::conflict);
  EXPECT_EQ(early.error().retry_after_s, 5);
  EXPECT_EQ(late.error().retry_after_s, 2);
  EXPECT_EQ(third.error().code, ErrorCode::conflict);
  ASSERT_TRUE(fourth);
  EXPECT_EQ(std::get<Repeat>(*fourth).answer.body, "of the living");
}

TEST_F(IdempotencyTest, frees_the_key_of_a_request_that_failed) {
  end(claim_of(begin(use("h1"))), Ending::undone);

  claim_of(begin(use("h2")));
}

TEST_F(IdempotencyTest, never_runs_twice_what_it_cannot_answer_again) {
  end(claim_of(begin(use())), Ending::unkept);
  auto large = use();
  large.key = "k2";
  end(claim_of(begin(large)), Ending::kept, {.body = std::string(101, 'x')});

  auto again = begin(use());
  auto large_again = begin(large);

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::conflict);
  EXPECT_EQ(again.error().retry_after_s, 0);
  EXPECT_EQ(large_again.error().code, ErrorCode::conflict);
}

TEST_F(IdempotencyTest, forgets_after_a_day) {
  end(claim_of(begin(use("h1"))), Ending::kept, {.body = "x"});
  clock.advance(hours(23));
  ASSERT_TRUE(begin(use("h1")));
  EXPECT_EQ(sync_wait(keys->remove_expired({})).value(), 0);
  clock.advance(hours(1));

  claim_of(begin(use("h2")));
  clock.advance(hours(24));

  EXPECT_EQ(sync_wait(keys->remove_expired({})).value(), 1);
  EXPECT_EQ(rows(), 0);
}

TEST_F(IdempotencyTest, bounds_the_keys_of_a_tenant) {
  for (int i = 0; i < 5; ++i) {
    auto each = use();
    each.key = "k" + std::to_string(i);
    end(claim_of(begin(each)), Ending::kept, {.body = "x"});
    clock.advance(seconds(1));
  }

  EXPECT_EQ(sync_wait(keys->remove_expired({})).value(), 2);

  auto oldest = use();
  oldest.key = "k0";
  auto newest = use();
  newest.key = "k4";
  claim_of(begin(oldest));
  EXPECT_TRUE(std::holds_alternative<Repeat>(begin(newest).value()));
}

TEST_F(IdempotencyTest, frees_what_died_with_a_process_that_was_alone) {
  claim_of(begin(use()));
  auto done = use();
  done.key = "k2";
  end(claim_of(begin(done)), Ending::kept, {.body = "x"});

  EXPECT_EQ(sync_wait(keys->release_running({})).value(), 1);

  claim_of(begin(use()));
  EXPECT_TRUE(std::holds_alternative<Repeat>(begin(done).value()));
}

TEST_F(IdempotencyTest, lets_one_of_many_run) {
  auto second_process = make_idempotency(*database, clock);
  std::atomic<int> runs = 0;
  std::atomic<int> waits = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      auto& mine = i % 2 == 0 ? *keys : *second_process;
      auto decision = sync_wait(mine.begin({}, use()));
      if (decision && std::holds_alternative<First>(*decision)) ++runs;
      if (!decision && decision.error().code == ErrorCode::conflict) ++waits;
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(runs, 1);
  EXPECT_EQ(waits, 7);
}

}  // namespace
}  // namespace aiva::idempotency
