#include "faces/http/endpoints/search.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "foundation/json.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

using identity::Permission;
using search::Search;

constexpr json::Fields::TextLimits query_limits{.length_min = 1, .length_max = 8000};
constexpr json::Fields::TextLimits name_limits{.length_max = 64};
constexpr std::size_t documents_max = 1000;
constexpr std::size_t tags_max = 20;
constexpr std::size_t kinds_max = 3;
constexpr std::int64_t page_max = 1'000'000;
constexpr std::array<std::string_view, 8> filter_names{
    "document_ids", "tags",        "metadata",      "page_min",
    "page_max",     "chunk_types", "created_until", "created_from"};

// `kb_id`, or each of `kb_ids`.
std::vector<KnowledgeBaseId> read_bases(json::Fields& fields) {
  std::vector<KnowledgeBaseId> bases;
  auto read = [&](std::string_view name, std::string_view text) {
    auto id = KnowledgeBaseId::parse(text);
    if (id)
      bases.push_back(*id);
    else
      fields.add_error(name, name == "kb_id" ? "must be an id" : "must be a list of ids");
  };
  if (!fields.has("kb_ids")) {
    auto text = fields.text("kb_id", name_limits);
    if (!text.empty()) read("kb_id", text);
    return bases;
  }
  if (fields.has("kb_id")) fields.add_error("kb_ids", "must not be given beside kb_id");
  const auto* list = fields.array("kb_ids", search::bases_per_search_max);
  if (list == nullptr) return bases;
  if (list->empty()) fields.add_error("kb_ids", "must not be empty");
  for (const auto& item : *list)
    read("kb_ids", item.is_string() ? std::string_view(item.get_string()) : std::string_view());
  return bases;
}

search::SearchType read_type(json::Fields& fields) {
  auto text = fields.optional_text("search_type", name_limits);
  if (!text) return search::SearchType::hybrid;
  auto type = search::parse_search_type(*text);
  if (!type) fields.add_error("search_type", "must be text, image or hybrid");
  return type.value_or(search::SearchType::hybrid);
}

std::vector<DocumentId> read_documents(json::Fields& fields) {
  std::vector<DocumentId> documents;
  const auto* list = fields.array("document_ids", documents_max);
  if (list == nullptr) return documents;
  for (const auto& item : *list) {
    auto id =
        item.is_string() ? DocumentId::parse(std::string_view(item.get_string())) : std::nullopt;
    if (id)
      documents.push_back(*id);
    else
      fields.add_error("document_ids", "must be a list of ids");
  }
  return documents;
}

std::vector<std::string> read_tags(json::Fields& fields) {
  std::vector<std::string> tags;
  const auto* list = fields.array("tags", tags_max);
  if (list == nullptr) return tags;
  for (const auto& item : *list) {
    if (item.is_string())
      tags.emplace_back(std::string_view(item.get_string()));
    else
      fields.add_error("tags", "must be a list of texts");
  }
  return tags;
}

std::vector<PassageKind> read_kinds(json::Fields& fields) {
  std::vector<PassageKind> kinds;
  const auto* list = fields.array("chunk_types", kinds_max);
  if (list == nullptr) return kinds;
  for (const auto& item : *list) {
    auto name = item.is_string() ? std::string_view(item.get_string()) : std::string_view();
    if (name == "text" || name == "table" || name == "code")
      kinds.push_back(parse_passage_kind(name));
    else
      fields.add_error("chunk_types", "must be a list of text, table and code");
  }
  return kinds;
}

std::optional<int> read_page(json::Fields& fields, std::string_view name) {
  if (!fields.has(name)) return std::nullopt;
  return static_cast<int>(fields.integer(name, 1, 1, page_max));
}

std::optional<UnixMs> read_instant(json::Fields& fields, std::string_view name) {
  auto text = fields.optional_text(name, name_limits);
  if (!text) return std::nullopt;
  auto instant = parse_iso8601(*text);
  if (!instant) fields.add_error(name, "must be an instant such as 2025-01-31T00:00:00Z");
  return instant;
}

search::SearchFilter read_filter(const json::Value& value, json::Fields& outer) {
  json::Fields fields(value, "filters");
  search::SearchFilter filter{.documents = read_documents(fields),
                              .tags = read_tags(fields),
                              .created_from = read_instant(fields, "created_from"),
                              .created_until = read_instant(fields, "created_until"),
                              .page_min = read_page(fields, "page_min"),
                              .page_max = read_page(fields, "page_max"),
                              .kinds = read_kinds(fields)};
  if (const auto* metadata = fields.object("metadata")) filter.metadata = *metadata;
  if (value.is_object())
    for (const auto& member : value.get_object())
      if (std::ranges::find(filter_names, std::string_view(member.key())) == filter_names.end())
        fields.add_error(member.key(), "is not a filter");
  auto finished = fields.finish();
  if (!finished)
    for (auto& mistake : finished.error().details)
      outer.add_error(mistake.field, std::move(mistake.message));
  return filter;
}

Result<search::SearchRequest> read_request(const json::Value& body) {
  json::Fields fields(body);
  auto bases = read_bases(fields);
  search::SearchRequest wanted{.query = fields.text("query", query_limits),
                               .top_k = static_cast<int>(fields.integer("top_k", 5, 1, 50)),
                               .type = read_type(fields)};
  if (!bases.empty()) {
    wanted.knowledge_base = bases.front();
    wanted.other_bases.assign(bases.begin() + 1, bases.end());
  }
  if (fields.has("image")) fields.add_error("image", "search by image is not available yet");
  if (fields.object("filters") != nullptr)
    wanted.filter = read_filter(body.get_object().at("filters"), fields);
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
      .field("kb_id", hit.chunk.knowledge_base)
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
      .field("cached", answer.is_cached);
  if (answer.is_cached)
    writer.field("cache_similarity", answer.cache_similarity)
        .field("original_query", answer.original_query)
        .field("cache_age_seconds", answer.cache_age_s);
  writer.end_object();
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
