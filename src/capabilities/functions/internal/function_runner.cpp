#include "capabilities/functions/internal/function_runner.h"

#include <chrono>
#include <utility>

#include "capabilities/functions/internal/secrets_table.h"
#include "foundation/log.h"

namespace aiva::functions {

FunctionRunner::FunctionRunner(const FunctionParts& parts, const FunctionRules& rules)
    : parts_(parts),
      sender_(parts.http, rules.pause ? rules.pause : make_pause(),
              {.backoff_first = rules.backoff_first,
               .backoff_max = rules.backoff_max,
               .retry_after_max = rules.retry_after_max}),
      retries_(parts.metrics.counter("aiva_function_retries_total",
                                     "Requests of functions that were sent again")) {}

Task<Result<SecretValues>> FunctionRunner::open_secrets(CallContext context,
                                                        const CompiledFunction& function) {
  if (function.secrets().empty()) co_return SecretValues{};
  auto reading = read(parts_.database, context, [&](SqlSession& sql) {
    return SecretsTable(sql, parts_.master_key).open(context.tenant, function.secrets());
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
  auto opening = open_secrets(context, *function);
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
  std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
  report.time_ms = time.count();
  co_return report;
}

}  // namespace aiva::functions
