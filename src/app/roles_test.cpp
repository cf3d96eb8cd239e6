#include "app/roles.h"

#include <gtest/gtest.h>

namespace aiva::app {
namespace {

Config config_of(const std::string& role) { return {.server = {.role = role}}; }

TEST(Roles, are_all_that_may_be_configured) {
  for (const auto& row : all_roles()) {
    auto text = "[server]\nrole = \"" + std::string(row.role) + "\"\n";
    EXPECT_TRUE(read_config(text, [](const std::string&) { return std::nullopt; })) << row.role;
  }
  EXPECT_FALSE(
      read_config("[server]\nrole = \"queen\"\n", [](const std::string&) { return std::nullopt; }));
}

TEST(Roles, leave_no_duty_to_nobody_when_they_are_split) {
  auto all = duties_of(config_of("all"));
  auto api = duties_of(config_of("api"));
  auto worker = duties_of(config_of("worker"));
  auto bridge = duties_of(config_of("bridge"));

  EXPECT_TRUE(all.has_api && all.has_calls && all.has_jobs);
  EXPECT_TRUE(api.has_api && !api.has_calls && !api.has_jobs);
  EXPECT_TRUE(!worker.has_api && !worker.has_calls && worker.has_jobs);
  EXPECT_TRUE(!bridge.has_api && bridge.has_calls && !bridge.has_jobs);
}

TEST(Roles, keep_an_index_where_something_searches) {
  EXPECT_EQ(index_folder(config_of("api"), "/data", "index"), "/data/index");
  EXPECT_EQ(index_folder(config_of("bridge"), "/data", "index"), "/data/index");
  EXPECT_TRUE(index_folder(config_of("worker"), "/data", "index").empty());
}

TEST(Roles, give_each_process_a_name_that_begins_as_configured) {
  auto config = config_of("worker");
  config.worker.name = "worker-0";

  auto first = worker_name(config);
  auto second = worker_name(config);

  EXPECT_TRUE(first.starts_with("worker-0/"));
  EXPECT_NE(first, second);
}

TEST(Roles, have_a_process_that_does_everything_alone_at_work) {
  EXPECT_TRUE(is_alone_at_work(config_of("all")));
  EXPECT_FALSE(is_alone_at_work(config_of("worker")));

  auto elsewhere = config_of("all");
  elsewhere.database.url = "mysql://aiva@db.example/aiva";
  EXPECT_FALSE(is_alone_at_work(elsewhere));
}

}  // namespace
}  // namespace aiva::app
