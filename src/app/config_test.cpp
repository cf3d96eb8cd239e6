#include "app/config.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

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

TEST(Config, is_no_folder) {
  auto config = load_config("config", environment_of({}));

  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::not_found);
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

TEST(Config, takes_a_database_whose_password_is_in_the_environment) {
  auto config = read_config(
      "[database]\nurl = \"mysql://aiva@db:3306/aiva\"\npassword = \"env:DB_PASSWORD\"\n"
      "replicas = [\"db2:3306\"]\npool_max = 40\n",
      environment_of({{"DB_PASSWORD", "s"}, {"AIVA_DATABASE_TLS", "verified"}}));

  ASSERT_TRUE(config);
  EXPECT_EQ(config->database.password, "s");
  EXPECT_EQ(config->database.tls, "verified");
  EXPECT_EQ(config->database.replicas, std::vector<std::string>{"db2:3306"});
  EXPECT_EQ(config->database.pool_min, 5);
  EXPECT_EQ(config->database.pool_max, 40);
  EXPECT_FALSE(read_config("[database]\nreplicas = [\"db2\"]\n", environment_of({})));
  EXPECT_FALSE(read_config("[database]\npool_max = 4\n", environment_of({})));
}

TEST(Config, takes_the_secret_of_a_shopify_app_from_the_environment) {
  auto config = read_config("[shopify]\nclient_id = \"app\"\nclient_secret = \"env:APP_SECRET\"\n",
                            environment_of({{"APP_SECRET", "s"}}));

  ASSERT_TRUE(config);
  EXPECT_EQ(config->shopify.client_secret, "s");
  EXPECT_FALSE(read_config("[shopify]\nclient_id = \"app\"\n", environment_of({})));
}

TEST(Config, wants_keys_for_a_bucket) {
  auto read = [](std::string objects) {
    return read_config("[objects]\nstore = \"s3\"\n" + objects, environment_of({}));
  };

  EXPECT_FALSE(read(""));
  EXPECT_FALSE(read("access_key = \"a\"\n"));
  EXPECT_TRUE(read("access_key = \"a\"\nsecret_key = \"b\"\n"));
  EXPECT_TRUE(read("credentials_file = \"c\"\n"));
  EXPECT_FALSE(read("access_key = \"a\"\nsecret_key = \"b\"\ncredentials_file = \"c\"\n"));
}

TEST(Config, wants_names_of_workers_that_tell_their_leases_apart) {
  auto read = [](const std::string& name) {
    return read_config("[worker]\nname = \"" + name + "\"\n", environment_of({})).has_value();
  };

  EXPECT_TRUE(read(""));
  EXPECT_TRUE(read("worker-0.aiva.svc"));
  EXPECT_FALSE(read("worker-0/other"));
  EXPECT_TRUE(read(std::string(100, 'w')));
  EXPECT_FALSE(read(std::string(101, 'w')));
}

TEST(Config, sets_up_model_providers_by_their_names) {
  auto config = read_config(
      "[models]\nproviders = [\"openai\", \"own-1\"]\nfall_back = [\"own-1/llama\"]\n"
      "[model_providers.openai]\napi_key = \"env:MY_KEY\"\nrequests_per_minute = 500\n"
      "[model_providers.own-1]\nbase_url = \"http://127.0.0.1:9000/v1\"\nprefixes = [\"llama\"]\n",
      environment_of({{"MY_KEY", "sk-1"}, {"AIVA_MODEL_PROVIDERS_OPENAI_CONCURRENCY", "3"}}));

  ASSERT_TRUE(config) << config.error().details.at(0).message;
  const auto& providers = config->models.providers;
  ASSERT_EQ(providers.size(), 2U);
  EXPECT_EQ(providers[0].api_key, "sk-1");
  EXPECT_EQ(providers[0].base_url, "https://api.openai.com/v1");
  EXPECT_EQ(providers[0].limits.requests_per_minute, 500);
  EXPECT_EQ(providers[0].limits.concurrency_max, 3);
  EXPECT_TRUE(providers[0].needs_key);
  EXPECT_EQ(providers[1].base_url, "http://127.0.0.1:9000/v1");
  EXPECT_FALSE(providers[1].needs_key);
}

TEST(Config, takes_model_providers_from_the_environment_alone) {
  auto config = read_config("", environment_of({{"AIVA_MODELS_PROVIDERS", "anthropic,mistral"},
                                                {"AIVA_MODEL_PROVIDERS_ANTHROPIC_API_KEY", "k"}}));

  ASSERT_TRUE(config);
  EXPECT_EQ(config->models.providers.at(0).dialect, models::Dialect::anthropic);
  EXPECT_EQ(config->models.providers.at(0).api_key, "k");
  EXPECT_TRUE(config->models.providers.at(1).quirks.has_short_call_ids);
}

TEST(Config, names_every_mistake_of_model_providers) {
  auto config = read_config(
      "[models]\nproviders = [\"openai\", \"two words\"]\n"
      "[model_providers.openai]\napi_key = \"env:NOT_SET\"\nbase_ulr = \"x\"\ndialect = \"latin\"\n"
      "[model_providers.unlisted]\napi_key = \"x\"\n",
      environment_of({}));

  ASSERT_FALSE(config);
  std::set<std::string> fields;
  for (const auto& mistake : config.error().details) fields.insert(mistake.field);
  EXPECT_EQ(fields, (std::set<std::string>{"models.providers", "model_providers.openai.api_key",
                                           "model_providers.openai.base_ulr",
                                           "model_providers.openai.dialect",
                                           "model_providers.unlisted.api_key"}));
}

}  // namespace
}  // namespace aiva::app
