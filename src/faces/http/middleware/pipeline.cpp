#include "faces/http/middleware/pipeline.h"

#include <exception>

#include "faces/http/internal/target.h"
#include "faces/http/middleware/access_log.h"
#include "faces/http/middleware/authentication.h"
#include "faces/http/middleware/deadline.h"
#include "faces/http/middleware/gzip.h"
#include "faces/http/middleware/request_id.h"
#include "faces/http/middleware/security_headers.h"
#include "faces/http/middleware/tenant.h"
#include "faces/http/middleware/trace.h"
#include "faces/http/openai_errors.h"
#include "foundation/log.h"

namespace aiva::http {

Result<std::unique_ptr<Pipeline>> Pipeline::make(const ServerOptions& options, Router router,
                                                 ServerParts parts) {
  TRY(auto proxies, TrustedProxies::make(options.trusted_proxies));
  return std::unique_ptr<Pipeline>(
      new Pipeline(options, std::move(router), parts, std::move(proxies)));
}

Pipeline::Pipeline(const ServerOptions& options, Router router, ServerParts parts,
                   TrustedProxies proxies)
    : router_(std::move(router)),
      authenticator_(parts.authenticator),
      tracer_(parts.tracer != nullptr ? *parts.tracer : no_tracer_),
      proxies_(std::move(proxies)),
      rates_(parts.cache, options.rates),
      cors_(options.cors_origins),
      content_{parts.files, options.staging_folder, options.limits},
      idempotent_(parts.keys),
      call_deadline_(options.timeouts.call),
      has_access_log_(options.has_access_log),
      has_gzip_(options.has_gzip),
      unmatched_(parts.metrics, "any", "unmatched"),
      connections_(parts.metrics.gauge("aiva_http_connections", "Open HTTP connections")),
      in_flight_(parts.metrics.gauge("aiva_http_in_flight", "Requests being answered")) {
  for (const auto& route : router_.routes())
    metrics_.emplace_back(parts.metrics, to_string(route.method), route.path);
  for (const auto& route : router_.websocket_routes())
    websocket_metrics_.emplace_back(parts.metrics, "WEBSOCKET", route.path);
}

// The one place that says the order of the middleware.
Task<void> Pipeline::run(Exchange& exchange) {
  in_flight_.add(1);
  exchange.phase = Phase::call;
  set_deadline(exchange, call_deadline_);
  continue_trace(exchange, tracer_);
  give_request_id(exchange);
  find_client_address(exchange, proxies_);
  cors_.add_headers(exchange);
  Outcome outcome;
  try {
    outcome = co_await admit(exchange);
    bool has_handler = outcome && !exchange.is_answered && exchange.route != nullptr;
    if (has_handler) outcome = co_await call(exchange);
  } catch (const std::exception& exception) {
    outcome = std::unexpected(Failure(internal_error(exception.what())));
  } catch (...) {
    outcome = std::unexpected(Failure(internal_error("an exception of unknown type")));
  }
  co_await ContinueOn(exchange.thread);
  if (!outcome)
    answer_failure(exchange, std::move(outcome.error()));
  else if (exchange.websocket_route == nullptr)
    complete_headers(exchange);
}

// Everything that decides whether the handler may be asked.
Task<Outcome> Pipeline::admit(Exchange& exchange) {
  auto found = find_route(exchange);
  if (found && !exchange.head.origin.empty() && !cors_.allows(exchange.head.origin))
    co_await let_origin_in(exchange);
  if (!found || exchange.is_answered) co_return found;
  if (auto rule = rates_.address_rule(exchange)) {
    auto counted = co_await rates_.count(exchange, std::move(*rule));
    if (!counted) co_return counted;
  }
  if (auto credential = find_credential(exchange)) {
    auto known = co_await authenticate(exchange, authenticator_, *credential);
    if (!known) co_return known;
  }
  if (auto rule = rates_.caller_rule(exchange)) {
    auto counted = co_await rates_.count(exchange, std::move(*rule));
    if (!counted) co_return counted;
  }
  if (auto allowed = authorise(exchange); !allowed) co_return allowed;
  if (auto checked = check_tenant(exchange); !checked) co_return checked;
  if (exchange.websocket_route == nullptr || !exchange.websocket_route->options.admission)
    co_return Outcome{};
  auto task = exchange.websocket_route->options.admission(exchange.context, exchange.request);
  auto admitted = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!admitted) co_return std::unexpected(Failure(std::move(admitted.error())));
  co_return Outcome{};
}

// The body, then the handler.
Task<Outcome> Pipeline::call(Exchange& exchange) {
  if (auto checked = check_content(exchange); !checked) co_return checked;
  bool needs_form = body_kind(exchange) == BodyKind::multipart;
  if (!exchange.body.is_complete() || needs_form) {
    exchange.phase = Phase::body;
    exchange.context.deadline = SteadyTime::max();
    auto read = co_await read_content(exchange, content_);
    if (!read) co_return read;
    exchange.phase = Phase::call;
  }
  set_deadline(exchange, call_deadline_);
  exchange.input.read_ahead();
  if (idempotent_.concern(exchange)) {
    auto asked = co_await ask_once(exchange);
    co_return asked;
  }
  auto task = exchange.route->handler(exchange.context, exchange.request);
  auto response = co_await std::move(task);
  co_await ContinueOn(exchange.thread);
  if (!response) co_return std::unexpected(Failure(std::move(response.error())));
  exchange.response = std::move(*response);
  co_return Outcome{};
}

// The handler, unless the request was answered before under its Idempotency-Key.
Task<Outcome> Pipeline::ask_once(Exchange& exchange) {
  auto claim = co_await idempotent_.begin(exchange);
  if (!claim) co_return std::unexpected(std::move(claim.error()));
  if (!*claim) co_return Outcome{};
  Result<Response> response = fail(internal_error("the handler did not answer"));
  try {
    auto task = exchange.route->handler(exchange.context, exchange.request);
    response = co_await std::move(task);
  } catch (const std::exception& exception) {
    response = fail(internal_error(exception.what()));
  }
  co_await ContinueOn(exchange.thread);
  co_await idempotent_.end(exchange, std::move(**claim), response ? &*response : nullptr);
  if (!response) co_return std::unexpected(Failure(std::move(response.error())));
  exchange.response = std::move(*response);
  co_return Outcome{};
}

Outcome Pipeline::find_route(Exchange& exchange) {
  auto& request = exchange.request;
  auto target = split_target(exchange.head.target);
  if (exchange.head.target == "*" && request.method == Method::options) {
    cors_.answer_options(exchange, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return {};
  }
  if (!target || !decode_path(target->path, request.path) ||
      !decode_query(target->query, request.query)) {
    auto failure = bad_request("The request target is not well-formed");
    failure.must_close = false;
    return std::unexpected(std::move(failure));
  }
  auto& match = exchange.match;
  router_.find(request.method, request.path, match);
  bool is_websocket =
      match.websocket_route >= 0 && (exchange.head.wants_upgrade || match.route < 0);
  if (is_websocket || match.route >= 0) {
    auto index = is_websocket ? match.websocket_route : match.route;
    auto names =
        is_websocket ? router_.websocket_parameter_names(index) : router_.parameter_names(index);
    for (std::size_t i = 0; i < names.size(); ++i)
      request.path_parameters.emplace_back(names[i], match.parameters[i]);
    auto place = static_cast<std::size_t>(index);
    if (is_websocket) exchange.websocket_route = &router_.websocket_routes()[place];
    if (!is_websocket) exchange.route = &router_.routes()[place];
    request.route_pattern = is_websocket ? exchange.websocket_route->path : exchange.route->path;
    exchange.metrics = is_websocket ? &websocket_metrics_[place] : &metrics_[place];
    if (is_websocket && !exchange.head.wants_upgrade) return std::unexpected(upgrade_required());
    return {};
  }
  if (request.method == Method::options) {
    if (auto allowed = router_.allowed_methods(request.path); !allowed.empty()) {
      cors_.answer_options(exchange, allowed);
      return {};
    }
  }
  auto allowed = router_.allowed_methods(request.path);
  if (allowed.empty()) return std::unexpected(no_such_route());
  exchange.extra_headers.append("Allow: ").append(allowed).append("\r\n");
  return std::unexpected(method_not_allowed());
}

// Routes may let in origins besides the server's, by a rule of their own.
Task<void> Pipeline::let_origin_in(Exchange& exchange) {
  auto& request = exchange.request;
  const auto* route = exchange.route;
  std::string preflight;
  if (exchange.is_answered) {
    Router::Match match;
    auto asked = parse_method(request.header("Access-Control-Request-Method"));
    router_.find(asked, request.path, match);
    if (match.route < 0) co_return;
    route = &router_.routes()[static_cast<std::size_t>(match.route)];
    auto names = router_.parameter_names(match.route);
    for (std::size_t i = 0; i < names.size(); ++i)
      request.path_parameters.emplace_back(names[i], match.parameters[i]);
    preflight = router_.allowed_methods(request.path);
  }
  if (route == nullptr || !route->options.origins) co_return;
  cors_.vary(exchange);
  auto asking =
      route->options.origins(exchange.context, request, std::string(exchange.head.origin));
  auto is_allowed = co_await std::move(asking);
  co_await ContinueOn(exchange.thread);
  if (is_allowed) Cors::let_in(exchange, preflight);
}

void Pipeline::refuse(Exchange& exchange, Failure failure) {
  in_flight_.add(1);
  exchange.head.traceparent = {};
  exchange.head.request_id = {};
  continue_trace(exchange, tracer_);
  give_request_id(exchange);
  exchange.request.client_address = exchange.peer.address;
  answer_failure(exchange, std::move(failure));
}

void Pipeline::answer_failure(Exchange& exchange, Failure failure) {
  blame_deadline(exchange, failure);
  exchange.websocket_route = nullptr;
  exchange.must_close |= failure.must_close;
  exchange.is_silent |= failure.is_silent;
  exchange.response = speaks_openai(exchange.request.path)
                          ? openai_error_response(failure)
                          : error_response(failure, exchange.request.request_id);
  if (exchange.response.status >= 500)
    log::failure("a request failed", exchange.context, failure.error);
  complete_headers(exchange);
}

void Pipeline::complete_headers(Exchange& exchange) {
  auto& headers = exchange.extra_headers;
  if (exchange.is_completed) headers.resize(exchange.own_headers);
  exchange.own_headers = headers.size();
  exchange.is_completed = true;
  if (has_gzip_) compress_answer(exchange);
  add_security_headers(exchange);
}

void Pipeline::upgrade(Exchange& exchange) { leave_trace(exchange); }

void Pipeline::finish(Exchange& exchange, std::uint64_t bytes_sent) {
  in_flight_.add(-1);
  auto elapsed = std::chrono::steady_clock::now() - exchange.started;
  auto seconds = std::chrono::duration<double>(elapsed).count();
  auto& metrics = exchange.metrics != nullptr ? *exchange.metrics : unmatched_;
  auto trace = exchange.context.trace.ids();
  trace.is_sampled = end_trace(exchange, tracer_);
  bool is_stream = exchange.websocket_route != nullptr || exchange.response.is_event_stream;
  if (is_stream)
    metrics.count_stream(exchange.response.status, seconds);
  else
    metrics.count(exchange.response.status, seconds, trace);
  if (has_access_log_) log_access(exchange, bytes_sent, seconds);
}

}  // namespace aiva::http
