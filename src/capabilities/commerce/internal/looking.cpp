#include "capabilities/commerce/internal/looking.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "capabilities/commerce/internal/shelf_facets.h"
#include "capabilities/commerce/internal/shelf_order.h"

namespace aiva::commerce {
namespace {

// What the lists brought up, the best first, whether or not it fits the filter.
std::vector<Candidate> ranked(const Looking& looking, const TextLists& texts) {
  std::vector<Pick> by_code;
  if (looking.has_text()) by_code = find_codes(looking.views, looking.query.text);
  Nearness nearness{.terms = looking.understood.terms};
  auto candidates = rank(looking.views, by_code, texts, looking.pictures, nearness);
  if (looking.keeps_near_only())
    std::erase_if(candidates, [](const Candidate& candidate) { return !candidate.is_near; });
  return candidates;
}

std::vector<Candidate> compared(const Looking& looking, const TextLists& texts) {
  auto candidates = ranked(looking, texts);
  std::erase_if(candidates, [&](const Candidate& candidate) {
    return !looking.views[candidate.pick.view].fits(candidate.pick.place);
  });
  if (looking.query.sort == ProductSort::relevance) return candidates;
  std::vector<Pick> picks;
  for (const auto& candidate : candidates) picks.push_back(candidate.pick);
  sort_picks(looking.views, looking.query.sort, picks.size(), picks);
  std::unordered_map<ProductId, Candidate> by_id;
  for (const auto& candidate : candidates) by_id[candidate.id] = candidate;
  std::vector<Candidate> sorted;
  for (const auto& pick : picks)
    sorted.push_back(by_id[looking.views[pick.view].shelf->id_at(pick.place)]);
  return sorted;
}

// Everything that fits, as far as the page goes; says how many there are.
std::vector<Candidate> browsed(const Looking& looking, std::int64_t& total) {
  auto picks = all_fitting(looking.views);
  total = static_cast<std::int64_t>(picks.size());
  sort_picks(looking.views, looking.query.sort, looking.page_end(), picks);
  std::vector<Candidate> candidates;
  if (picks.size() > looking.page_end()) picks.resize(looking.page_end());
  for (const auto& pick : picks) {
    auto& candidate = candidates.emplace_back();
    candidate.id = looking.views[pick.view].shelf->id_at(pick.place);
    candidate.pick = pick;
    candidate.score = 1;
  }
  return candidates;
}

Facets facets_of(const Looking& looking, const std::vector<Candidate>& candidates) {
  if (!looking.compares()) return count_facets(looking.views, nullptr);
  PlaceSets among;
  for (const auto& view : looking.views) among.emplace_back(view.fitting.size(), false);
  for (const auto& candidate : candidates) among[candidate.pick.view][candidate.pick.place] = true;
  if (looking.is_filtered())
    for (const auto& candidate : ranked(looking, looking.all_texts))
      among[candidate.pick.view][candidate.pick.place] = true;
  return count_facets(looking.views, &among);
}

}  // namespace

void arrange(Looking& looking) {
  std::vector<Candidate> candidates;
  if (looking.compares()) {
    candidates = compared(looking, looking.texts);
    looking.answer.total = static_cast<std::int64_t>(candidates.size());
  } else {
    candidates = browsed(looking, looking.answer.total);
  }
  if (looking.query.wants_facets) looking.answer.facets = facets_of(looking, candidates);
  auto begin = std::min(static_cast<std::size_t>(looking.query.offset), candidates.size());
  auto end = std::min(looking.page_end(), candidates.size());
  looking.page.assign(candidates.begin() + static_cast<std::ptrdiff_t>(begin),
                      candidates.begin() + static_cast<std::ptrdiff_t>(end));
}

}  // namespace aiva::commerce
