#include "ports/passage_index.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace aiva {
namespace {

void keep_best(std::vector<PassageHit>& hits, std::size_t count_max) {
  std::ranges::sort(hits, [](const PassageHit& a, const PassageHit& b) {
    return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
  });
  if (hits.size() > count_max) hits.resize(count_max);
}

}  // namespace

PassageKind parse_passage_kind(std::string_view name) {
  if (name == "table") return PassageKind::table;
  return name == "code" ? PassageKind::code : PassageKind::text;
}

Task<Result<std::vector<PassageHit>>> PassageIndex::search_vectors_across(
    CallContext context, std::vector<KnowledgeBaseId> bases, std::vector<float> vector,
    PassageQuery query) {
  std::vector<PassageHit> all;
  for (auto base : bases) {
    CO_TRY(auto hits, co_await search_vectors(context, base, vector, query));
    std::ranges::move(hits, std::back_inserter(all));
  }
  keep_best(all, query.count_max);
  co_return all;
}

Task<Result<std::vector<PassageHit>>> PassageIndex::search_words_across(
    CallContext context, std::vector<KnowledgeBaseId> bases, std::string text, PassageQuery query) {
  std::vector<PassageHit> all;
  for (auto base : bases) {
    CO_TRY(auto hits, co_await search_words(context, base, text, query));
    std::ranges::move(hits, std::back_inserter(all));
  }
  keep_best(all, query.count_max);
  co_return all;
}

}  // namespace aiva
