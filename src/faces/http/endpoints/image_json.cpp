#include "faces/http/endpoints/image_json.h"

#include "foundation/time.h"

namespace aiva::http {
namespace {

using images::Image;

// Within an object.
void write_fields(JsonWriter& writer, const Image& image) {
  writer.field("id", image.id)
      .field("kb_id", image.knowledge_base)
      .field("url", image.url())
      .field("thumbnail_url", image.thumbnail_url())
      .field("filename", image.filename)
      .field("type", image.media_type)
      .field("width", image.width)
      .field("height", image.height)
      .field("size_bytes", image.size_bytes)
      .field("description", image.description)
      .field("ocr_text", image.text)
      .key("labels")
      .begin_array();
  for (const auto& label : image.labels)
    writer.begin_object().field("name", label.name).field("score", label.score).end_object();
  writer.end_array().key("metadata").raw(image.metadata);
  if (image.document.is_nil()) {
    writer.null_field("document_id").null_field("page_number");
  } else {
    writer.field("document_id", image.document).field("page_number", image.page);
  }
  writer.field("embedding_model", image.model).field("created_at", to_iso8601(image.created_at));
}

void write_cosine(JsonWriter& writer, std::string_view name, const std::optional<double>& cosine) {
  if (cosine)
    writer.field(name, *cosine);
  else
    writer.null_field(name);
}

void write_model(JsonWriter& writer, std::string_view name, const std::string& model) {
  if (model.empty())
    writer.null_field(name);
  else
    writer.field(name, model);
}

}  // namespace

void write_image(JsonWriter& writer, const Image& image) {
  writer.begin_object();
  write_fields(writer, image);
  writer.end_object();
}

void write_added_image(JsonWriter& writer, const images::AddedImage& added) {
  writer.begin_object();
  write_fields(writer, added.image);
  writer.field("duplicate", !added.is_stored);
  if (added.duplicate_of)
    writer.field("duplicate_of", *added.duplicate_of);
  else
    writer.null_field("duplicate_of");
  writer.field("processing_time_ms", added.processing_time_ms).end_object();
}

void write_image_hit(JsonWriter& writer, const images::ImageHit& hit) {
  writer.begin_object().field("result_id", hit.image.id).field("result_type", "image");
  write_fields(writer, hit.image);
  writer.field("score", hit.score).key("scoring_details").begin_object();
  write_cosine(writer, "picture_similarity", hit.picture_cosine);
  write_cosine(writer, "text_similarity", hit.text_cosine);
  writer.end_object().end_object();
}

void write_image_answer(JsonWriter& writer, const images::ImageAnswer& answer) {
  writer.begin_object().field("returned", answer.hits.size()).key("image_results").begin_array();
  for (const auto& hit : answer.hits) write_image_hit(writer, hit);
  writer.end_array();
  write_model(writer, "image_model", answer.image_model);
  write_model(writer, "text_model", answer.text_model);
  writer.field("images_searched", answer.images_searched)
      .field("search_time_ms", answer.search_time_ms)
      .end_object();
}

void write_image_statistics(JsonWriter& writer, const images::ImageStatistics& statistics) {
  writer.begin_object()
      .field("total_images", statistics.images)
      .field("uploaded_images", statistics.uploaded)
      .field("document_images", statistics.figures)
      .field("total_size_bytes", statistics.size_bytes)
      .field("total_vectors", statistics.vectors)
      .field("embedding_model", statistics.model)
      .field("vector_dimension", statistics.dimension)
      .end_object();
}

}  // namespace aiva::http
