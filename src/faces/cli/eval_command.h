#pragma once

#include <string>
#include <vector>

#include "capabilities/evaluation/evaluation.h"
#include "faces/cli/arguments.h"
#include "faces/cli/eval_bars.h"
#include "foundation/call_context.h"

namespace aiva::cli {

// What `aiva eval` was asked to do, read and checked as far as that goes without the knowledge
// base.
struct EvalRequest {
  evaluation::Plan plan{};
  std::vector<Bar> bars{};
};

// Reads the golden set and the settings. Fails with `invalid` or `not_found`.
Result<EvalRequest> read_eval_request(const EvalArguments& arguments);

// Evaluates and shows the report. Answers 0, 1 when a bar is missed or the evaluation failed, 2
// when it does not fit the knowledge base, 130 when it was interrupted.
int run_eval(evaluation::Evaluation& evaluation, const CallContext& context, EvalRequest request,
             const EvalArguments& arguments, bool is_json);

// Prints why there is no report, a line for each mistake; the exit code it stands for: 130 when the
// call was cancelled.
int report_mistakes(const Error& error);

// Writes a golden set to edit.
int run_eval_template(evaluation::Evaluation& evaluation, const CallContext& context,
                      KnowledgeBaseId base, const EvalArguments& arguments);

}  // namespace aiva::cli
