#include "app/plan.h"

#include <gtest/gtest.h>

#include <fstream>

#include "app/measure_machine.h"
#include "ports/testing/temporary_folder.h"

namespace aiva::app {
namespace {

using planning::ModelUse;

TEST(PlanOfAConfiguration, asks_the_models_that_are_configured) {
  Config config;
  config.chat_model.provider = "openai";
  config.chat_model.model = "gpt-4o";
  config.embedder.provider = "openai";
  config.moderation.required = true;
  config.moderation.base_url = "https://api.openai.com/v1";

  auto models = used_models(config, "");

  ASSERT_EQ(models.size(), 3U);
  EXPECT_EQ(models[0].name, "gpt-4o");
  EXPECT_FALSE(models[0].is_assumed);
  EXPECT_EQ(models[1].name, "text-embedding-3-small");
  EXPECT_EQ(models[1].use, ModelUse::embedding);
  EXPECT_EQ(models[2].name, "omni-moderation-latest");
}

TEST(PlanOfAConfiguration, takes_the_name_of_a_default_model_without_its_provider) {
  Config config;
  config.models.default_model = "anthropic/claude-haiku-4-5";

  EXPECT_EQ(used_models(config, "").front().name, "claude-haiku-4-5");
  EXPECT_EQ(used_models(config, "gpt-4o").front().name, "gpt-4o");
}

TEST(PlanOfAConfiguration, assumes_the_guides_model_where_none_is) {
  auto models = used_models({}, "");

  ASSERT_EQ(models.size(), 1U);
  EXPECT_EQ(models[0].name, "gpt-4o-mini");
  EXPECT_TRUE(models[0].is_assumed);
}

TEST(PlanOfAConfiguration, knows_who_speaks_in_calls) {
  Config realtime;
  realtime.voice.realtime_key = "k";
  Config deepgram;
  deepgram.voice.recognizer = "deepgram";

  EXPECT_TRUE(wish_of({}, {}).has_packaged_voices);
  EXPECT_FALSE(wish_of({}, {.voice = "provider"}).has_packaged_voices);
  EXPECT_TRUE(wish_of(realtime, {.voice = "packaged"}).has_packaged_voices);
  EXPECT_EQ(wish_of(realtime, {}).models.back().use, ModelUse::realtime);
  EXPECT_EQ(wish_of(deepgram, {}).models.back().name, "nova-3");
}

TEST(PlanCommand, refuses_a_wish_before_it_measures) {
  cli::Arguments arguments;
  arguments.plan.measure_seconds = 600;

  EXPECT_EQ(run_plan({}, {}, arguments), 2);
}

TEST(PlanCommand, refuses_what_is_no_measurement) {
  TemporaryFolder folder;
  cli::Arguments arguments;
  arguments.plan.tier = "small";
  arguments.plan.measured_file = folder.write("measured.json", "{\"cores\":2}").string();

  EXPECT_EQ(run_plan({}, {}, arguments), 2);
}

TEST(Measuring, finds_what_requests_of_a_real_server_cost) {
  TemporaryFolder folder;
  Config config;
  config.data.folder = folder.path().string();
  std::vector<std::string> steps;

  auto measured =
      measure_machine(config, find_paths(config), std::chrono::seconds(5),
                      [&steps](int, std::string_view step) { steps.emplace_back(step); });

  ASSERT_TRUE(measured) << measured.error().message << measured.error().cause;
  EXPECT_GT(measured->cached_request_cpu_ms, 0);
  EXPECT_GT(measured->write_cpu_ms, 0);
  EXPECT_GT(measured->search_cpu_ms, measured->kept_search_cpu_ms);
  EXPECT_GT(measured->turn_cpu_ms, 0);
  EXPECT_GT(measured->chunk_cpu_ms, 0);
  EXPECT_GT(measured->chunk_disk_bytes, 100);
  EXPECT_GT(measured->commits_per_second, 0);
  EXPECT_GT(measured->memory_gb, 0);
  EXPECT_EQ(steps.back(), "done");
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "scratch"));
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "aiva.db"));
}

}  // namespace
}  // namespace aiva::app
