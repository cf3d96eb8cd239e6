#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/picture_fetch.h"
#include "capabilities/commerce/internal/pictures_table.h"

namespace aiva::commerce {

// Works off the pictures of one store that wait. One run of a store at a time.
class PictureRun {
 public:
  // Borrowed.
  PictureRun(Core& core, Store store);

  enum class End {
    completed,
    yielded,  // others had to wait long enough
    waits,    // some are to be tried again later
    stopped,  // no picture can be kept for now; why stands in the store's newest sync
  };
  Task<Result<End>> run(CallContext context);

 private:
  using Pictures = std::vector<WaitingPicture>;
  Task<Result<Pictures>> next(CallContext context);
  // Answers whether to go on.
  Task<Result<bool>> fetch(CallContext context, Pictures pictures);
  Task<Result<void>> write_down(CallContext context, const Pictures& pictures,
                                const std::vector<FetchedPicture>& fetched);

  Core& core_;
  Store store_;
  WaitingPicture after_{};  // the pass goes on behind it
  std::int64_t waiting_ = 0;
  bool has_retries_ = false;
  std::chrono::steady_clock::time_point started_;
};

// Removes images that lost their product, unless another shows them or a person uploaded them.
Task<Result<void>> remove_orphans(CallContext context, Core& core, StoreId store,
                                  std::vector<ImageId> images);

}  // namespace aiva::commerce
