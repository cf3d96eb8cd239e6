#pragma once

#include "faces/http/middleware/exchange.h"
#include "foundation/tracer.h"

namespace aiva::http {

// Continues the caller's trace or begins one, with a new span for this request; tells it in the
// answer's traceparent header. The caller's choice of what is sampled holds for its trace.
void continue_trace(Exchange& exchange, Tracer& tracer);

// Ends the span of an answered request: its name, its outcome, and whether it took too long. What
// takes its time on purpose is judged by its first words. Says whether the trace is kept.
bool end_trace(Exchange& exchange, const Tracer& tracer);

// Ends the span of a request that becomes a WebSocket, which may stay open for hours.
void leave_trace(Exchange& exchange);

}  // namespace aiva::http
