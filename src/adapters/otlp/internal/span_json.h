#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "adapters/otlp/otlp_exporter.h"
#include "foundation/trace_recording.h"

namespace aiva::otlp {

// An ExportTraceServiceRequest in the JSON mapping of OTLP
// (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding): ids in hexadecimal, 64-bit
// numbers as strings, enumerations as numbers.
std::string write_request(const OtlpOptions& options, std::span<const RecordedTrace> traces);

// The spans a collector says it refused in a successful answer; 0 where the answer says nothing.
std::int64_t count_rejected(std::string_view answer);

}  // namespace aiva::otlp
