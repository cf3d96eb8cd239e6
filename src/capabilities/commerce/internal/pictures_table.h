#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::commerce {

// A picture of a product that is to be fetched.
struct WaitingPicture {
  ProductId product{};
  std::string shopify_id{};
  std::string source_url{};
  std::string alt{};
  std::string title{};  // of the product
  int attempts = 0;
};

// What became of it.
struct PictureOutcome {
  std::string status = "completed";  // completed | failed | skipped | pending: it is tried again
  std::optional<ImageId> image{};
  std::string error{};
};

// The rows of pictures of products; lives inside one read or transaction. Every statement names the
// store, which the caller knows to be the tenant's.
class PicturesTable {
 public:
  PicturesTable(SqlSession& sql, TenantId tenant, StoreId store)
      : sql_(sql), tenant_(tenant), store_(store) {}

  Result<bool> has_waiting();
  Result<std::int64_t> count_waiting();
  // Behind `after` in the order of products and pictures; of products that are not deleted.
  Result<std::vector<WaitingPicture>> waiting(const WaitingPicture& after, int count_max);
  // Writes it down, unless the picture's address is another meanwhile: then its image is an orphan
  // and the answer is false.
  Result<bool> finish(const WaitingPicture& picture, const PictureOutcome& outcome);
  // Those that failed wait again.
  Result<void> retry_failed();
  Result<bool> is_shown(ImageId image);
  // The images of the store's next products, for its removal: products and their images, at most
  // `count_max` products.
  struct Removal {
    std::vector<ProductId> products{};
    std::vector<ImageId> images{};
  };
  Result<Removal> next_removal(int count_max);
  Result<void> remove_product(ProductId product);

 private:
  SqlSession& sql_;
  TenantId tenant_;
  StoreId store_;
};

}  // namespace aiva::commerce
