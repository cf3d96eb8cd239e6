#pragma once

#include <vector>

#include "capabilities/voice/segments.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// A segment with all its texts and the names in their places.
void write_segment(JsonWriter& writer, const voice::Segment& segment);

// Takes over the fields that are there; of `contents` the languages that are, null removes one.
void read_segment(json::Fields& fields, voice::Segment& segment);

// The names in the places of any of its texts.
std::vector<std::string> places_of(const voice::Segment& segment);

// Values for places from an object of texts, numbers and flags; null is no value.
voice::TextValues read_values(json::Fields& fields, const json::Object& object);

}  // namespace aiva::http
