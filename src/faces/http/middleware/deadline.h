#pragma once

#include <chrono>

#include "faces/http/middleware/exchange.h"

namespace aiva::http {

// Gives the call its time from now on: the route's own, or the default; streams have no end.
void set_deadline(Exchange& exchange, std::chrono::milliseconds call_default);

// Turns the cancellation the deadline caused into `timeout`.
void blame_deadline(const Exchange& exchange, Failure& failure);

}  // namespace aiva::http
