#pragma once

#include "capabilities/knowledge/types.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// The members of a chunk as clients see it, within an object that is open: its text, where that
// stands, and for each part of it the page and, if known, the box on the page (points, origin at
// the top left). Offsets into the text count characters.
void write_chunk_fields(JsonWriter& writer, const knowledge::Chunk& chunk);

}  // namespace aiva::http
