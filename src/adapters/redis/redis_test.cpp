#include "adapters/redis/redis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "adapters/redis/internal/hash_slot.h"
#include "adapters/redis/testing/redis_server.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;
using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

Result<RedisReply> call(Redis& redis, RedisCommand command, CallContext context = {}) {
  RedisBatch batch;
  if (command.size() > 1) batch.key = command[1];
  batch.commands.push_back(std::move(command));
  return sync_wait(redis.call(std::move(context), std::move(batch)));
}

class RedisClient : public testing::Test {
 protected:
  RedisServer server_;
  std::unique_ptr<Redis> redis_ = connect(server_.url());
};

TEST_F(RedisClient, tells_kinds_of_replies_apart) {
  EXPECT_EQ(ask(*redis_, {"SET", "key", std::string("\0\r\n", 3)}).kind, Kind::status);
  EXPECT_EQ(ask(*redis_, {"GET", "key"}).text, std::string("\0\r\n", 3));
  EXPECT_EQ(ask(*redis_, {"GET", "none"}).kind, Kind::nil);
  EXPECT_EQ(ask(*redis_, {"INCR", "number"}).integer, 1);
  EXPECT_EQ(ask(*redis_, {"MGET", "key", "none"}).list.size(), 2U);
  EXPECT_EQ(ask(*redis_, {"EVAL", "return {1, {2, {'three'}}}", "0"}).list[1].list[1].list[0].text,
            "three");
}

TEST_F(RedisClient, runs_a_batch_in_its_order) {
  RedisBatch batch{.key = "n"};
  for (int i = 0; i < 100; ++i) batch.commands.push_back({"INCR", "n"});

  auto replies = sync_wait(redis_->run_one({}, std::move(batch)));

  ASSERT_TRUE(replies.has_value());
  for (std::size_t i = 0; i < 100; ++i)
    EXPECT_EQ((*replies)[i].integer, static_cast<std::int64_t>(i + 1));
}

TEST_F(RedisClient, keeps_the_answers_of_many_threads_apart) {
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([this, thread, &wrong] {
      for (int i = 0; i < 300; ++i) {
        auto text = std::to_string(thread) + ":" + std::to_string(i);
        if (ask(*redis_, {"ECHO", text}).text != text) ++wrong;
      }
    });
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_LE(ask(*redis_, {"EVAL", "return #redis.call('CLIENT','LIST')", "0"}).integer, 4 * 500);
}

TEST_F(RedisClient, carries_large_values) {
  std::string large(20'000'000, 'x');

  ASSERT_EQ(ask(*redis_, {"SET", "large", large}).kind, Kind::status);

  EXPECT_EQ(ask(*redis_, {"GET", "large"}).text, large);
}

TEST_F(RedisClient, ends_a_call_at_its_deadline_and_goes_on) {
  CallContext late{.deadline = std::chrono::steady_clock::now() + milliseconds(50)};

  auto slow = call(*redis_, {"BLPOP", "nothing", "1"}, late);

  ASSERT_FALSE(slow.has_value());
  EXPECT_EQ(slow.error().code, ErrorCode::timeout);
  EXPECT_EQ(ask(*redis_, {"ECHO", "next"}).text, "next");
}

TEST_F(RedisClient, ends_a_call_that_is_cancelled) {
  std::stop_source source;
  std::thread stopper([&source] {
    std::this_thread::sleep_for(milliseconds(50));
    source.request_stop();
  });

  auto slow = call(*redis_, {"BLPOP", "nothing", "5"}, {.cancellation = source.get_token()});
  stopper.join();

  ASSERT_FALSE(slow.has_value());
  EXPECT_EQ(slow.error().code, ErrorCode::cancelled);
}

TEST_F(RedisClient, ends_calls_under_way_with_itself) {
  Result<RedisReply> outcome = fail(ErrorCode::internal, "never ended");
  RedisBatch batch{.commands = {{"BLPOP", "nothing", "5"}}};
  start(redis_->call({}, std::move(batch)),
        [&outcome](std::exception_ptr, auto replied) { outcome = std::move(*replied); });

  redis_.reset();

  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().code, ErrorCode::cancelled);
}

TEST_F(RedisClient, refuses_more_calls_than_it_may_hold) {
  auto narrow = connect(server_.url(), {.calls_max = 1});
  RedisBatch batch{.commands = {{"BLPOP", "nothing", "5"}}};
  start(narrow->call({}, std::move(batch)), [](std::exception_ptr, const auto&) {});

  auto refused = call(*narrow, {"PING"});

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_EQ(refused.error().retry_after_s, 1);
}

TEST_F(RedisClient, gives_a_silent_server_up) {
  auto hasty = connect(server_.url(), {.call_timeout = milliseconds(300)});
  ASSERT_EQ(ask(*hasty, {"ECHO", "x"}).text, "x");
  server_.freeze();

  auto frozen = call(*hasty, {"PING"});
  std::this_thread::sleep_for(milliseconds(700));
  server_.thaw();

  ASSERT_FALSE(frozen.has_value());
  EXPECT_EQ(frozen.error().code, ErrorCode::timeout);
  EXPECT_EQ(ask(*hasty, {"ECHO", "y"}).text, "y");
}

TEST_F(RedisClient, finds_a_connection_that_the_server_closed) {
  ASSERT_EQ(ask(*redis_, {"ECHO", "x"}).text, "x");
  auto other = connect(server_.url());
  ask(*other, {"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});

  RedisBatch batch{.commands = {{"ECHO", "y"}}, .may_repeat = true};

  auto reply = sync_wait(redis_->call({}, std::move(batch)));
  ASSERT_TRUE(reply.has_value());
  EXPECT_EQ(reply->text, "y");
}

TEST_F(RedisClient, uses_the_database_of_its_url) {
  auto third = connect(server_.url() + "/3");

  ask(*third, {"SET", "key", "of the third"});

  EXPECT_EQ(ask(*redis_, {"GET", "key"}).kind, Kind::nil);
  EXPECT_EQ(ask(*third, {"GET", "key"}).text, "of the third");
}

TEST_F(RedisClient, says_which_server_it_is) {
  auto text = sync_wait(describe_redis({}, *redis_));

  ASSERT_TRUE(text.has_value());
  EXPECT_THAT(*text, HasSubstr("8."));
  EXPECT_THAT(*text, HasSubstr("one server"));
}

TEST(RedisSignIn, needs_the_password_and_never_tells_it) {
  RedisServer server({"--requirepass", "geheim"});
  auto host = "127.0.0.1:" + std::to_string(server.port());

  auto right = connect("redis://:geheim@" + host);
  auto wrong = connect("redis://:falsches-geheimnis@" + host);
  auto none = connect("redis://" + host);

  EXPECT_EQ(ask(*right, {"ECHO", "x"}).text, "x");
  auto refused = call(*wrong, {"PING"});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::unavailable);
  EXPECT_THAT(refused.error().message, HasSubstr("refuses the user or the password"));
  EXPECT_THAT(refused.error().message + refused.error().cause, Not(HasSubstr("falsches")));
  EXPECT_THAT(call(*none, {"PING"}).error().message, HasSubstr("wants a password"));
}

TEST(RedisSignIn, takes_a_user_with_rights_of_its_own) {
  RedisServer server;
  auto admin = connect(server.url());
  ask(*admin, {"ACL", "SETUSER", "aiva", "on", ">p@ss:w/rd", "~aiva:*", "+@all", "-flushall"});
  auto host = "127.0.0.1:" + std::to_string(server.port());
  auto user = connect("redis://aiva:p%40ss%3Aw%2Frd@" + host);

  EXPECT_EQ(ask(*user, {"SET", "aiva:x", "1"}).kind, Kind::status);
  auto foreign = call(*user, {"SET", "other", "1"});
  ASSERT_FALSE(foreign.has_value());
  EXPECT_EQ(foreign.error().code, ErrorCode::unavailable);
  EXPECT_THAT(foreign.error().message, HasSubstr("no right"));
}

TEST(RedisSignIn, leaves_a_server_alone_that_is_not_there) {
  std::string url;
  {
    RedisServer gone;
    url = gone.url();
  }
  auto redis =
      connect(url, {.backoff_min = milliseconds(60000), .backoff_max = milliseconds(60000)});

  auto first = call(*redis, {"PING"});
  auto started = std::chrono::steady_clock::now();
  auto second = call(*redis, {"PING"});

  ASSERT_FALSE(first.has_value());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::unavailable);
  EXPECT_EQ(second.error().retry_after_s, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - started, milliseconds(500));
}

TEST(RedisUrl, that_cannot_be_used_is_refused_without_being_quoted) {
  for (std::string url : {"", "http://a", "redis://", "redis://u:geheim@", "redis://:geheim@h:0",
                          "redis://:geheim@h:70000", "redis://:geheim@h/x", "redis://geheim@h",
                          "redis://:ge%zzheim@h", "redis://:geheim@h,", "redis://:geheim@a b"}) {
    auto redis = make_redis({.url = url});
    ASSERT_FALSE(redis.has_value()) << url;
    EXPECT_EQ(redis.error().code, ErrorCode::invalid) << url;
    EXPECT_THAT(redis.error().message, Not(HasSubstr("geheim")));
  }
}

// Slots from the specification and from CLUSTER KEYSLOT of Redis 8.
TEST(HashSlot, follows_the_specification) {
  EXPECT_EQ(hash_slot("123456789"), 0x31C3);
  EXPECT_EQ(hash_slot("{user1000}.following"), hash_slot("{user1000}.followers"));
  EXPECT_EQ(hash_slot("foo{}{bar}"), hash_slot("foo{}{bar}"));
  EXPECT_NE(hash_slot("foo{}{bar}"), hash_slot("bar"));
  EXPECT_EQ(hash_slot("foo{{bar}}zap"), hash_slot("{bar"));
  EXPECT_EQ(hash_slot("foo{bar}{zap}"), hash_slot("bar"));
}

}  // namespace
}  // namespace aiva::redis
