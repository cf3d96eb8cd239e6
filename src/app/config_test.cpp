#include "app/config.h"

#include <gtest/gtest.h>

#include <map>

namespace aiva::app {
namespace {

Environment environment_of(std::map<std::string, std::string> values) {
  return [values = std::move(values)](const std::string& name) -> std::optional<std::string> {
    auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

TEST(Config, file_in_the_repository_states_the_defaults) {
  auto config = load_config("config/aiva.toml", environment_of({}));

  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(*config, Config{});
}

TEST(Config, environment_overrides_the_file) {
  auto config = read_config("[server]\nport = 1000\n[billing]\nenforced = false\n",
                            environment_of({{"AIVA_SERVER_PORT", "2000"},
                                            {"AIVA_BILLING_ENFORCED", "true"},
                                            {"AIVA_SERVER_CORS_ORIGINS", "https://a,https://b"}}));

  ASSERT_TRUE(config);
  EXPECT_EQ(config->server.port, 2000);
  EXPECT_TRUE(config->billing.enforced);
  EXPECT_EQ(config->server.cors_origins, (std::vector<std::string>{"https://a", "https://b"}));
}

TEST(Config, names_every_mistake) {
  auto config = read_config(
      "[server]\nport = \"x\"\nprot = 1\n[identity]\nbcrypt_cost = 4\n[data]\nsync = \"maybe\"\n",
      environment_of({{"AIVA_BILLING_ENFORCED", "yes"}}));

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::invalid);
  EXPECT_EQ(config.error().details.size(), 5U);
}

TEST(Config, refuses_text_that_is_not_toml) {
  auto config = read_config("[server\nport=", environment_of({}));

  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("line"), std::string::npos);
}

TEST(Config, wants_certificate_and_key_together) {
  EXPECT_FALSE(read_config("[server]\ntls_certificate = \"a.pem\"\n", environment_of({})));
}

}  // namespace
}  // namespace aiva::app
