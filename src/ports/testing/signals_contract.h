#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "ports/signals.h"

namespace aiva {

// What every Signals promises to its own process. An adapter's test includes this header in one
// file and says `INSTANTIATE_TEST_SUITE_P(Memory, SignalsContract, ::testing::Values(make));`.
struct SignalsSubject {
  std::shared_ptr<void> keeps{};  // what the signals borrow
  std::unique_ptr<Signals> signals;
};
using SignalsSubjectFactory = std::function<SignalsSubject()>;

class SignalsContract : public ::testing::TestWithParam<SignalsSubjectFactory> {
 protected:
  SignalsSubject subject_ = GetParam()();
  Signals& signals_ = *subject_.signals;
};

TEST_P(SignalsContract, tells_all_who_hear_a_topic_and_nobody_else) {
  std::vector<std::string> first;
  std::vector<std::string> second;
  std::vector<std::string> other;
  auto hears = [](std::vector<std::string>& heard) {
    return [&heard](std::string_view payload) {
      // An empty one tells at any time that signals may have been missed.
      if (!payload.empty()) heard.emplace_back(payload);
    };
  };
  auto one = signals_.subscribe("jobs", hears(first));
  auto two = signals_.subscribe("jobs", hears(second));
  auto three = signals_.subscribe("agents", hears(other));

  signals_.publish("jobs", std::string("a\0\r\nb", 5));
  signals_.publish("jobs", "again");
  signals_.publish("nobody hears this", "x");

  std::vector<std::string> all{std::string("a\0\r\nb", 5), "again"};
  EXPECT_EQ(first, all);
  EXPECT_EQ(second, all);
  EXPECT_TRUE(other.empty());
}

TEST_P(SignalsContract, tells_nobody_who_has_left) {
  int heard = 0;
  auto one = signals_.subscribe("jobs", [&heard](std::string_view payload) {
    if (!payload.empty()) ++heard;
  });
  signals_.publish("jobs", "first");
  one.reset();

  signals_.publish("jobs", "second");

  EXPECT_EQ(heard, 1);
}

TEST_P(SignalsContract, lets_a_handler_leave_and_publish) {
  int heard = 0;
  std::unique_ptr<Signals::Subscription> one;
  auto other = signals_.subscribe("other", [&heard](std::string_view payload) {
    if (!payload.empty()) ++heard;
  });
  one = signals_.subscribe("jobs", [&one, this](std::string_view payload) {
    if (payload.empty()) return;
    signals_.publish("other", "from within");
    one.reset();
  });

  signals_.publish("jobs", "first");
  signals_.publish("jobs", "second");

  EXPECT_EQ(heard, 1);
}

TEST_P(SignalsContract, sends_a_payload_that_is_too_long_as_an_empty_one) {
  std::string heard = "nothing";
  auto one = signals_.subscribe("jobs", [&heard](std::string_view payload) { heard = payload; });

  signals_.publish("jobs", std::string(Signals::payload_bytes_max + 1, 'x'));

  EXPECT_EQ(heard, "");
}

TEST_P(SignalsContract, runs_no_handler_once_its_subscription_is_gone) {
  std::atomic<bool> is_over = false;
  std::thread publisher([this, &is_over] {
    while (!is_over) signals_.publish("jobs", "x");
  });
  int late = 0;
  for (int i = 0; i < 200; ++i) {
    std::atomic<bool> is_gone = false;
    auto one = signals_.subscribe("jobs", [&is_gone, &late](std::string_view) {
      if (is_gone) ++late;
    });
    one.reset();
    is_gone = true;
  }
  is_over = true;
  publisher.join();

  EXPECT_EQ(late, 0);
}

}  // namespace aiva
