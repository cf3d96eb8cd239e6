#include "capabilities/images/internal/finder.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "foundation/text/utf8.h"
#include "retrieval/exact_scan.h"
#include "retrieval/reciprocal_rank_fusion.h"

namespace aiva::images {
namespace {

constexpr int top_k_max = 50;
constexpr std::size_t text_bytes_max = 8000;
constexpr std::size_t text_characters_max = 2000;
constexpr std::size_t candidates_max = 200;  // of each list that is fused
constexpr double rank_offset = 60;
// A key of a scan: the knowledge base in the upper half, the row in the lower.
constexpr int row_bits = 32;
constexpr std::uint64_t row_mask = 0xFFFFFFFF;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

Result<void> check(const ImageQuery& query) {
  Error error{.code = ErrorCode::invalid, .message = "The request is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  bool is_too_long =
      query.text.size() > text_bytes_max || count_characters(query.text) > text_characters_max;
  if (!is_valid_utf8(query.text) || is_too_long)
    complain("query", "must have at most 2000 characters");
  bool has_text = query.text.find_first_not_of(" \t\r\n") != std::string::npos;
  if (!has_text && !query.picture && !query.like)
    complain("query", "is required where neither an image nor an image_id is given");
  if (query.picture && query.like) complain("image_id", "must not be given beside an image");
  if (query.other_bases.size() >= bases_per_query_max)
    complain("kb_ids", "must have at most 100 ids");
  if (query.top_k < 1 || query.top_k > top_k_max) complain("top_k", "must be between 1 and 50");
  if (!(query.score_min >= -1 && query.score_min <= 1))
    complain("min_score", "must be between -1 and 1");
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

// The knowledge bases a query names, each once.
std::vector<KnowledgeBaseId> bases_of(const ImageQuery& query) {
  std::vector<KnowledgeBaseId> bases{query.knowledge_base};
  for (auto base : query.other_bases)
    if (std::ranges::find(bases, base) == bases.end()) bases.push_back(base);
  return bases;
}

std::string_view type_of(const ImageQuery& query) {
  bool has_picture = query.picture || query.like;
  if (!has_picture) return "text";
  return query.text.empty() ? "image" : "hybrid";
}

}  // namespace

Task<Result<ImageAnswer>> Finder::search(CallContext context, ImageQuery query) {
  CO_TRY_VOID(check(query));
  auto begin = std::chrono::steady_clock::now();
  auto bases = bases_of(query);
  for (auto base : bases) CO_TRY_VOID(co_await core_.parts.knowledge.get(context, base));
  if (query.is_billed)
    CO_TRY_VOID(co_await core_.parts.billing.require(context, context.tenant,
                                                     core_.settings.search_balance_least));
  CO_TRY(auto probes, co_await make_probes(context, query));
  ImageAnswer answer;
  answer.base_cost = (query.is_part ? 0 : core_.settings.price_per_search) +
                     (query.picture ? core_.settings.price_per_image : 0);
  std::vector<retrieval::RankedList<ImageId>> lists;
  std::unordered_map<ImageId, ImageHit> hits;
  std::unordered_set<ImageId> near;
  auto count = probes.size() == 1 ? static_cast<std::size_t>(query.top_k) : candidates_max;
  for (const auto& probe : probes) {
    (probe.is_of_words ? answer.text_model : answer.image_model) = probe.model;
    CO_TRY(auto ranking, co_await rank(context, bases, probe, count, answer.images_searched));
    auto& list = lists.emplace_back();
    for (const auto& ranked : ranking) {
      list.keys.push_back(ranked.id);
      auto& hit = hits[ranked.id];
      hit.image.id = ranked.id;
      auto& cosine = probe.is_of_words ? hit.text_cosine : hit.picture_cosine;
      cosine = std::max(cosine.value_or(-1), ranked.cosine);
      if (ranked.cosine >= least_near(probe)) near.insert(ranked.id);
    }
  }
  auto best = static_cast<double>(lists.size()) / (rank_offset + 1);
  for (const auto& fused : retrieval::fuse_by_reciprocal_rank<ImageId>(lists, rank_offset)) {
    auto& hit = hits[fused.key];
    hit.score = lists.size() > 1 ? fused.score / best
                                 : hit.picture_cosine.value_or(hit.text_cosine.value_or(0));
    if (hit.score < query.score_min) continue;
    if (query.only_near && !near.contains(fused.key)) continue;
    answer.hits.push_back(std::move(hit));
    if (answer.hits.size() == static_cast<std::size_t>(query.top_k)) break;
  }
  CO_TRY_VOID(co_await fill_in(context, answer));
  answer.search_time_ms =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  if (query.is_logged || query.is_billed) CO_TRY_VOID(co_await log(context, query, answer));
  co_return answer;
}

double Finder::least_near(const Probe& probe) const {
  if (probe.is_of_words) return core_.settings.near_words_cosine;
  return probe.is_text ? core_.settings.near_text_cosine : core_.settings.near_picture_cosine;
}

Task<Result<std::vector<Finder::Probe>>> Finder::make_probes(CallContext context,
                                                             const ImageQuery& query) {
  std::vector<Probe> probes;
  CO_TRY_VOID(co_await add_picture_probe(context, query, probes));
  CO_TRY_VOID(co_await add_text_probes(context, query, probes));
  if (probes.empty())
    co_return fail(ErrorCode::unavailable,
                   "Images cannot be searched by text: no model that reads texts is configured");
  co_return probes;
}

Task<Result<void>> Finder::add_picture_probe(CallContext context, const ImageQuery& query,
                                             std::vector<Probe>& probes) {
  auto& model = core_.parts.model;
  auto bases = bases_of(query);
  if (query.like) {
    auto reading =
        read(core_.parts.database, context, [&](SqlSession& sql) -> Result<std::vector<float>> {
          ImagesTable table(sql);
          TRY(auto image, table.get(context.tenant, *query.like));
          if (std::ranges::find(bases, image.knowledge_base) == bases.end())
            return fail(ErrorCode::not_found, "No such image");
          return table.vector(image.id, model.model());
        });
    CO_TRY(auto vector, co_await std::move(reading));
    if (vector.size() != model.dimension())
      co_return fail(ErrorCode::conflict, "The image was embedded by another model");
    probes.push_back({.model = model.model(), .vector = std::move(vector)});
  }
  if (query.picture) {
    PictureRequest request{.side = model.picture_side()};
    CO_TRY(auto picture, co_await core_.parts.pictures.read(context, *query.picture, request));
    std::vector<Picture> pictures;
    pictures.push_back(std::move(picture.picture));
    CO_TRY(auto seen, co_await model.embed_images(context, std::move(pictures)));
    probes.push_back({.model = seen.vectors.model, .vector = std::move(seen.vectors.values)});
  }
  co_return Result<void>{};
}

Task<Result<void>> Finder::add_text_probes(CallContext context, const ImageQuery& query,
                                           std::vector<Probe>& probes) {
  if (query.text.empty()) co_return Result<void>{};
  std::vector<std::string> texts{query.text};
  if (core_.parts.model.has_text()) {
    CO_TRY(auto made, co_await core_.parts.model.embed_texts(context, texts));
    probes.push_back({.model = made.model, .vector = std::move(made.values), .is_text = true});
  }
  bool wants_words = !query.only_pictures || !core_.parts.model.has_text();
  if (wants_words && core_.parts.texts.dimension() > 0) {
    CO_TRY(auto made, co_await core_.parts.texts.embed(context, std::move(texts)));
    probes.push_back({.model = made.model, .vector = std::move(made.values), .is_of_words = true});
  }
  co_return Result<void>{};
}

Task<Result<Finder::Ranking>> Finder::rank(CallContext context, const Bases& bases,
                                           const Probe& probe, std::size_t count,
                                           std::int64_t& searched) {
  using Sets = std::vector<VectorCache::Pointer>;
  auto loading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<Sets> {
    Sets sets;
    for (auto base : bases) {
      TRY(auto set, cache_.get(sql, base, probe.model, probe.vector.size()));
      sets.push_back(std::move(set));
    }
    return sets;
  });
  CO_TRY(auto sets, co_await std::move(loading));
  std::int64_t rows = 0;
  for (const auto& set : sets) rows += static_cast<std::int64_t>(set->ids.size());
  searched = std::max(searched, rows);
  auto scan = [&]() -> Result<Ranking> {
    retrieval::TopK<std::uint64_t> top(count);
    for (std::size_t i = 0; i < sets.size(); ++i) {
      retrieval::VectorRows vectors;
      vectors.values = sets[i]->values.data();
      vectors.count = sets[i]->ids.size();
      vectors.dimension = sets[i]->dimension;
      retrieval::exact_scan(vectors, probe.vector, static_cast<std::uint64_t>(i) << row_bits, top);
    }
    Ranking ranking;
    for (const auto& entry : top.take())
      ranking.push_back({sets[entry.key >> row_bits]->ids[entry.key & row_mask], entry.score});
    return ranking;
  };
  auto ranking = co_await run_on(core_.parts.compute, context, scan);
  co_return ranking;
}

// Images that went since they were ranked are left out.
Task<Result<void>> Finder::fill_in(CallContext context, ImageAnswer& answer) {
  std::vector<ImageId> ids;
  for (const auto& hit : answer.hits) ids.push_back(hit.image.id);
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return ImagesTable(sql).get(context.tenant, ids); });
  CO_TRY(auto found, co_await std::move(reading));
  std::unordered_map<ImageId, Image> images;
  for (auto& image : found) images[image.id] = std::move(image);
  std::erase_if(answer.hits, [&images](ImageHit& hit) {
    auto image = images.find(hit.image.id);
    if (image == images.end()) return true;
    hit.image = std::move(image->second);
    return false;
  });
  co_return Result<void>{};
}

Task<Result<void>> Finder::log(CallContext context, const ImageQuery& query,
                               const ImageAnswer& answer) {
  SearchRow row{
      .base = answer.hits.empty() ? query.knowledge_base : answer.hits.front().image.knowledge_base,
      .query = query.text,
      .type = std::string(type_of(query)),
      .results = answer.hits.size(),
      .top_score = answer.hits.empty() ? 0 : answer.hits.front().score,
      .time_ms = answer.search_time_ms,
      .base_cost = answer.base_cost};
  auto reference = Uuid::make().to_string();
  auto now = core_.parts.clock.unix_ms();
  auto writing = write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    TRY_VOID(ImagesTable(sql).log_search(context.tenant, context.user, row, now));
    if (!query.is_billed || answer.base_cost == 0) return {};
    TRY_VOID(core_.parts.billing.charge(
        sql, context.tenant,
        {.operation = "image_search",
         .reference = reference,
         .base = answer.base_cost,
         .model = answer.image_model.empty() ? answer.text_model : answer.image_model,
         .key = context.api_key}));
    return {};
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return Result<void>{};
}

}  // namespace aiva::images
