#include "faces/cli/plan_arguments.h"

#include <CLI/CLI.hpp>

namespace aiva::cli {
namespace {

constexpr double figure_max = 1e12;

void add_load(CLI::App& app, PlanArguments& plan) {
  const CLI::Range any(0.0, figure_max);
  app.add_option("--tier", plan.tier, "A size of the capacity guide")
      ->check(CLI::IsMember({"small", "medium", "large", "very-large"}));
  app.add_option("--users", plan.users, "Users at a time")->check(any);
  app.add_option("--rps", plan.rps, "API requests a second, without chats and calls")->check(any);
  app.add_option("--chats", plan.chats, "Conversations at a time")->check(any);
  app.add_option("--calls", plan.calls, "Telephone calls at a time")->check(any);
  app.add_option("--documents-a-day", plan.documents_a_day, "Documents that come")->check(any);
  app.add_option("--chunks", plan.chunks, "Passages stored at the beginning")->check(any);
  app.add_option("--images", plan.images, "Images stored at the beginning")->check(any);
  app.add_option("--tenants", plan.tenants, "Tenants")->check(any);
}

}  // namespace

void add_plan_options(CLI::App& app, PlanArguments& plan) {
  app.footer(
      "What is not given follows from the guide's tier in proportion. docs/guides/sizing.md tells "
      "how the figures come about.");
  add_load(app, plan);
  app.add_option("--headroom", plan.headroom_percent,
                 "Percent of cores, memory, disk and network that stay free")
      ->check(CLI::Range(0.0, 90.0));
  app.add_option("--growth-months", plan.growth_months, "Months of growth the disk holds")
      ->check(CLI::Range(0, 120));
  app.add_flag("--failover", plan.has_failover, "Nothing may stop with one machine");
  app.add_option("--voice", plan.voice, "Who hears and speaks in calls; else as configured")
      ->check(CLI::IsMember({"packaged", "provider"}));
  app.add_option("--model", plan.model, "The model of chats; else as configured");
  auto* measured = app.add_option("--measured", plan.measured_file,
                                  "A measurement, or the output of --json, instead of a new one");
  app.add_option("--measure-seconds", plan.measure_seconds, "How long this machine is measured")
      ->check(CLI::Range(5, 600))
      ->excludes(measured);
  app.add_option("--prices", plan.prices_file, "Prices (TOML); else those that come along");
  app.add_flag("--why", plan.has_reasons, "Say the reason of each line");
}

}  // namespace aiva::cli
