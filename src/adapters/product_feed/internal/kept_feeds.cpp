#include "adapters/product_feed/internal/kept_feeds.h"

#include <algorithm>
#include <utility>

namespace aiva::product_feed {
namespace {

constexpr std::size_t feeds_kept = 4;
constexpr std::size_t products_kept = 200'000;  // of all together

std::size_t products_of(const std::shared_ptr<const Feed>& feed) { return feed->products.size(); }

}  // namespace

KeptFeeds::Kept KeptFeeds::find(const std::string& name) {
  std::lock_guard lock(mutex_);
  auto found = std::ranges::find(entries_, name, &Entry::name);
  return found == entries_.end() ? Kept{} : found->kept;
}

void KeptFeeds::keep(const std::string& name, std::shared_ptr<const Feed> feed, Instant now) {
  std::lock_guard lock(mutex_);
  std::erase_if(entries_, [&name](const Entry& entry) { return entry.name == name; });
  entries_.push_back({name, {std::move(feed), now}});
  std::size_t products = 0;
  for (const auto& entry : entries_) products += products_of(entry.kept.feed);
  while (entries_.size() > 1 && (entries_.size() > feeds_kept || products > products_kept)) {
    products -= products_of(entries_.front().kept.feed);
    entries_.erase(entries_.begin());
  }
}

}  // namespace aiva::product_feed
