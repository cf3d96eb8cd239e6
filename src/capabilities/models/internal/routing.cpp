#include "capabilities/models/internal/routing.h"

#include <algorithm>
#include <set>
#include <utility>

namespace aiva::models {
namespace {

constexpr std::size_t name_bytes_max = 32;

bool is_provider_name(std::string_view name) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
  return !name.empty() && name.size() <= name_bytes_max &&
         name.find_first_not_of(allowed) == std::string_view::npos;
}

// The length of the longest fitting prefix, and 1 more, so that "" fits, too; 0: none.
std::size_t fit(const ProviderSettings& provider, std::string_view model) {
  std::size_t best = 0;
  for (const auto& prefix : provider.prefixes)
    if (model.starts_with(prefix)) best = std::max(best, prefix.size() + 1);
  return best;
}

Result<void> check(const RoutingRules& rules) {
  Error error{.code = ErrorCode::invalid, .message = "The model providers are not valid"};
  std::set<std::string_view> names;
  for (const auto& provider : rules.providers) {
    auto field = "models.providers." + provider.name;
    if (!is_provider_name(provider.name))
      error.details.push_back({field, "must be named with [a-z0-9_-]{1,32}"});
    if (!names.insert(provider.name).second) error.details.push_back({field, "is there twice"});
    if (!provider.base_url.starts_with("http://") && !provider.base_url.starts_with("https://"))
      error.details.push_back({field + ".base_url", "must be an http or https address"});
  }
  if (error.details.empty()) return {};
  return fail(std::move(error));
}

}  // namespace

Result<Routing> Routing::make(RoutingRules rules) {
  TRY_VOID(check(rules));
  Routing routing(std::move(rules));
  const auto& known = routing.rules_;
  if (!known.default_model.empty() && routing.resolve(known.default_model).empty())
    return fail(invalid_field("models.default_model", "is a model of no provider"));
  for (const auto& model : known.fall_back)
    if (routing.resolve(model).empty())
      return fail(invalid_field("models.fall_back", model + " is a model of no provider"));
  return routing;
}

std::vector<Candidate> Routing::resolve(std::string_view model) const {
  auto slash = model.find('/');
  for (std::size_t i = 0; i < rules_.providers.size(); ++i) {
    const auto& provider = rules_.providers[i];
    if (slash == std::string_view::npos || provider.name != model.substr(0, slash)) continue;
    auto own_name = std::string(model.substr(slash + 1));
    return {{.provider = i, .model = own_name.empty() ? provider.default_model : own_name}};
  }
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < rules_.providers.size(); ++i)
    if (fit(rules_.providers[i], model) > 0)
      found.push_back({.provider = i, .model = std::string(model)});
  std::ranges::sort(found, [&](const Candidate& a, const Candidate& b) {
    auto fit_a = fit(rules_.providers[a.provider], model);
    auto fit_b = fit(rules_.providers[b.provider], model);
    return fit_a != fit_b ? fit_a > fit_b : a.provider < b.provider;
  });
  return found;
}

Result<std::vector<Candidate>> Routing::candidates(std::string_view model) const {
  std::vector<Candidate> found;
  if (model.empty()) model = rules_.default_model;
  if (!model.empty()) {
    found = resolve(model);
  } else if (!rules_.providers.empty() && !rules_.providers.front().default_model.empty()) {
    found = {{.provider = 0, .model = rules_.providers.front().default_model}};
  }
  if (found.empty()) return fail(invalid_field("model", "is a model of no configured provider"));
  for (const auto& other : rules_.fall_back)
    for (auto& candidate : resolve(other))
      if (std::ranges::find(found, candidate) == found.end()) found.push_back(std::move(candidate));
  return found;
}

}  // namespace aiva::models
