#pragma once

#include "capabilities/images/types.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Each writes one JSON value as clients see it.
void write_image(JsonWriter& writer, const images::Image& image);
void write_added_image(JsonWriter& writer, const images::AddedImage& added);
void write_image_hit(JsonWriter& writer, const images::ImageHit& hit);
void write_image_answer(JsonWriter& writer, const images::ImageAnswer& answer);
void write_image_statistics(JsonWriter& writer, const images::ImageStatistics& statistics);

}  // namespace aiva::http
