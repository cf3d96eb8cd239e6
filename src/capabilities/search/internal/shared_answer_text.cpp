#include "capabilities/search/internal/shared_answer_text.h"

#include <cmath>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "foundation/crypto.h"
#include "foundation/json.h"
#include "foundation/json_writer.h"

namespace aiva::search {
namespace {

constexpr std::size_t hits_max = 50;
constexpr std::size_t query_bytes_max = 8000;
constexpr std::size_t model_bytes_max = 256;
constexpr std::size_t expanded_bytes_max = 4096;
constexpr std::size_t id_characters = 36;
constexpr std::size_t vector_bytes_max = 8192 * sizeof(float);
constexpr double length_tolerance = 0.01;  // of vectors of unit length
constexpr std::int64_t rank_max = 1'000'000;
constexpr std::int64_t count_max = 1'000'000'000'000;
constexpr double score_max = 1e9;
constexpr std::int64_t instant_max = 253'402'300'799'999;  // the end of the year 9999

// Every member is bound, so that a new one is not forgotten here. Words and sections are not kept:
// such answers are not shared.
void write_hit(JsonWriter& writer, const TextHit& hit) {
  const auto& [chunk, score, fused, cosine, bm25, vector_rank, keyword_rank, rerank, boost, recency,
               mmr_penalty, words, highlight, page, section] = hit;
  writer.begin_object().field("id", chunk.id).field("score", score).field("fused", fused);
  writer.field("boost", boost).field("recency", recency);
  if (mmr_penalty) writer.field("mmr_penalty", *mmr_penalty);
  if (cosine) writer.field("cosine", *cosine);
  if (rerank) writer.field("rerank", *rerank);
  if (bm25) writer.field("bm25", *bm25);
  writer.field("vector_rank", vector_rank).field("keyword_rank", keyword_rank).end_object();
}

std::optional<TextHit> read_hit(const json::Value& value) {
  json::Fields fields(value);
  auto id =
      ChunkId::parse(fields.text("id", {.length_min = id_characters, .length_max = id_characters}));
  auto score = fields.optional_number("score", 0, score_max);
  TextHit hit{.chunk = {},
              .score = score.value_or(0),
              .fused_score = fields.optional_number("fused", 0, score_max).value_or(0),
              .cosine = fields.optional_number("cosine", -score_max, score_max),
              .bm25 = fields.optional_number("bm25", 0, score_max)};
  hit.rerank_score = fields.optional_number("rerank", 0, 1);
  hit.boost = fields.optional_number("boost", 0, score_max).value_or(1);
  hit.recency = fields.optional_number("recency", 0, 1).value_or(1);
  hit.mmr_penalty = fields.optional_number("mmr_penalty", -score_max, score_max);
  hit.vector_rank = static_cast<int>(fields.integer("vector_rank", 0, 0, rank_max));
  hit.keyword_rank = static_cast<int>(fields.integer("keyword_rank", 0, 0, rank_max));
  if (!fields.finish() || !id || !score) return std::nullopt;
  hit.chunk.id = *id;
  return hit;
}

std::string vector_text(std::span<const float> vector) {
  auto bytes = std::as_bytes(vector);
  return to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::optional<std::vector<float>> read_vector(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes || bytes->size() > vector_bytes_max || bytes->size() % sizeof(float) != 0)
    return std::nullopt;
  std::vector<float> vector(bytes->size() / sizeof(float));
  if (vector.empty()) return vector;
  std::memcpy(vector.data(), bytes->data(), bytes->size());
  double squares = 0;
  for (float value : vector) squares += static_cast<double>(value) * value;
  // Neither does a vector that is not finite pass.
  if (!(std::abs(squares - 1) <= length_tolerance)) return std::nullopt;
  return vector;
}

}  // namespace

std::string write_shared_answer(const SharedAnswer& shared) {
  std::string text;
  JsonWriter writer(text);
  const auto& answer = shared.answer;
  writer.begin_object()
      .field("query", shared.query)
      .field("vector", vector_text(shared.vector))
      .field("made_at", shared.made_at)
      .field("found", answer.total_found)
      .field("model", answer.embedding_model)
      .field("searched", answer.chunks_searched)
      .field("used_vectors", answer.used_vectors)
      .field("used_keywords", answer.used_keywords)
      .field("reranked", answer.is_reranked)
      .field("expanded", answer.query_expanded)
      .key("hits")
      .begin_array();
  for (const auto& hit : answer.hits) write_hit(writer, hit);
  writer.end_array().end_object();
  return text;
}

std::optional<SharedAnswer> read_shared_answer(std::string_view text) {
  auto value = json::parse(text, {.bytes_max = shared_answer_bytes_max, .depth_max = 4});
  if (!value) return std::nullopt;
  json::Fields fields(*value);
  SharedAnswer shared{
      .query = fields.text("query", {.length_min = 1, .length_max = query_bytes_max}),
      .made_at = fields.integer("made_at", 0, 0, instant_max)};
  auto& answer = shared.answer;
  answer.total_found = fields.integer("found", 0, 0, count_max);
  answer.embedding_model = fields.text("model", {.length_max = model_bytes_max});
  answer.chunks_searched = fields.integer("searched", 0, 0, count_max);
  answer.used_vectors = fields.boolean("used_vectors", true);
  answer.used_keywords = fields.boolean("used_keywords", true);
  answer.is_reranked = fields.boolean("reranked", false);
  answer.query_expanded =
      fields.optional_text("expanded", {.length_max = expanded_bytes_max}).value_or("");
  const auto* hits = fields.array("hits", hits_max);
  auto vector = read_vector(fields.text("vector", {.length_max = shared_answer_bytes_max}));
  if (!fields.finish() || hits == nullptr || !vector) return std::nullopt;
  shared.vector = std::move(*vector);
  for (const auto& item : *hits) {
    auto hit = read_hit(item);
    if (!hit) return std::nullopt;
    answer.hits.push_back(std::move(*hit));
  }
  return shared;
}

}  // namespace aiva::search
