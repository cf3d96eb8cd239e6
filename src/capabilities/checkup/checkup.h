#pragma once

#include <vector>

#include "capabilities/checkup/exposition.h"
#include "capabilities/checkup/finding.h"

namespace aiva::checkup {

// A server's figures against the guide's thresholds (S138–S159).
std::vector<Finding> check_figures(const LiveReadings& readings);

// The guide's symptoms (S211): each that shows fails, with its cause and its cure.
std::vector<Finding> check_symptoms(const LiveReadings& readings);

}  // namespace aiva::checkup
