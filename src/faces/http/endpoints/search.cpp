#include "faces/http/endpoints/search.h"

#include "foundation/json.h"

namespace aiva::http {
namespace {

using identity::Permission;
using search::Search;

constexpr json::Fields::TextLimits query_limits{.length_min = 1, .length_max = 8000};
constexpr json::Fields::TextLimits name_limits{.length_max = 64};

KnowledgeBaseId read_base(json::Fields& fields) {
  auto text = fields.text("kb_id", name_limits);
  auto id = KnowledgeBaseId::parse(text);
  if (!id && !text.empty()) fields.add_error("kb_id", "must be an id");
  return id.value_or(KnowledgeBaseId{});
}

search::SearchType read_type(json::Fields& fields) {
  auto text = fields.optional_text("search_type", name_limits);
  if (!text) return search::SearchType::hybrid;
  auto type = search::parse_search_type(*text);
  if (!type) fields.add_error("search_type", "must be text, image or hybrid");
  return type.value_or(search::SearchType::hybrid);
}

// `{"metadata": {…}}`: only documents whose metadata has these members.
json::Object read_filters(const json::Object& filters, json::Fields& fields) {
  json::Object metadata;
  for (const auto& [name, value] : filters) {
    if (name == "metadata" && value.is_object())
      metadata = value.get_object();
    else
      fields.add_error("filters", "knows only an object called metadata");
  }
  return metadata;
}

Result<search::SearchRequest> read_request(const json::Value& body) {
  json::Fields fields(body);
  search::SearchRequest wanted{.knowledge_base = read_base(fields),
                               .query = fields.text("query", query_limits),
                               .top_k = static_cast<int>(fields.integer("top_k", 5, 1, 50)),
                               .type = read_type(fields)};
  if (fields.has("image")) fields.add_error("image", "search by image is not available yet");
  if (const auto* filters = fields.object("filters"))
    wanted.metadata = read_filters(*filters, fields);
  TRY_VOID(fields.finish());
  return wanted;
}

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

void write_hit(JsonWriter& writer, const search::TextHit& hit) {
  writer.begin_object()
      .field("result_id", hit.chunk.id)
      .field("type", "text")
      .field("content", hit.chunk.text)
      .key("source");
  write_source(writer, hit);
  writer.field("score", hit.score).key("scoring_details").begin_object();
  write_optional(writer, "cosine_similarity", hit.cosine);
  write_optional(writer, "bm25", hit.bm25);
  write_rank(writer, "vector_rank", hit.vector_rank);
  write_rank(writer, "keyword_rank", hit.keyword_rank);
  writer.end_object().field("highlight", hit.highlight).end_object();
}

void write_answer(JsonWriter& writer, const search::SearchAnswer& answer, search::SearchType type) {
  writer.begin_object()
      .field("search_type", to_string(type))
      .field("total_found", answer.total_found)
      .field("returned", answer.hits.size())
      .key("text_results")
      .begin_array();
  for (const auto& hit : answer.hits) write_hit(writer, hit);
  writer.end_array();
  for (std::string_view none : {"image_results", "product_results"})
    writer.key(none).begin_array().end_array();
  writer.field("query_tokens", answer.query_tokens)
      .field("embedding_model", answer.embedding_model)
      .field("chunks_searched", answer.chunks_searched)
      .field("search_time_ms", answer.search_time_ms)
      .field("used_vectors", answer.used_vectors)
      .field("used_keywords", answer.used_keywords)
      .field("cached", false)
      .end_object();
}

Task<Result<Response>> run_search(Search& search, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  CO_TRY(auto wanted, read_request(body));
  auto type = wanted.type;
  CO_TRY(auto answer, co_await search.search(context, std::move(wanted)));
  co_return ok_response([&](JsonWriter& writer) { write_answer(writer, answer, type); });
}

}  // namespace

std::vector<Route> search_routes(Search& search) {
  Handler handler = [&search](CallContext context, Request& request) {
    return run_search(search, std::move(context), request);
  };
  auto may_search = Right::needs(Permission::search);
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/v1/search", may_search, handler});
  routes.push_back({Method::post, "/api/knowledge/search", may_search, handler});
  return routes;
}

}  // namespace aiva::http
