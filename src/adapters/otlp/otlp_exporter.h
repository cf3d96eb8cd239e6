#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "foundation/metrics.h"
#include "foundation/trace_recording.h"
#include "ports/http_client.h"

namespace aiva {

struct OtlpOptions {
  std::string url;  // of the collector, http or https; /v1/traces is added where it is missing
  std::vector<HttpHeader> headers{};  // of every request, those with keys among them
  std::string service_name = "aiva";
  std::string service_version{};
  std::string service_instance{};             // differs between processes
  std::string role{};                         // which parts run in the process
  std::size_t queue_spans_max = 20'000;       // those being sent not counted
  std::size_t batch_spans_max = 512;          // of one request, unless one trace has more
  std::chrono::milliseconds interval{1000};   // a batch that is not full waits no longer
  std::chrono::milliseconds timeout{10'000};  // of one attempt
  int attempts_max = 6;
  std::chrono::milliseconds backoff_first{500};  // doubled for each further attempt, with jitter
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds retry_after_max{60'000};  // told to wait longer: this long
  std::chrono::milliseconds drain_max{2'000};         // at the end
};

// Sends traces to a collector. Any thread.
class TraceExporter {
 public:
  virtual ~TraceExporter() = default;
  // Queues a trace, or drops and counts it; never waits. What it keeps is moved out.
  virtual void take(RecordedTrace& trace) = 0;
};

// Fails with `invalid` when the URL is none. `http` and `metrics` are borrowed.
Result<std::unique_ptr<TraceExporter>> make_otlp_exporter(OtlpOptions options, HttpClient& http,
                                                          Metrics& metrics);

}  // namespace aiva
