#pragma once

#include <memory>

#include "adapters/otlp/otlp_exporter.h"
#include "app/config.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/tracer.h"
#include "ports/http_client.h"

namespace aiva::app {

// What this process tells of its work besides metrics: its traces, and log lines of slow requests.
class Telemetry {
 public:
  // Opens the connection to the collector where one is configured. `metrics` is borrowed. Fails
  // with `invalid` on an unusable setting.
  static Result<std::unique_ptr<Telemetry>> make(const Config& config, Metrics& metrics);
  ~Telemetry();
  Telemetry(const Telemetry&) = delete;
  Telemetry& operator=(const Telemetry&) = delete;

  Tracer& tracer() { return tracer_; }

 private:
  explicit Telemetry(TracerOptions options) : tracer_(options) {}

  Tracer tracer_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<TraceExporter> exporter_;  // null where there is no collector
};

}  // namespace aiva::app
