#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adapters/product_feed/internal/feed.h"

namespace aiva::product_feed {

// The feeds read last, so that the pages of a list need not read one again and again. Any thread.
class KeptFeeds {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  struct Kept {
    std::shared_ptr<const Feed> feed;  // shared with calls that read it
    Instant read_at{};
  };

  // Null: none is kept under that name.
  Kept find(const std::string& name);
  // Instead of what was kept under that name; what was kept longest goes.
  void keep(const std::string& name, std::shared_ptr<const Feed> feed, Instant now);

 private:
  struct Entry {
    std::string name;
    Kept kept;
  };

  std::mutex mutex_;
  std::vector<Entry> entries_;  // the newest last
};

}  // namespace aiva::product_feed
