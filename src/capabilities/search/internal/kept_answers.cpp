#include "capabilities/search/internal/kept_answers.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace aiva::search {
namespace {

std::unique_ptr<SharedAnswers> make_shared_answers(const SearchParts& parts,
                                                   const SearchSettings& settings) {
  if (parts.shared_cache == nullptr || settings.cache_time.count() == 0) return nullptr;
  SharedAnswersParts needs{*parts.shared_cache, parts.knowledge, parts.clock, parts.metrics,
                           parts.signals};
  return std::make_unique<SharedAnswers>(
      needs, SharedAnswersSettings{.time_to_live = settings.cache_time});
}

}  // namespace

KeptAnswers::KeptAnswers(const SearchParts& parts, const SearchSettings& settings, std::string form)
    : clock_(parts.clock),
      form_(std::move(form)),
      is_on_(settings.cache_time.count() > 0),
      answers_(
          {.time_to_live = settings.cache_time, .similarity_min = settings.cache_similarity_min},
          make_shared_answers(parts, settings)) {}

// Of several knowledge bases under the least id; the others and their versions are part of the
// form.
Task<std::optional<CacheScope>> KeptAnswers::scope_of(CallContext context,
                                                      const SearchRequest& request,
                                                      const IndexStanding& standing) {
  const auto& versions = standing.versions();
  if (!is_on_ || !standing.ensured() || versions.empty()) co_return std::nullopt;
  const auto& ids = standing.bases();
  auto least = static_cast<std::size_t>(std::ranges::min_element(ids) - ids.begin());
  CacheScope scope{.base = ids[least],
                   .version = versions[least],
                   .form = form_of(request) + form_,
                   .top_k = request.top_k};
  // What an answer between processes does not carry is searched for by each.
  scope.is_joint = ids.size() > 1;
  scope.is_shared = !scope.is_joint && !request.explain && request.section_tokens_max == 0;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (i != least) others.push_back(ids[i].to_string() + ":" + std::to_string(versions[i]));
  std::ranges::sort(others);
  for (const auto& other : others) scope.form.append(" ").append(other);
  auto finding = answers_.scope_of(context, std::move(scope));
  co_return co_await std::move(finding);
}

// Where the rows have moved on there may be another answer, for what they are at now.
Task<KeptAnswers::Place> KeptAnswers::find(CallContext context, const SearchRequest& request,
                                           IndexStanding& standing, Instant now) {
  Place place;
  bool is_settled = false;
  while (!is_settled) {
    auto scoping = scope_of(context, request, standing);
    place.scope = co_await std::move(scoping);
    place.found = {};
    if (!place.scope) co_return place;
    auto finding = answers_.find(context, *place.scope, request.query, now);
    place.found = co_await std::move(finding);
    if (!place.found.answer) co_return place;
    is_settled = co_await standing.holds(context);
  }
  co_return place;
}

Task<std::optional<CachedAnswer>> KeptAnswers::find_near(CallContext context,
                                                         const SearchRequest& request,
                                                         IndexStanding& standing, Place& place,
                                                         std::span<const float> row) {
  AnswerStore::Near wanted{request.query, row, std::move(place.found.alike)};
  auto looking = answers_.find_near(context, *place.scope, std::move(wanted), clock_.steady());
  auto found = co_await std::move(looking);
  if (!found) co_return found;
  bool is_so = co_await standing.holds(context);
  if (is_so) co_return found;
  auto scoping = scope_of(context, request, standing);
  place.scope = co_await std::move(scoping);
  co_return std::nullopt;
}

Task<void> KeptAnswers::follow(CallContext context, const SearchRequest& request,
                               IndexStanding& standing, Place& place) {
  co_await standing.ensure(context);
  auto scoping = scope_of(context, request, standing);
  place.scope = co_await std::move(scoping);
}

void KeptAnswers::put(const CallContext& context, const Place& place, NewAnswer answer) {
  if (place.scope) answers_.put(context, *place.scope, std::move(answer));
}

Task<Result<std::int64_t>> KeptAnswers::clear(CallContext context, KnowledgeBaseId base) {
  return answers_.clear(std::move(context), base);
}

}  // namespace aiva::search
