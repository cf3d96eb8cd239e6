#include "capabilities/checkup/checkup.h"

#include "capabilities/checkup/internal/symptoms.h"
#include "capabilities/checkup/internal/thresholds.h"

namespace aiva::checkup {

std::vector<Finding> check_figures(const LiveReadings& readings) {
  std::vector<Finding> findings;
  for (const auto& threshold : thresholds()) findings.push_back(judge(threshold, readings));
  return findings;
}

std::vector<Finding> check_symptoms(const LiveReadings& readings) {
  return {find_slow_searches(readings), find_slow_uploads(readings), find_high_latency(readings),
          find_scarce_memory(readings), find_slow_database(readings)};
}

}  // namespace aiva::checkup
