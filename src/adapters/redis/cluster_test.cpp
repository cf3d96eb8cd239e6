#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "adapters/redis/internal/cluster_slots.h"
#include "adapters/redis/internal/hash_slot.h"
#include "adapters/redis/testing/redis_server.h"

namespace aiva::redis {
namespace {

using Kind = RedisReply::Kind;
using testing::HasSubstr;

RedisReply on_key(Redis& redis, RedisCommand command) {
  RedisBatch batch{.key = command[1]};
  batch.commands.push_back(std::move(command));
  auto reply = sync_wait(redis.call({}, std::move(batch)));
  if (reply) return std::move(*reply);
  return {.kind = Kind::error, .text = reply.error().message + ": " + reply.error().cause};
}

class InACluster : public testing::Test {
 protected:
  static void SetUpTestSuite() { servers_ = std::make_unique<RedisClusterServers>(); }
  static void TearDownTestSuite() { servers_.reset(); }

  static RedisReply ask_node(std::size_t node, RedisCommand command) {
    return RedisClusterServers::ask(servers_->node(node), command);
  }
  static std::string id_of(std::size_t node) { return ask_node(node, {"CLUSTER", "MYID"}).text; }
  static std::size_t owner_of(std::uint16_t slot) {
    return slot <= 5460 ? 0 : slot <= 10922 ? 1 : 2;
  }

  static std::unique_ptr<RedisClusterServers> servers_;
  std::unique_ptr<Redis> redis_ = connect(servers_->url());
};
std::unique_ptr<RedisClusterServers> InACluster::servers_;

TEST_F(InACluster, keys_are_found_on_every_node) {
  for (int i = 0; i < 100; ++i) {
    auto key = "key" + std::to_string(i);
    ASSERT_EQ(on_key(*redis_, {"SET", key, key}).kind, Kind::status) << key;
  }

  for (int i = 0; i < 100; ++i) {
    auto key = "key" + std::to_string(i);
    EXPECT_EQ(on_key(*redis_, {"GET", key}).text, key);
  }
  for (std::size_t node = 0; node < 3; ++node) EXPECT_GT(ask_node(node, {"DBSIZE"}).integer, 10);
  EXPECT_THAT(*sync_wait(describe_redis({}, *redis_)), HasSubstr("cluster"));
}

TEST_F(InACluster, slots_are_those_the_nodes_count) {
  for (std::string key : {"a", "{tag}key", "x{}y", "{{a}}", "z{b}{c}", "\xff\x01"}) {
    EXPECT_EQ(ask_node(0, {"CLUSTER", "KEYSLOT", key}).integer, hash_slot(key)) << key;
  }
}

TEST_F(InACluster, batches_go_to_several_nodes_at_once) {
  std::vector<RedisBatch> batches;
  for (int i = 0; i < 50; ++i) {
    auto key = "many" + std::to_string(i);
    batches.push_back({.key = key, .commands = {{"SET", key, "0"}, {"INCR", key}}});
  }

  auto answers = sync_wait(redis_->run({}, std::move(batches)));

  ASSERT_TRUE(answers.has_value());
  for (const auto& replies : *answers) EXPECT_EQ(replies[1].integer, 1);
}

TEST_F(InACluster, a_slot_that_moves_is_followed) {
  std::string key = "{moving}a";
  std::string late = "{moving}b";
  auto slot = hash_slot(key);
  auto from = owner_of(slot);
  auto to = (from + 1) % 3;
  auto number = std::to_string(slot);
  ASSERT_EQ(on_key(*redis_, {"SET", key, "value"}).kind, Kind::status);

  ask_node(to, {"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)});
  ask_node(from, {"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)});
  EXPECT_EQ(on_key(*redis_, {"GET", key}).text, "value");
  // Asks the importing node, since the key is not there any more.
  EXPECT_EQ(on_key(*redis_, {"SET", late, "late"}).kind, Kind::status);
  auto port = std::to_string(servers_->node(to).port());
  auto migrated = ask_node(from, {"MIGRATE", "127.0.0.1", port, key, "0", "5000"});
  ASSERT_EQ(migrated.kind, Kind::status) << migrated.text;
  EXPECT_EQ(on_key(*redis_, {"GET", key}).text, "value");
  EXPECT_EQ(on_key(*redis_, {"GET", late}).text, "late");

  for (std::size_t node : {to, from, 3 - to - from})
    ask_node(node, {"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
  EXPECT_EQ(on_key(*redis_, {"GET", key}).text, "value");
  EXPECT_EQ(on_key(*redis_, {"INCR", "{moving}n"}).integer, 1);
}

TEST_F(InACluster, several_keys_of_a_slot_that_moves_are_waited_for) {
  auto slot = hash_slot("{both}a");
  auto from = owner_of(slot);
  auto to = (from + 1) % 3;
  auto number = std::to_string(slot);
  for (std::string key : {"{both}a", "{both}b"})
    ASSERT_EQ(on_key(*redis_, {"SET", key, key}).kind, Kind::status);
  ask_node(to, {"CLUSTER", "SETSLOT", number, "IMPORTING", id_of(from)});
  ask_node(from, {"CLUSTER", "SETSLOT", number, "MIGRATING", id_of(to)});
  auto port = std::to_string(servers_->node(to).port());
  ask_node(from, {"MIGRATE", "127.0.0.1", port, "{both}a", "0", "5000"});

  // One key is here and one there: TRYAGAIN.
  std::thread mover([this, from, to, port, number] {
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    ask_node(from, {"MIGRATE", "127.0.0.1", port, "{both}b", "0", "5000"});
    for (std::size_t node : {to, from, 3 - to - from})
      ask_node(node, {"CLUSTER", "SETSLOT", number, "NODE", id_of(to)});
  });
  RedisBatch both{.key = "{both}a", .commands = {{"MGET", "{both}a", "{both}b"}}};
  auto values = sync_wait(redis_->call({}, std::move(both)));
  mover.join();

  ASSERT_TRUE(values.has_value()) << values.error().cause;
  ASSERT_EQ(values->list.size(), 2U);
  EXPECT_EQ(values->list[0].text, "{both}a");
  EXPECT_EQ(values->list[1].text, "{both}b");
}

TEST(ClusterSlots, refuses_what_makes_no_sense) {
  Address asked{"host", 1};
  auto integer = [](std::int64_t value) {
    return RedisReply{.kind = Kind::integer, .integer = value};
  };
  auto list = [](std::vector<RedisReply> items) {
    return RedisReply{.kind = Kind::list, .list = std::move(items)};
  };
  RedisReply text{.kind = Kind::text, .text = "other"};
  auto node = list({text, integer(7000)});

  EXPECT_FALSE(ClusterSlots::parse({}, asked));
  EXPECT_FALSE(ClusterSlots::parse(list({}), asked));
  EXPECT_FALSE(ClusterSlots::parse(list({list({integer(0), integer(1)})}), asked));
  EXPECT_FALSE(ClusterSlots::parse(list({list({integer(0), integer(16384), node})}), asked));
  EXPECT_FALSE(ClusterSlots::parse(list({list({integer(-1), integer(5), node})}), asked));
  auto good = ClusterSlots::parse(list({list({integer(3), integer(5), node})}), asked);
  ASSERT_TRUE(good);
  EXPECT_EQ(good->owner(2), nullptr);
  ASSERT_NE(good->owner(4), nullptr);
  EXPECT_EQ(good->owner(4)->to_string(), "other:7000");
}

TEST(Redirections, are_read_and_hosts_left_out_are_those_asked) {
  Address asked{"host", 1};

  auto moved = parse_redirection("MOVED 3999 127.0.0.1:6381", asked);
  auto ask = parse_redirection("ASK 5 :7000", asked);
  auto version_6 = parse_redirection("MOVED 1 ::1:6381", asked);

  ASSERT_TRUE(moved && ask && version_6);
  EXPECT_TRUE(moved->is_moved);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->to.to_string(), "127.0.0.1:6381");
  EXPECT_FALSE(ask->is_moved);
  EXPECT_EQ(ask->to.to_string(), "host:7000");
  for (std::string error : {"MOVED", "MOVED x host:1", "MOVED 16384 host:1", "ASK 1",
                            "ASK 1 host:0", "ERR MOVED 1 host:1", "MOVED 1 host:99999"})
    EXPECT_FALSE(parse_redirection(error, asked)) << error;
}

}  // namespace
}  // namespace aiva::redis
