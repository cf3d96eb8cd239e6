#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "capabilities/commerce/ids.h"
#include "capabilities/commerce/internal/catalogue_writer.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// Products that were read and made ready to be written.
struct PreparedPage {
  CatalogueWriter::Prepared batch{};
  std::string next{};  // the cursor of the next one, where there are cursors
  std::int64_t count = 0;
};

// An export that is being read, and what of it is not written yet.
struct OpenExport {
  std::unique_ptr<ProductStream> stream{};
  std::optional<PreparedPage> page{};
};

// Exports that syncs of this process are in the middle of, while other jobs have their turn, so
// that what was read of them is not fetched again. One that is lost, or continued by another
// process, is opened at its place. Any thread.
class ParkedExports {
 public:
  // `done` products of it were written.
  void park(SyncId sync, std::int64_t done, OpenExport open) {
    std::lock_guard lock(mutex_);
    if (parked_.size() == count_max) parked_.pop_front();
    parked_.push_back({sync, done, std::move(open)});
  }
  // The export of a sync if it stands at that place; what stands elsewhere is dropped.
  OpenExport take(SyncId sync, std::int64_t done) {
    std::lock_guard lock(mutex_);
    OpenExport found;
    for (auto place = parked_.begin(); place != parked_.end();) {
      bool is_of_sync = place->sync == sync;
      if (is_of_sync && place->done == done) found = std::move(place->open);
      place = is_of_sync ? parked_.erase(place) : std::next(place);
    }
    return found;
  }

 private:
  static constexpr std::size_t count_max = 8;
  struct Parked {
    SyncId sync{};
    std::int64_t done = 0;
    OpenExport open{};
  };

  std::mutex mutex_;
  std::list<Parked> parked_;
};

}  // namespace aiva::commerce
