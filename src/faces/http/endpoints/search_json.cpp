#include "faces/http/endpoints/search_json.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "faces/http/endpoints/image_json.h"
#include "faces/http/endpoints/product_json.h"

namespace aiva::http {
namespace {

void write_source(JsonWriter& writer, const search::TextHit& hit) {
  const auto& chunk = hit.chunk;
  writer.begin_object()
      .field("document_id", chunk.document)
      .field("document_name", chunk.document_name)
      .field("chunk_id", chunk.id)
      .field("chunk_index", chunk.index)
      .field("chunk_type", chunk.type)
      .field("file_type", chunk.file_type)
      .field("page", hit.highlight_page)
      .field("page_first", chunk.page_first)
      .field("page_last", chunk.page_last)
      .field("heading_path", chunk.heading_path)
      .key("metadata")
      .raw(chunk.document_metadata.empty() ? std::string_view("{}") : chunk.document_metadata)
      .end_object();
}

void write_optional(JsonWriter& writer, std::string_view name, std::optional<double> number) {
  if (number)
    writer.field(name, *number);
  else
    writer.null_field(name);
}

void write_rank(JsonWriter& writer, std::string_view name, int rank) {
  if (rank > 0)
    writer.field(name, rank);
  else
    writer.null_field(name);
}

void write_words(JsonWriter& writer, const search::TextHit& hit) {
  writer.key("keywords").begin_array();
  for (const auto& word : hit.words)
    writer.begin_object()
        .field("word", word.word)
        .field("term", word.term)
        .field("is_stem", word.is_stem)
        .key("frequency")
        .begin_object()
        .field("text", word.body)
        .field("heading", word.heading)
        .field("title", word.title)
        .end_object()
        .field("idf", word.rarity)
        .field("contribution", word.score)
        .end_object();
  writer.end_array();
}

void write_scoring(JsonWriter& writer, const search::TextHit& hit, bool is_explained) {
  writer.key("scoring_details").begin_object();
  write_optional(writer, "cosine_similarity", hit.cosine);
  write_optional(writer, "bm25", hit.bm25);
  write_rank(writer, "vector_rank", hit.vector_rank);
  write_rank(writer, "keyword_rank", hit.keyword_rank);
  writer.field("fused_score", hit.fused_score);
  write_optional(writer, "rerank_score", hit.rerank_score);
  writer.field("boost", hit.boost).field("recency", hit.recency);
  write_optional(writer, "mmr_penalty", hit.mmr_penalty);
  if (is_explained) write_words(writer, hit);
  writer.end_object();
}

void write_section(JsonWriter& writer, const search::HitSection& section) {
  writer.key("section")
      .begin_object()
      .field("chunk_index_first", section.index_first)
      .field("chunk_index_last", section.index_last)
      .field("page_first", section.page_first)
      .field("page_last", section.page_last)
      .field("token_count", section.token_count)
      .end_object();
}

void write_hit(JsonWriter& writer, const search::TextHit& hit, bool is_explained) {
  writer.begin_object()
      .field("result_id", hit.chunk.id)
      .field("type", "text")
      .field("kb_id", hit.chunk.knowledge_base)
      .field("content", hit.section ? hit.section->text : hit.chunk.text)
      .key("source");
  write_source(writer, hit);
  writer.field("score", hit.score);
  write_scoring(writer, hit, is_explained);
  if (hit.section) write_section(writer, *hit.section);
  writer.field("highlight", hit.highlight).end_object();
}

void write_images(JsonWriter& writer, const Findings& findings) {
  writer.key("image_results").begin_array();
  if (findings.images)
    for (const auto& hit : findings.images->hits) write_image_hit(writer, hit);
  writer.end_array();
  if (findings.images) writer.field("images_searched", findings.images->images_searched);
}

void write_products(JsonWriter& writer, const Findings& findings) {
  writer.key("product_results").begin_array();
  if (findings.products)
    for (const auto& hit : findings.products->hits) write_product_hit(writer, hit);
  writer.end_array();
  if (findings.products) writer.field("products_searched", findings.products->products_searched);
}

void write_warning(JsonWriter& writer, std::string_view part, const std::string& message) {
  if (message.empty()) return;
  writer.begin_object().field("part", part).field("message", message).end_object();
}

void write_warnings(JsonWriter& writer, const Findings& findings) {
  writer.key("warnings").begin_array();
  write_warning(writer, "images", findings.images_warning);
  write_warning(writer, "products", findings.products_warning);
  writer.end_array();
}

void write_times(JsonWriter& writer, const search::SearchAnswer& answer, const Findings& findings) {
  auto time_ms = answer.search_time_ms;
  if (findings.images) time_ms = std::max(time_ms, findings.images->search_time_ms);
  if (findings.products) time_ms = std::max(time_ms, findings.products->search_time_ms);
  writer.field("search_time_ms", time_ms)
      .key("timings")
      .begin_object()
      .field("embedding_ms", answer.timings.embedding_ms)
      .field("vector_ms", answer.timings.vector_ms)
      .field("keyword_ms", answer.timings.keyword_ms)
      .field("fetch_ms", answer.timings.fetch_ms);
  if (findings.images)
    writer.field("images_ms", findings.images->search_time_ms);
  else
    writer.null_field("images_ms");
  if (findings.products)
    writer.field("products_ms", findings.products->search_time_ms);
  else
    writer.null_field("products_ms");
  writer.end_object();
}

const std::string& model_of(const Findings& findings) {
  if (findings.passages) return findings.passages->embedding_model;
  if (findings.products) return findings.products->embedding_model;
  const auto& images = *findings.images;
  return images.image_model.empty() ? images.text_model : images.image_model;
}

}  // namespace

void write_findings(JsonWriter& writer, const Findings& findings, SearchAnswerForm form) {
  search::SearchAnswer none;
  none.used_vectors = false;
  none.used_keywords = false;
  const auto& answer = findings.passages ? *findings.passages : none;
  auto image_count = findings.images ? findings.images->hits.size() : 0;
  auto product_count = findings.products ? findings.products->hits.size() : 0;
  auto products_total = findings.products ? findings.products->total : 0;
  writer.begin_object()
      .field("search_type",
             form.is_for_products ? std::string_view("product") : to_string(form.type))
      .field("total_found",
             answer.total_found + static_cast<std::int64_t>(image_count) + products_total)
      .field("returned", answer.hits.size() + image_count + product_count)
      .key("text_results")
      .begin_array();
  for (const auto& hit : answer.hits) write_hit(writer, hit, form.is_explained);
  writer.end_array();
  write_images(writer, findings);
  write_products(writer, findings);
  write_warnings(writer, findings);
  writer.field("query_tokens", answer.query_tokens)
      .field("embedding_model", model_of(findings))
      .field("chunks_searched", answer.chunks_searched);
  write_times(writer, answer, findings);
  writer.field("used_vectors", answer.used_vectors)
      .field("used_keywords", answer.used_keywords)
      .field("reranked", answer.is_reranked)
      .field("cached", answer.is_cached);
  if (answer.is_cached)
    writer.field("cache_similarity", answer.cache_similarity)
        .field("original_query", answer.original_query)
        .field("cache_age_seconds", answer.cache_age_s);
  writer.end_object();
}

}  // namespace aiva::http
