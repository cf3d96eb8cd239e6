#include "crash/index_kill/history.h"

#include <algorithm>
#include <iterator>

namespace aiva::crash {

std::map<std::uint64_t, std::uint64_t> History::touched(std::int64_t from, std::int64_t to) const {
  std::map<std::uint64_t, std::uint64_t> revisions;
  for (auto version = from + 1; version <= to; ++version) {
    auto revision = static_cast<std::uint64_t>(version);
    load::Random random(seed_ * 1'000'003 + revision);
    for (auto i = 1 + random.below(4); i > 0; --i) {
      auto number = random.below(documents);
      revisions[number] = random.one_in(4) ? 0 : revision;
    }
  }
  return revisions;
}

History::Step History::step(std::int64_t from, std::int64_t to) const {
  Step step;
  for (auto [number, revision] : touched(from, to)) {
    step.removed.push_back(load::document_id(seed_, number));
    if (revision == 0) continue;
    auto made = load::make_document(seed_, number, revision);
    std::ranges::move(made, std::back_inserter(step.added));
  }
  return step;
}

std::vector<IndexedPassage> History::rows(std::int64_t version) const {
  return step(0, version).added;
}

}  // namespace aiva::crash
