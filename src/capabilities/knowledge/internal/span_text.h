#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/knowledge/types.h"

namespace aiva::knowledge {

// The stored form of a chunk's spans: page:begin:end[:left:top:right:bottom] joined by ";", boxes
// in tenths of a point.
std::string write_spans(std::span<const ChunkSpan> spans);

// Reads what write_spans wrote; stops at the first malformed span.
std::vector<ChunkSpan> read_spans(std::string_view text);

}  // namespace aiva::knowledge
