#pragma once

#include <vector>

#include "capabilities/evaluation/evaluation.h"

namespace aiva::evaluation {

// Whether the numbers of a plan are within their limits; fails with `invalid`.
Result<void> check_plan(const Plan& plan);

// Whether the knowledge base holds every document and chunk the questions name, and whether chunks
// may be named at all. Fails with `invalid`, one detail a mistake.
Task<Result<void>> check_targets(CallContext context, const Plan& plan,
                                 const std::vector<knowledge::Document>& documents,
                                 knowledge::Knowledge& knowledge);

}  // namespace aiva::evaluation
