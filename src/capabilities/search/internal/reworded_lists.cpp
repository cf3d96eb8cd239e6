#include "capabilities/search/internal/reworded_lists.h"

#include <utility>

#include "foundation/both.h"

namespace aiva::search {
namespace {

using Hits = Result<std::vector<PassageHit>>;

Task<Hits> find_words(CallContext context, PassageIndex& index, const RewordedQuery& query,
                      std::size_t i) {
  if (query.weights.keyword == 0) co_return std::vector<PassageHit>{};
  auto searching =
      index.search_words_across(context, query.bases, query.rewordings[i], query.passages);
  auto hits = co_await std::move(searching);
  co_return hits;
}

Task<Hits> find_near(CallContext context, PassageIndex& index, const RewordedQuery& query,
                     std::size_t i) {
  if (query.weights.vector == 0) co_return std::vector<PassageHit>{};
  if (!query.embedded) co_return fail(query.embedded.error());
  auto row = query.embedded->row(i);
  std::vector<float> vector(row.begin(), row.end());
  auto searching =
      index.search_vectors_across(context, query.bases, std::move(vector), query.passages);
  auto hits = co_await std::move(searching);
  co_return hits;
}

void add(RewordedLists& found, Hits hits, double weight) {
  if (!hits)
    found.failures.push_back(std::move(hits.error()));
  else if (!hits->empty())
    found.lists.push_back({.hits = std::move(*hits), .weight = weight});
}

}  // namespace

Task<RewordedLists> find_reworded(CallContext context, PassageIndex& index, RewordedQuery query) {
  RewordedLists found;
  for (std::size_t i = 0; i < query.rewordings.size(); ++i) {
    auto asking = both(find_words(context, index, query, i), find_near(context, index, query, i));
    auto [words, vectors] = co_await std::move(asking);
    add(found, std::move(words), query.weights.keyword);
    add(found, std::move(vectors), query.weights.vector);
  }
  co_return found;
}

}  // namespace aiva::search
