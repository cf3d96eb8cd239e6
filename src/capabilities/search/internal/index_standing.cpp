#include "capabilities/search/internal/index_standing.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace aiva::search {

IndexStanding::Versions IndexStanding::shown() const {
  Versions versions;
  versions.reserve(bases_.size());
  for (auto base : bases_) {
    auto version = index_.version(base);
    if (!version) return {};
    versions.push_back(*version);
  }
  return versions;
}

Task<void> IndexStanding::ensure(CallContext context) {
  auto ensuring = knowledge_.ensure_indexed(std::move(context), bases_);
  ensured_ = co_await std::move(ensuring);
  has_followed_ = true;
  versions_ = shown();
}

Task<bool> IndexStanding::holds(CallContext context) {
  if (has_followed_) co_return ensured_.has_value();
  auto before = versions_;
  co_await ensure(std::move(context));
  co_return ensured_.has_value() && versions_ == before;
}

bool IndexStanding::is_behind(const Versions& before, const Versions& now) const {
  return !has_followed_ && !std::ranges::equal(before, now, std::greater_equal());
}

}  // namespace aiva::search
