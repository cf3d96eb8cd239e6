#include "capabilities/functions/internal/tool_desk.h"

#include <utility>

#include "capabilities/functions/internal/call_job.h"
#include "capabilities/functions/internal/calls_table.h"
#include "foundation/span.h"
#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t shown_name_bytes = 64;

// For what has to be written down although the call is over.
CallContext without_end(CallContext context) {
  context.cancellation = {};
  context.deadline = std::chrono::steady_clock::time_point::max();
  return context;
}

ToolOutcome outcome_of(const ToolUse& use, const RunReport& report) {
  return {.name = use.call.name,
          .arguments = use.call.arguments,
          .result = report.result.text,
          .is_error = report.result.is_error,
          .time_ms = report.time_ms};
}

RunReport failed(std::string sentence) {
  return {.result = {.text = std::move(sentence), .is_error = true}};
}

}  // namespace

ToolDesk::ToolDesk(const FunctionParts& parts, const FunctionRules& rules)
    : parts_(parts),
      rules_{.allow_private_hosts = rules.allow_private_hosts,
             .private_hosts = rules.private_hosts},
      runner_(parts, rules),
      log_(parts),
      toolboxes_(parts, rules_),
      pending_(parts.metrics.counter("aiva_function_jobs_total",
                                     "Calls of asynchronous functions that were queued")) {}

Task<Result<std::vector<ToolDefinition>>> ToolDesk::tools_of(CallContext context, AgentId agent) {
  auto finding = toolboxes_.find(context, agent);
  CO_TRY(auto toolbox, co_await std::move(finding));
  co_return toolbox->definitions;
}

Task<Result<ToolOutcome>> ToolDesk::call(CallContext context, ToolUse use) {
  Span span(context, "tool.call");
  span.set("gen_ai.tool.name", utf8_prefix(use.call.name, shown_name_bytes));
  auto calling = call_known(span.inside(context), std::move(use));
  auto outcome = co_await std::move(calling);
  span.note(outcome);
  if (outcome && outcome->is_error) span.fail(ErrorCode::unavailable);
  co_return outcome;
}

Task<Result<ToolOutcome>> ToolDesk::call_known(CallContext context, ToolUse use) {
  auto finding = toolboxes_.find(context, use.agent);
  CO_TRY(auto toolbox, co_await std::move(finding));
  auto tool = toolbox->server_tools.find(use.call.name);
  if (tool != toolbox->server_tools.end()) {
    auto calling = call_server(context, tool->second, std::move(use));
    auto outcome = co_await std::move(calling);
    co_return outcome;
  }
  auto known = toolbox->functions.find(use.call.name);
  if (known == toolbox->functions.end()) {
    auto name = std::string(utf8_prefix(use.call.name, shown_name_bytes));
    auto refusing = refuse(context, std::move(use), "There is no function " + repair_utf8(name));
    auto outcome = co_await std::move(refusing);
    co_return outcome;
  }
  bool is_async = known->second->settings().execution_mode == ExecutionMode::async;
  auto calling = is_async ? enqueue(context, known->second, std::move(use))
                          : call_now(context, known->second, std::move(use));
  auto outcome = co_await std::move(calling);
  co_return outcome;
}

Task<Result<ToolOutcome>> ToolDesk::refuse(CallContext context, ToolUse use, std::string sentence) {
  auto report = failed(std::move(sentence));
  auto entry = log_.begin(use);
  log_.settle(entry, report);
  auto logging = log_.append(context, std::move(entry));
  co_await std::move(logging);
  co_return outcome_of(use, report);
}

Task<Result<ToolOutcome>> ToolDesk::call_now(CallContext context,
                                             std::shared_ptr<const CompiledFunction> function,
                                             ToolUse use) {
  auto entry = log_.begin(use);
  auto running =
      runner_.run(context, std::move(function), use.call.arguments, make_idempotency_key(use));
  auto report = co_await std::move(running);
  auto settling = settle(context, std::move(use), std::move(entry), std::move(report));
  auto outcome = co_await std::move(settling);
  co_return outcome;
}

Task<Result<ToolOutcome>> ToolDesk::call_server(CallContext context, ServerTool tool, ToolUse use) {
  auto entry = log_.begin(use);
  auto running = runner_.run(context, std::move(tool), use.call.arguments);
  auto report = co_await std::move(running);
  auto settling = settle(context, std::move(use), std::move(entry), std::move(report));
  auto outcome = co_await std::move(settling);
  co_return outcome;
}

Task<Result<ToolOutcome>> ToolDesk::settle(CallContext context, ToolUse use, FunctionCall entry,
                                           Result<RunReport> report) {
  log_.settle(entry, report ? *report : failed("The call was cut off: " + report.error().message));
  auto logging = log_.append(without_end(context), std::move(entry));
  co_await std::move(logging);
  if (!report) co_return fail(std::move(report.error()));
  co_return outcome_of(use, *report);
}

Task<Result<std::vector<RemoteTool>>> ToolDesk::list_tools(
    CallContext context, std::shared_ptr<const CompiledServer> server) {
  auto finding = runner_.find_address(context, std::move(server));
  CO_TRY(auto address, co_await std::move(finding));
  auto listing = parts_.tool_servers.list_tools(context, std::move(address));
  auto tools = co_await std::move(listing);
  co_return tools;
}

Task<Result<ToolOutcome>> ToolDesk::enqueue(CallContext context,
                                            std::shared_ptr<const CompiledFunction> function,
                                            ToolUse use) {
  auto arguments = function->read_arguments(use.call.arguments);
  if (!arguments) {
    auto refusing = refuse(context, std::move(use), std::move(arguments.error().message));
    auto outcome = co_await std::move(refusing);
    co_return outcome;
  }
  auto entry = log_.begin(use);
  CallJob call{.call = entry.id,
               .agent = use.agent,
               .function_name = use.call.name,
               .arguments = json::to_text(*arguments),
               .idempotency_key = make_idempotency_key(use)};
  auto writing = write(parts_.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(CallsTable(sql).insert(context.tenant, entry));
    TRY_VOID(parts_.jobs.enqueue(sql, make_job(context.tenant, call)));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  parts_.jobs.wake();
  pending_.add();
  json::Object result{{"status", "pending"}, {"call_id", entry.id.to_string()}};
  co_return ToolOutcome{.name = use.call.name,
                        .arguments = use.call.arguments,
                        .result = json::to_text(result),
                        .is_pending = true};
}

Task<Result<JobOutcome>> ToolDesk::run(CallContext context, Job job) {
  auto call = read_job(job);
  if (!call) co_return JobOutcome{.kind = JobOutcome::Kind::dead, .error = call.error().cause};
  context.tenant = job.tenant;
  auto finding = toolboxes_.find(context, call->agent);
  CO_TRY(auto toolbox, co_await std::move(finding));
  auto known = toolbox->functions.find(call->function_name);
  bool is_there = known != toolbox->functions.end();
  bool may_repeat = is_there && known->second->may_repeat();
  FunctionCall entry{.id = call->call, .agent = call->agent, .function_name = call->function_name};
  if (job.state == JobState::dead || (job.attempts > 1 && is_there && !may_repeat)) {
    // Whoever leased it before died while calling.
    log_.settle(entry, failed("The call was cut off; whether it took place is not known"));
  } else if (!is_there) {
    log_.settle(entry, failed("The function is gone"));
  } else {
    auto running = runner_.run(context, known->second, call->arguments, call->idempotency_key);
    auto report = co_await std::move(running);
    if (!report && may_repeat) {
      if (context.check()) co_return fail(std::move(report.error()));
      co_return JobOutcome{.kind = JobOutcome::Kind::released, .error = report.error().message};
    }
    log_.settle(entry, report ? *report
                              : failed("The call was cut off; whether it took place is not known"));
  }
  auto completing = log_.complete(without_end(context), std::move(entry));
  CO_TRY([[maybe_unused]] auto was_pending, co_await std::move(completing));
  co_return JobOutcome{};
}

}  // namespace aiva::functions
