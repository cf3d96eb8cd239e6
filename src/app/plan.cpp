#include "app/plan.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "app/measure_machine.h"
#include "app/price_table.h"
#include "app/text_file.h"
#include "capabilities/planning/guide.h"
#include "capabilities/planning/measurement_json.h"
#include "capabilities/planning/planning.h"
#include "faces/cli/output.h"
#include "faces/cli/plan_report.h"
#include "faces/cli/terminal.h"

namespace aiva::app {
namespace {

using planning::Measurement;
using planning::ModelUse;
using planning::UsedModel;

constexpr const char* guide_chat_model = "gpt-4o-mini";  // S192

Result<Measurement> load_measurement(const std::string& path) {
  TRY(auto text, read_text_file(path));
  auto measured = planning::read_measurement(text);
  if (!measured) measured.error().message = path + " is no measurement";
  return measured;
}

Result<Measurement> find_measurement(const Config& config, const Paths& paths,
                                     const cli::Arguments& arguments) {
  const auto& asked = arguments.plan;
  if (!asked.measured_file.empty()) return load_measurement(asked.measured_file);
  cli::ProgressBar bar("measuring", arguments.is_json);
  auto measured =
      measure_machine(config, paths, std::chrono::seconds(asked.measure_seconds),
                      [&bar](int percent, std::string_view step) { bar.show(percent, step); });
  bar.finish(measured ? "done" : "failed");
  return measured;
}

// Whether callers hear and are heard by a provider.
bool has_provider_voices(const Config& config, const cli::PlanArguments& asked) {
  if (!asked.voice.empty()) return asked.voice == "provider";
  const auto& voice = config.voice;
  return !voice.realtime_key.empty() || voice.recognizer == "deepgram";
}

void add_model(std::vector<UsedModel>& models, UsedModel model) {
  if (std::ranges::find(models, model.name, &UsedModel::name) == models.end())
    models.push_back(std::move(model));
}

UsedModel chat_model_of(const Config& config, const std::string& asked) {
  if (!asked.empty()) return {.use = ModelUse::chat, .name = asked};
  auto name = config.models.default_model;
  if (auto slash = name.find('/'); slash != std::string::npos) name.erase(0, slash + 1);
  if (!name.empty()) return {.use = ModelUse::chat, .name = name};
  if (config.chat_model.provider != "none")
    return {.use = ModelUse::chat, .name = config.chat_model.model};
  return {.use = ModelUse::chat, .name = guide_chat_model, .is_assumed = true};
}

}  // namespace

std::vector<UsedModel> used_models(const Config& config, const std::string& chat_model) {
  std::vector<UsedModel> models = {chat_model_of(config, chat_model)};
  if (config.embedder.provider == "openai")
    add_model(models, {.use = ModelUse::embedding, .name = config.embedder.model});
  if (config.moderation.required && !config.moderation.base_url.empty())
    add_model(models, {.use = ModelUse::moderation, .name = config.moderation.model});
  return models;
}

planning::Wish wish_of(const Config& config, const cli::PlanArguments& asked) {
  planning::Wish wish{.load = {.tier = planning::parse_tier(asked.tier),
                               .users = asked.users,
                               .rps = asked.rps,
                               .chats = asked.chats,
                               .calls = asked.calls,
                               .documents_a_day = asked.documents_a_day,
                               .chunks = asked.chunks,
                               .images = asked.images,
                               .tenants = asked.tenants},
                      .headroom = asked.headroom_percent / 100,
                      .growth_months = asked.growth_months,
                      .has_packaged_voices = !has_provider_voices(config, asked),
                      .has_failover = asked.has_failover,
                      .models = used_models(config, asked.model)};
  if (wish.has_packaged_voices) return wish;
  bool is_deepgram = config.voice.realtime_key.empty() && config.voice.recognizer == "deepgram";
  if (is_deepgram)
    add_model(wish.models, {.use = ModelUse::recognition, .name = config.voice.deepgram_model});
  else
    add_model(wish.models, {.use = ModelUse::realtime, .name = config.voice.realtime_model});
  return wish;
}

int run_plan(const Config& config, const Paths& paths, const cli::Arguments& arguments) {
  auto prices = load_prices(arguments.plan.prices_file);
  if (!prices) return cli::report(prices.error());
  auto wish = wish_of(config, arguments.plan);
  // What is wrong with the wish shows before a minute of measuring.
  if (auto tried = planning::make_plan(wish, {.commits_per_second = 1e9}, *prices); !tried)
    return cli::report(tried.error());
  auto measured = find_measurement(config, paths, arguments);
  if (!measured) return cli::report(measured.error());
  auto plan = planning::make_plan(wish, *measured, *prices);
  if (!plan) return cli::report(plan.error());
  auto text = arguments.is_json ? cli::plan_json(*plan, *measured) + "\n"
                                : cli::format_plan(*plan, *measured, arguments.plan.has_reasons);
  std::fputs(text.c_str(), stdout);
  return 0;
}

}  // namespace aiva::app
