#include "capabilities/functions/internal/function_runner.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "capabilities/functions/internal/mcp_servers_table.h"
#include "capabilities/functions/internal/secrets_table.h"
#include "foundation/log.h"
#include "foundation/text/utf8.h"

namespace aiva::functions {
namespace {

constexpr std::size_t arguments_bytes_max = 64 * 1024;
constexpr std::size_t tool_answer_bytes_max = 64 * 1024;

double ms_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
      .count();
}

}  // namespace

FunctionRunner::FunctionRunner(const FunctionParts& parts, const FunctionRules& rules)
    : parts_(parts),
      sender_(parts.http, rules.pause ? rules.pause : make_pause(),
              {.backoff_first = rules.backoff_first,
               .backoff_max = rules.backoff_max,
               .retry_after_max = rules.retry_after_max}),
      retries_(parts.metrics.counter("aiva_function_retries_total",
                                     "Requests of functions that were sent again")) {}

Task<Result<SecretValues>> FunctionRunner::open_secrets(CallContext context,
                                                        const std::set<std::string>& names) {
  if (names.empty()) co_return SecretValues{};
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return SecretsTable(sql, parts_.master_key).open(context.tenant, names);
  });
  auto secrets = co_await std::move(reading);
  co_return secrets;
}

Task<Result<RunReport>> FunctionRunner::run(CallContext context,
                                            std::shared_ptr<const CompiledFunction> function,
                                            std::string arguments, std::string idempotency_key) {
  RunReport report;
  auto begin = std::chrono::steady_clock::now();
  auto read_well = function->read_arguments(arguments);
  if (!read_well) {
    report.result = {.text = read_well.error().message, .is_error = true};
    co_return report;
  }
  auto opening = open_secrets(context, function->secrets());
  CO_TRY(auto secrets, co_await std::move(opening));
  auto request = function->make_request(*read_well, secrets, idempotency_key);
  if (!request) {
    report.result = {.text = request.error().message, .is_error = true};
    co_return report;
  }
  request->response_bytes_max = answer_bytes_max;
  int retries = function->may_repeat() ? function->settings().retries : 0;
  auto sending = sender_.send(context, std::move(*request), retries);
  auto sent = co_await std::move(sending);
  CO_TRY_VOID(context.check());
  report.attempts = sent.attempts;
  if (sent.attempts > 1) retries_.add(sent.attempts - 1);
  if (sent.answer) {
    report.http_status = sent.answer->status;
    report.result = describe_answer(*sent.answer, *function, secrets);
  } else {
    report.result = describe_failure(sent.answer.error());
    if (sent.answer.error().code == ErrorCode::internal)
      log::failure("A function could not be called", context, sent.answer.error());
  }
  report.time_ms = ms_since(begin);
  co_return report;
}

Task<Result<ToolServer>> FunctionRunner::find_address(
    CallContext context, std::shared_ptr<const CompiledServer> server) {
  auto opening = open_secrets(context, server->secrets());
  CO_TRY(auto secrets, co_await std::move(opening));
  auto address = server->address(secrets);
  co_return address;
}

Task<Result<RunReport>> FunctionRunner::run(CallContext context, ServerTool tool,
                                            std::string arguments) {
  RunReport report;
  auto begin = std::chrono::steady_clock::now();
  if (arguments.find_first_not_of(" \t\r\n") == std::string::npos) arguments = "{}";
  auto value = json::parse(arguments, {.bytes_max = arguments_bytes_max, .depth_max = 32});
  if (!value || !value->is_object()) {
    report.result = {.text = "The arguments cannot be read: they must be a JSON object",
                     .is_error = true};
    co_return report;
  }
  auto opening = open_secrets(context, tool.server->secrets());
  CO_TRY(auto secrets, co_await std::move(opening));
  auto address = tool.server->address(secrets);
  if (!address) {
    report.result = {.text = address.error().message, .is_error = true};
    co_return report;
  }
  auto outer = context;
  context.deadline = std::min(context.deadline, begin + address->timeout);
  auto calling = parts_.tool_servers.call_tool(
      context, *address, {.name = tool.name, .arguments = std::move(arguments)});
  auto answer = co_await std::move(calling);
  CO_TRY_VOID(outer.check());
  report.attempts = 1;
  if (answer) {
    auto text = without_secrets(repair_utf8(answer->text), secrets);
    report.result = {.text = cut(std::move(text), tool_answer_bytes_max),
                     .is_error = answer->is_error};
  } else {
    log::failure("A tool of a server could not be called", context, answer.error());
    report.result = describe_failure(answer.error());
  }
  report.time_ms = ms_since(begin);
  auto noticing = notice_changes(outer, std::move(tool), std::move(*address));
  co_await std::move(noticing);
  co_return report;
}

// A server that said that its tools are others now is asked for them soon.
Task<void> FunctionRunner::notice_changes(CallContext context, ServerTool tool,
                                          ToolServer address) {
  if (!parts_.tool_servers.has_other_tools(address)) co_return;
  auto writing = write(parts_.database, context, [&](SqlSession& sql) {
    return McpServersTable(sql).make_stale(context.tenant, tool.server->id());
  });
  auto outcome = co_await std::move(writing);
  if (!outcome) log::failure("A change of tools was not noted", context, outcome.error());
}

}  // namespace aiva::functions
