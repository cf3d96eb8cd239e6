#include "adapters/product_feed/internal/kept_feeds.h"

#include <algorithm>
#include <utility>

namespace aiva::product_feed {
namespace {

constexpr std::size_t feeds_kept = 4;
constexpr std::size_t bytes_kept = 512UL * 1024 * 1024;  // of all together

std::size_t bytes_of(const std::shared_ptr<const Feed>& feed) { return feed->memory_bytes; }

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
  std::size_t bytes = 0;
  for (const auto& entry : entries_) bytes += bytes_of(entry.kept.feed);
  while (entries_.size() > 1 && (entries_.size() > feeds_kept || bytes > bytes_kept)) {
    bytes -= bytes_of(entries_.front().kept.feed);
    entries_.erase(entries_.begin());
  }
}

}  // namespace aiva::product_feed
