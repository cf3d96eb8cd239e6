#include "app/telemetry.h"

#include <chrono>
#include <utility>
#include <vector>

#include "adapters/http_client/http_client.h"
#include "app/roles.h"
#include "app/slow_requests.h"
#include "app/version.h"

namespace aiva::app {
namespace {

// "Name=value", as OTEL_EXPORTER_OTLP_HEADERS has them.
Result<std::vector<HttpHeader>> read_headers(const std::vector<std::string>& texts) {
  std::vector<HttpHeader> headers;
  for (const auto& text : texts) {
    auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(invalid_field("telemetry.otlp_headers", "each entry is NAME=VALUE"));
    headers.push_back({text.substr(0, equals), text.substr(equals + 1)});
  }
  return headers;
}

}  // namespace

Result<std::unique_ptr<Telemetry>> Telemetry::make(const Config& config, Metrics& metrics) {
  const auto& settings = config.telemetry;
  bool is_exported = !settings.otlp_url.empty();
  std::unique_ptr<Telemetry> telemetry(
      new Telemetry({.sample_ratio = is_exported ? settings.sample_ratio : 0,
                     .slow = std::chrono::milliseconds(settings.slow_ms),
                     .is_exported = is_exported}));
  auto& tracer = telemetry->tracer_;
  if (settings.slow_ms > 0)
    tracer.tell([slow = std::make_shared<SlowRequests>(metrics)](const RecordedTrace& trace) {
      slow->take(trace);
    });
  if (!is_exported) return telemetry;
  TRY(auto headers, read_headers(settings.otlp_headers));
  TRY(telemetry->http_,
      make_http_client({.connections_per_host_max = 2, .ca_file = settings.otlp_ca_file}));
  TRY(telemetry->exporter_, make_otlp_exporter({.url = settings.otlp_url,
                                                .headers = std::move(headers),
                                                .service_name = settings.service_name,
                                                .service_version = version,
                                                .service_instance = worker_name(config),
                                                .role = config.server.role},
                                               *telemetry->http_, metrics));
  // What is slow in a trace of somebody else's choice is logged, not sent: they left it out.
  tracer.tell([exporter = telemetry->exporter_.get()](RecordedTrace& trace) {
    if (trace.is_sampled || trace.is_own) exporter->take(trace);
  });
  return telemetry;
}

Telemetry::~Telemetry() { tracer_.silence(); }

}  // namespace aiva::app
