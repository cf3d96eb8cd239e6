#include "faces/cli/doctor_command.h"

#include <chrono>
#include <cstdio>

#include "faces/cli/output.h"
#include "foundation/json_writer.h"

namespace aiva::cli {

int run_doctor(const std::vector<Check>& checks, bool is_json) {
  using Clock = std::chrono::steady_clock;
  std::string text;
  JsonWriter writer(text);
  writer.begin_array();
  int failures = 0;
  for (const auto& check : checks) {
    auto began = Clock::now();
    auto outcome = check.run();
    double ms = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    std::string found = outcome ? *outcome : describe(outcome.error());
    failures += outcome ? 0 : 1;
    writer.begin_object().field("check", check.name).field("is_ok", outcome.has_value());
    writer.field("found", found).field("time_ms", ms).end_object();
    if (!is_json)
      std::printf("%-5s %-22s %s (%.1f ms)\n", outcome ? "ok" : "FAIL", check.name.c_str(),
                  found.c_str(), ms);
  }
  writer.end_array();
  if (is_json) std::printf("%s\n", text.c_str());
  return failures == 0 ? 0 : 1;
}

}  // namespace aiva::cli
