#pragma once

#include <optional>
#include <string>

namespace CLI {
class App;
}

namespace aiva::cli {

// What `aiva plan` is asked for.
struct PlanArguments {
  std::string tier{};
  std::optional<double> users{};
  std::optional<double> rps{};
  std::optional<double> chats{};
  std::optional<double> calls{};
  std::optional<double> documents_a_day{};
  std::optional<double> chunks{};
  std::optional<double> images{};
  std::optional<double> tenants{};
  double headroom_percent = 40;
  int growth_months = 12;
  int measure_seconds = 60;
  std::string measured_file{};  // instead of measuring
  std::string prices_file{};    // empty: those that come with the program
  std::string voice{};          // packaged | provider; empty: as configured
  std::string model{};          // of chats; empty: as configured
  bool has_failover = false;
  bool has_reasons = false;
};

void add_plan_options(CLI::App& app, PlanArguments& plan);

}  // namespace aiva::cli
