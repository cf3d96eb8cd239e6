#include "adapters/shopify/internal/shop_pace.h"

#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "ports/testing/manual_pause.h"

namespace aiva::shopify {
namespace {

using std::chrono::milliseconds;

class ShopPaceTest : public ::testing::Test {
 protected:
  // Nobody is left waiting.
  void TearDown() override {
    turns_.clear();
    turns_.resize(waiting_places_max);
    pause_.pass(std::chrono::seconds(60));
  }
  // Asks for a turn; it is in `turns_` once it came.
  std::size_t ask(double cost) {
    auto place = turns_.size();
    turns_.emplace_back();
    start(ShopPace::take_points(pace_, {}, cost),
          [this, place](std::exception_ptr, std::optional<Result<ShopPace::Turn>> turn) {
            if (turn && *turn) turns_[place].emplace(std::move(**turn));
          });
    return place;
  }
  void end(std::size_t place, double actual, double available) {
    turns_[place]->end(PointsStatus{.requested = actual,
                                    .actual = actual,
                                    .maximum = 2000,
                                    .available = available,
                                    .restored_per_s = 100});
  }
  // The shop has that much.
  void learn(double available) {
    auto place = ask(1);
    end(place, 1, available);
  }

  static constexpr std::size_t waiting_places_max = 16;
  ManualClock clock_;
  ManualPause pause_{clock_};
  Metrics metrics_;
  ShopPaces paces_{pause_.pause(), clock_, metrics_};
  std::shared_ptr<ShopPace> pace_ = paces_.of("a.myshopify.com");
  std::vector<std::optional<ShopPace::Turn>> turns_;
};

TEST_F(ShopPaceTest, lets_through_what_the_shop_has_points_for) {
  EXPECT_FALSE(pace_->knows_points());
  learn(1500);
  EXPECT_TRUE(pace_->knows_points());

  auto first = ask(977);
  auto second = ask(977);  // 454 are missing
  EXPECT_TRUE(turns_[first]);
  pause_.pass(milliseconds(4000));
  EXPECT_FALSE(turns_[second]);
  pause_.pass(milliseconds(700));
  EXPECT_TRUE(turns_[second]);
}

TEST_F(ShopPaceTest, gets_back_what_a_query_did_not_cost) {
  learn(1000);
  auto first = ask(977);
  auto second = ask(900);
  EXPECT_FALSE(turns_[second]);

  end(first, 50, 950);
  pause_.pass(milliseconds(1100));

  EXPECT_TRUE(turns_[second]);
}

TEST_F(ShopPaceTest, counts_what_is_on_its_way_as_spent) {
  learn(2000);
  auto first = ask(900);
  auto second = ask(900);
  ASSERT_TRUE(turns_[first] && turns_[second]);

  // The shop did not see the second one yet.
  end(first, 100, 1900);
  auto third = ask(1000);
  EXPECT_TRUE(turns_[third]);
  auto fourth = ask(200);
  EXPECT_FALSE(turns_[fourth]);
}

TEST_F(ShopPaceTest, does_not_believe_an_older_answer_that_comes_late) {
  learn(2000);
  auto first = ask(900);
  auto second = ask(900);
  end(second, 900, 200);
  end(first, 900, 1100);  // as it was before the second

  auto third = ask(300);
  EXPECT_FALSE(turns_[third]);
  pause_.pass(milliseconds(1200));
  EXPECT_TRUE(turns_[third]);
}

TEST_F(ShopPaceTest, keeps_the_order_of_those_who_wait) {
  learn(10);
  auto dear = ask(900);
  auto cheap = ask(5);
  EXPECT_FALSE(turns_[cheap]);

  pause_.pass(milliseconds(9200));

  EXPECT_TRUE(turns_[dear]);
  EXPECT_TRUE(turns_[cheap]);
}

TEST_F(ShopPaceTest, takes_a_query_whose_answer_was_lost_for_spent) {
  learn(1000);
  auto lost = ask(900);
  turns_[lost].reset();

  auto next = ask(300);
  EXPECT_FALSE(turns_[next]);
  pause_.pass(milliseconds(2100));
  EXPECT_TRUE(turns_[next]);
}

TEST_F(ShopPaceTest, believes_no_nonsense) {
  auto place = ask(1);
  turns_[place]->end(PointsStatus{.requested = 1e300,
                                  .actual = -1e300,
                                  .maximum = -5,
                                  .available = 1e300,
                                  .restored_per_s = 0});

  auto next = ask(500);
  pause_.pass(milliseconds(50));
  EXPECT_TRUE(turns_[next]);
}

TEST_F(ShopPaceTest, sends_two_requests_of_rest_a_second_and_more_where_the_shop_allows_it) {
  int sent = 0;
  auto send = [this, &sent] {
    start(pace_->take_request({}), [&sent](std::exception_ptr, std::optional<Result<void>> turn) {
      if (turn && *turn) ++sent;
    });
  };
  for (int i = 0; i < 10; ++i) send();
  EXPECT_EQ(sent, 1);
  pause_.pass(milliseconds(2100));
  EXPECT_EQ(sent, 5);
  pause_.pass(milliseconds(5000));
  EXPECT_EQ(sent, 10);

  pace_->learn_requests({.used = 1, .size = 400});
  for (int i = 0; i < 10; ++i) send();
  pause_.pass(milliseconds(700));
  EXPECT_EQ(sent, 20);

  pace_->learn_requests({.used = 38, .size = 40});
  send();
  pause_.pass(milliseconds(8000));
  EXPECT_EQ(sent, 20);
  pause_.pass(milliseconds(1500));
  EXPECT_EQ(sent, 21);
}

TEST_F(ShopPaceTest, holds_everybody_back_when_the_shop_asks_for_it) {
  learn(2000);
  pace_->hold(milliseconds(2000));
  auto place = ask(10);
  pause_.pass(milliseconds(1900));
  EXPECT_FALSE(turns_[place]);
  pause_.pass(milliseconds(200));
  EXPECT_TRUE(turns_[place]);
}

TEST_F(ShopPaceTest, refuses_a_turn_behind_the_deadline) {
  learn(0);
  CallContext context{.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2)};

  auto turn = sync_wait(ShopPace::take_points(pace_, context, 900));

  ASSERT_FALSE(turn);
  EXPECT_EQ(turn.error().code, ErrorCode::rate_limited);
  EXPECT_EQ(turn.error().retry_after_s, 9);
}

}  // namespace
}  // namespace aiva::shopify
