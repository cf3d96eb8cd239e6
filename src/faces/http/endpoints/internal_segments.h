#pragma once

#include <vector>

#include "capabilities/voice/segments.h"
#include "capabilities/voice/speaker.h"
#include "faces/http/route.h"

namespace aiva::http {

struct InternalSegmentParts {
  voice::Segments& segments;
  voice::Speaker* speaker = nullptr;  // null: the server has no voice
};

// What bridges that speak for agents ask of their texts: the texts, rendered ones, and their sound.
std::vector<Route> internal_segment_routes(InternalSegmentParts parts);

}  // namespace aiva::http
