#include "faces/http/middleware/trace.h"

#include <chrono>
#include <cstring>
#include <string>

namespace aiva::http {
namespace {

constexpr int server_error = 500;

// What an answer took until its first byte: of streams until their handler had something to say;
// nothing where a stream never had.
std::chrono::steady_clock::duration waited_for(const Exchange& exchange) {
  if (!exchange.response.producer) return std::chrono::steady_clock::now() - exchange.started;
  if (exchange.first_piece == SteadyTime{}) return {};
  return exchange.first_piece - exchange.started;
}

void describe(Exchange& exchange) {
  auto& span = exchange.span;
  const auto& request = exchange.request;
  auto method = to_string(request.method);
  auto route = request.route_pattern.empty() ? std::string_view("unmatched")
                                             : std::string_view(request.route_pattern);
  span.rename(std::string(method).append(" ").append(route));
  span.set("http.request.method", method);
  span.set("http.route", route);
  span.set("aiva.request_id", request.request_id);
  if (!exchange.context.tenant.is_nil())
    span.set("aiva.tenant", exchange.context.tenant.to_string());
}

ErrorCode code_of(int status) {
  return status == 503 ? ErrorCode::unavailable
                       : (status == 504 ? ErrorCode::timeout : ErrorCode::internal);
}

}  // namespace

void continue_trace(Exchange& exchange, Tracer& tracer) {
  auto& trace = exchange.context.trace;
  auto incoming = parse_traceparent(exchange.head.traceparent);
  if (incoming) {
    trace = *incoming;
  } else {
    std::uint64_t bits[2] = {exchange.thread.random() | 1, exchange.thread.random()};
    std::memcpy(trace.trace_id.data(), bits, sizeof bits);
    trace.is_sampled = tracer.samples(trace);
  }
  exchange.span = tracer.begin(trace, {.name = "request",
                                       .kind = SpanKind::server,
                                       .is_own = !incoming.has_value(),
                                       .may_be_slow = true});
  exchange.extra_headers.append("traceparent: ").append(to_traceparent(trace)).append("\r\n");
}

bool end_trace(Exchange& exchange, const Tracer& tracer) {
  auto& span = exchange.span;
  auto& trace = exchange.context.trace;
  bool is_kept = trace.is_sampled;
  if (span.is_recorded()) {
    auto status = exchange.response.status;
    describe(exchange);
    span.set("http.response.status_code", std::int64_t{status});
    if (status >= server_error) span.fail(code_of(status));
    bool is_slow = tracer.slow().count() > 0 && waited_for(exchange) >= tracer.slow();
    if (is_slow) span.call_slow();
    is_kept = is_kept || is_slow;
    span.end();
  }
  trace.recording = {};
  return is_kept;
}

void leave_trace(Exchange& exchange) {
  if (exchange.span.is_recorded()) {
    describe(exchange);
    exchange.span.set("http.response.status_code", std::int64_t{101});
    exchange.span.end();
  }
  exchange.context.trace.recording = {};
}

}  // namespace aiva::http
