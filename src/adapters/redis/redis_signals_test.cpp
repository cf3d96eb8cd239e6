#include "adapters/redis/redis_signals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/memory/memory_signals.h"
#include "adapters/redis/testing/redis_server.h"
#include "ports/testing/signals_contract.h"

namespace aiva {
namespace {

using redis::ask;
using redis::RedisServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A process: its client of Redis and its signals.
struct Process {
  explicit Process(const std::string& url)
      : redis(redis::connect(url, {.backoff_max = milliseconds(200)})) {
    signals = make_redis_signals(*redis, make_memory_signals(), {.retry_time = milliseconds(100)},
                                 metrics);
  }
  Metrics metrics;
  std::unique_ptr<Redis> redis;
  std::unique_ptr<Signals> signals;
};

// Hears a topic of a process.
class Ear {
 public:
  Ear(Process& process, std::string topic)
      : subscription_(process.signals->subscribe(std::move(topic), [this](std::string_view heard) {
          std::lock_guard lock(mutex_);
          heard_.emplace_back(heard);
          changed_.notify_all();
        })) {}

  // Waits until that was heard so often in all.
  testing::AssertionResult hears(const std::string& payload, std::int64_t times = 1) {
    std::unique_lock lock(mutex_);
    bool has_come = changed_.wait_for(lock, seconds(20), [this, &payload, times] {
      return std::ranges::count(heard_, payload) >= times;
    });
    if (has_come) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "'" << payload << "' was not heard";
  }
  std::int64_t count(const std::string& payload) {
    std::lock_guard lock(mutex_);
    return std::ranges::count(heard_, payload);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  std::unique_ptr<Signals::Subscription> subscription_;
};

template <class Servers>
SignalsSubject make_subject() {
  static auto servers = std::make_shared<Servers>();
  auto process = std::make_shared<Process>(servers->url());
  return {.keeps = process, .signals = std::move(process->signals)};
}

INSTANTIATE_TEST_SUITE_P(Redis, SignalsContract, testing::Values(make_subject<RedisServer>));

class RedisSignalsOn : public testing::Test {
 protected:
  RedisServer server_;
  Process here_{server_.url()};
  Process there_{server_.url()};
};

TEST_F(RedisSignalsOn, a_server_reach_other_processes_and_their_own_once) {
  Ear near(here_, "jobs");
  Ear far(there_, "jobs");
  Ear other(there_, "agents");
  ASSERT_TRUE(near.hears(""));
  ASSERT_TRUE(far.hears(""));

  here_.signals->publish("jobs", std::string("\0 a\r\n", 5));
  here_.signals->publish("jobs", "last");

  EXPECT_TRUE(far.hears("last"));
  EXPECT_TRUE(far.hears(std::string("\0 a\r\n", 5)));
  EXPECT_EQ(near.count("last"), 1);
  EXPECT_EQ(other.count("last"), 0);
}

TEST_F(RedisSignalsOn, a_server_are_heard_again_after_a_connection_was_cut) {
  Ear far(there_, "jobs");
  ASSERT_TRUE(far.hears(""));

  ask(*here_.redis, {"CLIENT", "KILL", "TYPE", "pubsub"});

  ASSERT_TRUE(far.hears("", 2)) << "that signals may have been missed";
  here_.signals->publish("jobs", "after");
  EXPECT_TRUE(far.hears("after"));
}

TEST_F(RedisSignalsOn, a_server_that_was_away_tell_what_could_not_be_told) {
  Ear far(there_, "jobs");
  ASSERT_TRUE(far.hears(""));
  server_.kill();

  for (int i = 0; i < 1000; ++i) here_.signals->publish("jobs", "lost");
  server_.start();

  EXPECT_TRUE(far.hears("", 2));
  EXPECT_EQ(far.count("lost"), 0);
}

TEST_F(RedisSignalsOn, a_server_that_is_frozen_hold_nobody_up) {
  Ear near(here_, "jobs");
  Ear far(there_, "jobs");
  ASSERT_TRUE(far.hears(""));
  server_.freeze();

  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i) here_.signals->publish("jobs", "x");
  auto took = std::chrono::steady_clock::now() - begin;
  bool is_heard_here = near.count("x") == 1000;
  server_.thaw();

  EXPECT_TRUE(is_heard_here);
  EXPECT_LT(took, seconds(2));
  EXPECT_TRUE(far.hears("", 2)) << "those beyond what may be under way";
}

TEST_F(RedisSignalsOn, a_server_of_others_are_not_heard) {
  auto strange = make_redis_signals(*there_.redis, make_memory_signals(), {.key_prefix = "other:"},
                                    there_.metrics);
  Ear near(here_, "jobs");
  ASSERT_TRUE(near.hears(""));

  strange->publish("jobs", "of another installation");
  ask(*there_.redis, {"PUBLISH", "aiva:signal:jobs", "too short"});
  there_.signals->publish("jobs", "ours");

  EXPECT_TRUE(near.hears("ours"));
  EXPECT_EQ(near.count("of another installation"), 0);
}

TEST(RedisSignals, are_not_heard_without_the_right_to_the_channel_but_within_the_process) {
  RedisServer server;
  auto admin = redis::connect(server.url());
  ask(*admin, {"ACL", "SETUSER", "aiva", "on", ">secret", "~aiva:*", "resetchannels", "+@all"});
  Process process("redis://aiva:secret@127.0.0.1:" + std::to_string(server.port()));
  Ear near(process, "jobs");

  process.signals->publish("jobs", "x");
  auto checked = sync_wait(check_channels({}, *process.redis, "aiva:"));

  EXPECT_TRUE(near.hears("x"));
  ASSERT_FALSE(checked.has_value());
  EXPECT_NE(checked.error().message.find("no right"), std::string::npos);
  EXPECT_TRUE(sync_wait(check_channels({}, *admin, "aiva:")).has_value());
}

TEST(RedisSignalsInACluster, reach_processes_that_hear_other_nodes_and_survive_the_loss_of_one) {
  redis::RedisClusterServers servers;
  Process here(servers.node(0).url());
  Process there(servers.node(1).url() + ",127.0.0.1:" + std::to_string(servers.node(2).port()));
  Ear far(there, "jobs");
  ASSERT_TRUE(far.hears(""));
  here.signals->publish("jobs", "through the bus");
  ASSERT_TRUE(far.hears("through the bus"));

  servers.node(1).kill();

  ASSERT_TRUE(far.hears("", 2));
  // The node it went to may still have to meet the one that is told.
  for (int i = 0; i < 100 && far.count("again") == 0; ++i) {
    here.signals->publish("jobs", "again");
    std::this_thread::sleep_for(milliseconds(50));
  }
  EXPECT_TRUE(far.hears("again"));
}

}  // namespace
}  // namespace aiva
