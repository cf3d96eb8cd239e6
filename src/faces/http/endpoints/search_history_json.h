#pragma once

#include "capabilities/search/history.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Each writes one JSON value as clients see it.
void write_past_search(JsonWriter& writer, const search::PastSearch& past);
void write_analytics(JsonWriter& writer, const search::SearchAnalytics& analytics);

}  // namespace aiva::http
