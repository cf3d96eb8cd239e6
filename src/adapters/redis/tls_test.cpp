#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "adapters/redis/testing/redis_server.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::redis {
namespace {

using testing::HasSubstr;

class OverTls : public testing::Test {
 protected:
  void SetUp() override {
    auto line =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout " +
        key_.string() + " -out " + certificate_.string() + " 2> " +
        (folder_.path() / "openssl.txt").string();
    ASSERT_EQ(std::system(line.c_str()), 0);  // NOLINT(cert-env33-c): a fixed command
    server_ = std::make_unique<RedisServer>(std::vector<std::string>{
        "--tls-port", std::to_string(port_), "--tls-cert-file", certificate_.string(),
        "--tls-key-file", key_.string(), "--tls-auth-clients", "no"});
  }
  Result<RedisReply> ping(const std::string& host, bool is_trusting) {
    RedisOptions options{.ca_file = is_trusting ? certificate_ : std::filesystem::path()};
    auto redis = connect("rediss://" + host + ":" + std::to_string(port_), options);
    RedisBatch batch{.commands = {{"ECHO", std::string(300'000, 'x')}}};
    return sync_wait(redis->call({}, std::move(batch)));
  }

  TemporaryFolder folder_;
  std::filesystem::path key_ = folder_.path() / "key.pem";
  std::filesystem::path certificate_ = folder_.path() / "certificate.pem";
  std::uint16_t port_ = find_free_port();
  std::unique_ptr<RedisServer> server_;
};

TEST_F(OverTls, calls_reach_a_server_that_can_be_trusted) {
  auto reply = ping("localhost", true);

  ASSERT_TRUE(reply.has_value()) << reply.error().message << " " << reply.error().cause;
  EXPECT_EQ(reply->text.size(), 300'000U);
}

TEST_F(OverTls, nobody_is_trusted_without_a_reason) {
  auto unknown = ping("localhost", false);
  auto other_name = ping("127.0.0.1", true);

  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::unavailable);
  EXPECT_THAT(unknown.error().message, HasSubstr("cannot be trusted"));
  ASSERT_FALSE(other_name.has_value());
  EXPECT_THAT(other_name.error().message, HasSubstr("cannot be trusted"));
}

TEST_F(OverTls, a_ca_file_that_is_missing_is_told) {
  auto redis = make_redis({.url = "rediss://localhost", .ca_file = folder_.path() / "none.pem"});

  ASSERT_FALSE(redis.has_value());
  EXPECT_EQ(redis.error().code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva::redis
