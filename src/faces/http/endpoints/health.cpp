#include "faces/http/endpoints/health.h"

#include <chrono>
#include <memory>

#include "foundation/log.h"

namespace aiva::http {
namespace {

constexpr std::chrono::seconds probe_deadline{2};

struct ProbeState {
  std::string_view name;
  bool is_up = false;
  bool is_required = true;
};

// Runs all probes, one after the other; each is told to be quick.
Task<std::vector<ProbeState>> run_probes(const HealthParts& parts, CallContext context) {
  std::vector<ProbeState> states;
  context.deadline = std::min(context.deadline, std::chrono::steady_clock::now() + probe_deadline);
  for (const auto& probe : parts.probes) {
    auto task = probe.check(context);
    auto outcome = co_await std::move(task);
    if (!outcome) log::failure("a health probe failed", context, outcome.error());
    states.push_back({probe.name, outcome.has_value(), probe.is_required});
  }
  co_return states;
}

void write_states(JsonWriter& writer, const std::vector<ProbeState>& states) {
  writer.begin_object();
  for (const auto& state : states) writer.field(state.name, state.is_up ? "up" : "down");
  writer.end_object();
}

bool is_all_up(const std::vector<ProbeState>& states) {
  for (const auto& state : states)
    if (state.is_required && !state.is_up) return false;
  return true;
}

Task<Result<Response>> answer_liveness(const HealthParts& parts) {
  Response response;
  JsonWriter writer(response.body);
  writer.begin_object().field("status", "ok");
  writer.field("timestamp", to_iso8601(parts.clock.unix_ms())).field("version", parts.version);
  writer.end_object();
  co_return response;
}

// Tells orchestrators only that the program runs: one that waits for its rows is not to be killed.
Task<Result<Response>> answer_life(const HealthParts& parts) {
  Response response;
  JsonWriter writer(response.body);
  writer.begin_object().field("status", parts.lifecycle.is_draining() ? "draining" : "alive");
  writer.field("role", parts.role).field("version", parts.version).end_object();
  co_return response;
}

Task<Result<Response>> answer_health(const HealthParts& parts, CallContext context) {
  auto states = co_await run_probes(parts, std::move(context));
  Response response;
  JsonWriter writer(response.body);
  writer.begin_object().field("status", is_all_up(states) ? "healthy" : "unhealthy");
  writer.field("version", parts.version).field("whoami", "aiva");
  writer.field("timestamp", to_iso8601(parts.clock.unix_ms())).key("services");
  write_states(writer, states);
  writer.end_object();
  co_return response;
}

Task<Result<Response>> answer_readiness(const HealthParts& parts, CallContext context) {
  auto states = co_await run_probes(parts, std::move(context));
  bool is_draining = parts.lifecycle.is_draining();
  bool is_ready = is_all_up(states) && !is_draining;
  Response response{.status = is_ready ? 200 : 503};
  JsonWriter writer(response.body);
  writer.begin_object();
  writer.field("status", is_draining ? "draining" : is_ready ? "ready" : "not_ready");
  writer.field("role", parts.role).key("checks");
  write_states(writer, states);
  writer.end_object();
  co_return response;
}

// What a proxy or an ingress passes on came from outside, and no caller can take away what they
// add.
bool came_by_proxy(const Request& request) {
  return !request.header("X-Forwarded-For").empty() || !request.header("Forwarded").empty();
}

Task<Result<Response>> hide_metrics() {
  co_return fail(ErrorCode::not_found, "Metrics are not shown by way of a proxy");
}

// Examples of buckets are told to whoever asks for the format that has them.
Task<Result<Response>> answer_metrics(const HealthParts& parts, CallContext context,
                                      bool wants_openmetrics) {
  if (parts.refresh) {
    context.deadline =
        std::min(context.deadline, std::chrono::steady_clock::now() + probe_deadline);
    auto refreshing = parts.refresh(std::move(context));
    co_await std::move(refreshing);
  }
  if (wants_openmetrics)
    co_return text_response(200, "application/openmetrics-text; version=1.0.0; charset=utf-8",
                            parts.metrics.to_openmetrics_text());
  co_return text_response(200, "text/plain; version=0.0.4; charset=utf-8",
                          parts.metrics.to_prometheus_text());
}

}  // namespace

std::vector<Route> health_routes(HealthParts parts) {
  auto shared = std::make_shared<const HealthParts>(std::move(parts));  // by every handler
  const RouteOptions options{.body = BodyKind::none, .rate = RateClass::none};
  Handler liveness = [shared](CallContext, Request&) { return answer_liveness(*shared); };
  Handler health = [shared](CallContext context, Request&) {
    return answer_health(*shared, std::move(context));
  };
  Handler readiness = [shared](CallContext context, Request&) {
    return answer_readiness(*shared, std::move(context));
  };
  Handler metrics = [shared](CallContext context, Request& request) {
    bool is_operator = request.principal().may(identity::Permission::system_read);
    if (came_by_proxy(request) && !is_operator) return hide_metrics();
    bool wants_openmetrics = request.header("Accept").contains("application/openmetrics-text");
    return answer_metrics(*shared, std::move(context), wants_openmetrics);
  };
  Handler life = [shared](CallContext, Request&) { return answer_life(*shared); };
  std::vector<Route> routes;
  routes.push_back({Method::get, "/api/health", Right::anyone(), std::move(liveness), options});
  routes.push_back({Method::get, "/health", Right::anyone(), std::move(health), options});
  routes.push_back({Method::get, "/livez", Right::anyone(), std::move(life), options});
  routes.push_back({Method::get, "/readyz", Right::anyone(), std::move(readiness), options});
  routes.push_back({Method::get, "/metrics", Right::anyone(), std::move(metrics), options});
  return routes;
}

}  // namespace aiva::http
