#include "app/installation_checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

using checkup::Outcome;
using testing::HasSubstr;
using testing::Not;

TEST(InstallationChecks, want_tls_where_others_can_listen) {
  TemporaryFolder folder;
  Config open;
  open.server.host = "0.0.0.0";
  Config proxied = open;
  proxied.server.trusted_proxies = {"10.0.0.1"};
  Config encrypted = open;
  encrypted.server.tls_certificate = folder.write("cert.pem", "x").string();
  encrypted.server.tls_key = folder.write("key.pem", "x").string();
  Config missing = encrypted;
  missing.server.tls_key = (folder.path() / "none.pem").string();

  EXPECT_EQ(check_transport({}).outcome, Outcome::pass);
  EXPECT_EQ(check_transport(open).outcome, Outcome::warn);
  EXPECT_EQ(check_transport(proxied).outcome, Outcome::pass);
  EXPECT_EQ(check_transport(encrypted).outcome, Outcome::pass);
  EXPECT_EQ(check_transport(missing).outcome, Outcome::fail);
}

TEST(InstallationChecks, want_rate_limits) {
  Config config;
  EXPECT_EQ(check_limits(config).outcome, Outcome::pass);
  config.limits.login_per_minute = 0;
  EXPECT_EQ(check_limits(config).outcome, Outcome::fail);
  EXPECT_THAT(check_limits(config).evidence, HasSubstr("login_per_minute"));
}

TEST(InstallationChecks, know_usual_passwords_and_never_show_one) {
  Config none;
  Config usual;
  usual.database.url = "mysql://aiva:ChangeMe@db/aiva";
  Config encoded;
  encoded.database.url = "mysql://aiva:change%6De@db/aiva";
  Config weak;
  weak.ari.url = "http://asterisk:8088";
  weak.ari.password = "x7k2";
  Config missing;
  missing.cache.provider = "redis";
  Config fine;
  fine.database.url = "mysql://aiva@db/aiva";
  fine.database.password = "kV8pQ2-rT5wX";

  EXPECT_EQ(check_secrets(none).outcome, Outcome::pass);
  EXPECT_EQ(check_secrets(usual).outcome, Outcome::fail);
  EXPECT_EQ(check_secrets(encoded).outcome, Outcome::fail);
  EXPECT_EQ(check_secrets(weak).outcome, Outcome::warn);
  EXPECT_EQ(check_secrets(missing).outcome, Outcome::warn);
  EXPECT_EQ(check_secrets(fine).outcome, Outcome::pass);
  for (const auto* config : {&usual, &weak, &fine}) {
    auto shown = check_secrets(*config).evidence;
    EXPECT_THAT(shown, Not(HasSubstr("ChangeMe")));
    EXPECT_THAT(shown, Not(HasSubstr("x7k2")));
    EXPECT_THAT(shown, Not(HasSubstr("kV8pQ2")));
  }
}

TEST(InstallationChecks, keep_the_master_key_for_its_owner) {
  TemporaryFolder folder;
  EXPECT_EQ(check_master_key({}, folder.path()).outcome, Outcome::skipped);

  auto file = folder.write("master.key", "x");
  chmod(file.c_str(), 0600);
  EXPECT_EQ(check_master_key({}, folder.path()).outcome, Outcome::pass);
  chmod(file.c_str(), 0640);
  EXPECT_EQ(check_master_key({}, folder.path()).outcome, Outcome::fail);

  Config given;
  given.identity.master_key = "k";
  EXPECT_EQ(check_master_key(given, folder.path()).outcome, Outcome::pass);
}

TEST(InstallationChecks, say_what_is_shared_and_what_is_logged) {
  Config shared;
  shared.database.url = "mysql://aiva@db/aiva";
  EXPECT_EQ(check_sharing({}).outcome, Outcome::pass);
  EXPECT_EQ(check_sharing(shared).outcome, Outcome::warn);
  shared.cache.provider = "redis";
  EXPECT_EQ(check_sharing(shared).outcome, Outcome::pass);

  Config verbose;
  verbose.log.level = "debug";
  EXPECT_EQ(check_log_level({}).outcome, Outcome::pass);
  EXPECT_EQ(check_log_level(verbose).outcome, Outcome::warn);

  Config power;
  power.data.sync = "power";
  EXPECT_EQ(check_sync(power).outcome, Outcome::pass);
  EXPECT_THAT(check_sync({}).evidence, HasSubstr("kill -9"));
}

TEST(InstallationChecks, want_a_key_for_a_model_outside) {
  Config config;
  EXPECT_EQ(check_chat_model(config).outcome, Outcome::warn);
  config.chat_model.provider = "openai";
  EXPECT_EQ(check_chat_model(config).outcome, Outcome::fail);
  config.chat_model.api_key = "k";
  EXPECT_EQ(check_chat_model(config).outcome, Outcome::pass);
  config.chat_model.base_url = "http://127.0.0.1:8000/v1";
  config.chat_model.api_key.clear();
  EXPECT_EQ(check_chat_model(config).outcome, Outcome::pass);
}

TEST(InstallationChecks, judge_what_the_machine_has_left) {
  EXPECT_EQ(judge_disk(0.5, 100).outcome, Outcome::pass);
  EXPECT_EQ(judge_disk(0.75, 10).outcome, Outcome::warn);
  EXPECT_EQ(judge_disk(0.9, 1).outcome, Outcome::fail);
  EXPECT_EQ(judge_memory(0.5, 8).outcome, Outcome::pass);
  EXPECT_EQ(judge_memory(0.87, 8).outcome, Outcome::warn);
  EXPECT_EQ(judge_memory(0.95, 8).outcome, Outcome::fail);
  EXPECT_EQ(judge_clock(0).outcome, Outcome::pass);
  EXPECT_EQ(judge_clock(5).outcome, Outcome::warn);
  EXPECT_EQ(judge_clock(-1).outcome, Outcome::skipped);
  EXPECT_NE(check_memory().outcome, Outcome::skipped);
  EXPECT_NE(check_disk_use("/").outcome, Outcome::skipped);
  EXPECT_EQ(check_disk_use("/nowhere").outcome, Outcome::skipped);
}

TEST(InstallationChecks, judge_the_age_of_backups) {
  constexpr UnixMs hour = 3'600'000;
  constexpr UnixMs now = 1'000'000 * hour;
  TemporaryFolder folder;

  EXPECT_EQ(judge_backups(std::nullopt, now).outcome, Outcome::fail);
  EXPECT_EQ(judge_backups(now - 3 * hour, now).outcome, Outcome::pass);
  EXPECT_EQ(judge_backups(now - 50 * hour, now).outcome, Outcome::warn);
  EXPECT_EQ(judge_backups(now - 500 * hour, now).outcome, Outcome::fail);
  EXPECT_EQ(check_backups({}, "").outcome, Outcome::skipped);
  EXPECT_EQ(check_backups({}, (folder.path() / "none").string()).outcome, Outcome::fail);
}

TEST(InstallationChecks, judge_the_pool_by_what_the_server_allows) {
  EXPECT_EQ(judge_pool(20, 151).outcome, Outcome::pass);
  EXPECT_EQ(judge_pool(20, 50).outcome, Outcome::warn);
  EXPECT_EQ(judge_pool(20, 20).outcome, Outcome::fail);
}

TEST(InstallationChecks, name_an_index_that_is_missing) {
  auto missing = judge_indexes({"idx_documents_kb_status"});

  EXPECT_EQ(missing.outcome, Outcome::fail);
  EXPECT_THAT(missing.evidence, HasSubstr("idx_products_kb"));
  EXPECT_THAT(missing.evidence, Not(HasSubstr("idx_documents_kb_status")));
}

}  // namespace
}  // namespace aiva::app
