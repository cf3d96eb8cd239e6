#include "faces/http/endpoints/search_request.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "faces/http/endpoints/inner_object.h"
#include "faces/http/endpoints/named_bases.h"
#include "faces/http/endpoints/staged_picture.h"
#include "foundation/time.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits query_limits{.length_min = 1, .length_max = 8000};
constexpr json::Fields::TextLimits name_limits{.length_max = 64};
constexpr std::size_t documents_max = 1000;
constexpr std::size_t tags_max = 20;
constexpr std::size_t kinds_max = 3;
constexpr std::int64_t page_max = 1'000'000;
constexpr int section_tokens_default = 1000;
constexpr int section_tokens_most = 8000;
constexpr std::array<std::string_view, 9> passage_options{"filters", "fusion",  "weights",
                                                          "mmr",     "recency", "boosts",
                                                          "return",  "explain", "section_tokens"};
constexpr std::array<std::string_view, 2> weight_names{"vector", "keyword"};
constexpr std::array<std::string_view, 1> mmr_names{"lambda"};
constexpr std::array<std::string_view, 3> recency_names{"half_life_days", "weight", "field"};
constexpr std::array<std::string_view, 2> boost_names{"tags", "metadata"};
constexpr std::array<std::string_view, 2> metadata_boost_names{"match", "factor"};
constexpr std::array<std::string_view, 8> filter_names{
    "document_ids", "tags",        "metadata",      "page_min",
    "page_max",     "chunk_types", "created_until", "created_from"};

using TypeName = std::optional<std::string>;

// Products alone are no type of the search for passages and images.
bool is_for_products(const TypeName& name) { return name == "product"; }

search::SearchType read_type(json::Fields& fields, const TypeName& name) {
  if (!name || is_for_products(name)) return search::SearchType::hybrid;
  auto type = search::parse_search_type(*name);
  if (!type) fields.add_error("search_type", "must be text, image, product or hybrid");
  return type.value_or(search::SearchType::hybrid);
}

// A picture may be looked for without words.
std::string read_query(json::Fields& fields, const TypeName& name) {
  if (fields.has("image") && (name == "image" || is_for_products(name)))
    return fields.optional_text("query", query_limits).value_or(std::string());
  return fields.text("query", query_limits);
}

void refuse_passage_options(json::Fields& fields, const std::string& wanted) {
  for (auto name : passage_options)
    if (fields.has(name)) fields.add_error(name, "is about passages, not " + wanted);
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
  InnerObject part(value, "filters", outer);
  auto& fields = part.fields();
  search::SearchFilter filter{.documents = read_documents(fields),
                              .tags = read_tags(fields),
                              .created_from = read_instant(fields, "created_from"),
                              .created_until = read_instant(fields, "created_until"),
                              .page_min = read_page(fields, "page_min"),
                              .page_max = read_page(fields, "page_max"),
                              .kinds = read_kinds(fields)};
  if (const auto* metadata = fields.object("metadata")) filter.metadata = *metadata;
  part.finish(filter_names, "is not a filter");
  return filter;
}

search::FusionWeights read_weights(const json::Value& value, json::Fields& outer) {
  InnerObject part(value, "weights", outer);
  search::FusionWeights weights;
  weights.vector = part.fields().optional_number("vector", 0, 10).value_or(0);
  weights.keyword = part.fields().optional_number("keyword", 0, 10).value_or(0);
  part.finish(weight_names, "is no list");
  return weights;
}

search::Recency read_recency(const json::Value& value, json::Fields& outer) {
  InnerObject part(value, "recency", outer);
  auto& fields = part.fields();
  search::Recency recency;
  recency.half_life_days =
      fields.optional_number("half_life_days", 0.1, 36'500).value_or(recency.half_life_days);
  recency.weight = fields.optional_number("weight", 0, 1).value_or(recency.weight);
  recency.field = fields.optional_text("field", {.length_max = 200}).value_or(std::string());
  part.finish(recency_names, "is not known");
  return recency;
}

std::optional<double> read_lambda(const json::Value& value, json::Fields& outer) {
  InnerObject part(value, "mmr", outer);
  auto lambda = part.fields().optional_number("lambda", 0, 1);
  if (!part.fields().has("lambda")) part.fields().add_error("lambda", "is required");
  part.finish(mmr_names, "is not known");
  return lambda;
}

std::vector<search::TagBoost> read_tag_boosts(json::Fields& fields) {
  std::vector<search::TagBoost> boosts;
  const auto* tags = fields.object("tags");
  if (tags == nullptr) return boosts;
  for (const auto& member : *tags) {
    std::string tag(std::string_view(member.key()));
    if (member.value().is_number())
      boosts.push_back({std::move(tag), member.value().to_number<double>()});
    else
      fields.add_error("tags." + tag, "must be a number");
  }
  return boosts;
}

std::vector<search::MetadataBoost> read_metadata_boosts(json::Fields& outer) {
  std::vector<search::MetadataBoost> boosts;
  const auto* list = outer.array("metadata", search::metadata_boosts_max);
  if (list == nullptr) return boosts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    InnerObject part((*list)[i], "metadata." + std::to_string(i), outer);
    auto& boost = boosts.emplace_back();
    boost.factor = part.fields().optional_number("factor", 0.1, 10).value_or(1);
    if (const auto* match = part.fields().object("match")) boost.match = *match;
    part.finish(metadata_boost_names, "is not known");
  }
  return boosts;
}

search::RankingOptions read_ranking(const json::Object& body, json::Fields& fields) {
  search::RankingOptions ranking;
  if (auto text = fields.optional_text("fusion", name_limits)) {
    auto fusion = search::parse_fusion(*text);
    if (!fusion) fields.add_error("fusion", "must be rrf or weighted");
    ranking.fusion = fusion.value_or(ranking.fusion);
  }
  if (fields.object("weights") != nullptr)
    ranking.weights = read_weights(body.at("weights"), fields);
  if (fields.object("mmr") != nullptr) ranking.mmr_lambda = read_lambda(body.at("mmr"), fields);
  if (fields.object("recency") != nullptr)
    ranking.recency = read_recency(body.at("recency"), fields);
  if (fields.object("boosts") == nullptr) return ranking;
  InnerObject part(body.at("boosts"), "boosts", fields);
  ranking.tag_boosts = read_tag_boosts(part.fields());
  ranking.metadata_boosts = read_metadata_boosts(part.fields());
  part.finish(boost_names, "is not known");
  return ranking;
}

// 0 where passages are to come alone.
int read_section_tokens(json::Fields& fields) {
  auto form = fields.optional_text("return", name_limits).value_or("passage");
  auto tokens = static_cast<int>(
      fields.integer("section_tokens", section_tokens_default, 50, section_tokens_most));
  if (form != "passage" && form != "section")
    fields.add_error("return", "must be passage or section");
  return form == "section" ? tokens : 0;
}

}  // namespace

Result<SearchQuery> read_search_query(const json::Value& body) {
  json::Fields fields(body);
  auto bases = read_bases(fields);
  auto type = fields.optional_text("search_type", name_limits);
  search::SearchRequest wanted{.query = read_query(fields, type),
                               .top_k = static_cast<int>(fields.integer("top_k", 5, 1, 50)),
                               .type = read_type(fields, type)};
  if (!bases.empty()) {
    wanted.knowledge_base = bases.front();
    wanted.other_bases.assign(bases.begin() + 1, bases.end());
  }
  auto image = fields.optional_text("image", {.length_min = 1, .length_max = image_text_bytes_max});
  if (image && wanted.type == search::SearchType::text)
    fields.add_error("image", "is looked for by the search types image, product and hybrid");
  if (wanted.type == search::SearchType::image) refuse_passage_options(fields, "images");
  if (is_for_products(type)) refuse_passage_options(fields, "products");
  if (fields.object("filters") != nullptr)
    wanted.filter = read_filter(body.get_object().at("filters"), fields);
  if (body.is_object()) wanted.ranking = read_ranking(body.get_object(), fields);
  wanted.explain = fields.boolean("explain", false);
  wanted.section_tokens_max = read_section_tokens(fields);
  TRY_VOID(fields.finish());
  SearchQuery query{.wanted = std::move(wanted), .is_for_products = is_for_products(type)};
  if (image) {
    TRY(query.image, decode_image(*image));
  }
  return query;
}

}  // namespace aiva::http
