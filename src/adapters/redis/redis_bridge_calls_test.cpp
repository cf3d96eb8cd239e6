#include "adapters/redis/redis_bridge_calls.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "adapters/redis/testing/redis_server.h"

namespace aiva {
namespace {

class RedisBridgeCallsTest : public testing::Test {
 protected:
  static constexpr std::uint16_t port = 40'000;
  static constexpr const char* key = "transcriptionPort:40000";

  void write(std::initializer_list<std::string> fields) {
    RedisCommand command{"HSET", key};
    command.insert(command.end(), fields);
    EXPECT_NE(redis::ask(*redis_, command).kind, RedisReply::Kind::error);
  }
  void write_call() {
    write({"sessionId", "1764482400.77", "tenantId", tenant_.to_string(), "agentId",
           agent_.to_string(), "callerId", "+4930654321", "callerName", "Ada", "customData",
           R"({"a":1})"});
  }
  std::string field(const char* name) { return redis::ask(*redis_, {"HGET", key, name}).text; }
  Result<std::optional<BridgeCall>> find() { return sync_wait(calls_->find({}, port)); }
  bool is_hung_up() {
    auto found = find();
    return found && *found && (*found)->is_hung_up;
  }

  TenantId tenant_ = TenantId::make();
  AgentId agent_ = AgentId::make();
  redis::RedisServer server_;
  std::unique_ptr<Redis> redis_ = redis::connect(server_.url());
  std::unique_ptr<BridgeCalls> calls_ = make_redis_bridge_calls(*redis_);
};

TEST_F(RedisBridgeCallsTest, tell_of_the_call_of_a_port) {
  write_call();

  auto found = find();

  ASSERT_TRUE(found && *found);
  const auto& call = **found;
  EXPECT_EQ(call.session_id, "1764482400.77");
  EXPECT_EQ(call.tenant, tenant_);
  EXPECT_EQ(call.agent, agent_);
  EXPECT_EQ(call.caller_id, "+4930654321");
  EXPECT_EQ(call.caller_name, "Ada");
  EXPECT_EQ(call.custom, R"({"a":1})");
  EXPECT_FALSE(call.is_hung_up);
}

TEST_F(RedisBridgeCallsTest, know_nothing_of_other_ports) {
  auto found = find();
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->has_value());
}

TEST_F(RedisBridgeCallsTest, understand_who_says_that_a_call_is_over) {
  write_call();
  for (const char* no : {"", "0", "false", "False", "no"}) {
    write({"hangup", no});
    EXPECT_FALSE(is_hung_up()) << no;
  }
  for (const char* yes : {"1", "true", "TRUE", "yes", "16"}) {
    write({"hangup", yes});
    EXPECT_TRUE(is_hung_up()) << yes;
  }
}

TEST_F(RedisBridgeCallsTest, name_what_is_no_call) {
  write_call();
  write({"agentId", "support"});
  auto found = find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::invalid);
  write({"tenantId", "1"});
  EXPECT_FALSE(find());
  redis::ask(*redis_, {"DEL", key});
  redis::ask(*redis_, {"SET", key, "no hash"});
  EXPECT_FALSE(find());
}

TEST_F(RedisBridgeCallsTest, are_told_how_their_own_call_ended) {
  write_call();
  auto end = [this](const char* session) {
    return sync_wait(calls_->end(
        {}, port, {.session_id = session, .reason = "transferred", .transfer_target = "sales"}));
  };
  EXPECT_TRUE(end("another"));
  EXPECT_EQ(field("endReason"), "");
  EXPECT_TRUE(end("1764482400.77"));
  EXPECT_EQ(field("endReason"), "transferred");
  EXPECT_EQ(field("transferTarget"), "sales");
  redis::ask(*redis_, {"DEL", key});
  EXPECT_TRUE(end("1764482400.77"));
  EXPECT_EQ(redis::ask(*redis_, {"EXISTS", key}).integer, 0);
}

TEST_F(RedisBridgeCallsTest, fail_without_a_server) {
  server_.kill();
  auto found = find();
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
