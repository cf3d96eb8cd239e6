#include "capabilities/commerce/internal/looked_up.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <unordered_set>
#include <utility>

namespace aiva::commerce {

Task<Result<ReadBatch>> look_up(CallContext context, const OpenStore& store, ReadingMark began,
                                std::vector<std::string> ids) {
  ReadBatch batch{.began = began};
  std::span<const std::string> left(ids);
  while (!left.empty()) {
    auto part = left.first(std::min(left.size(), lookup_max));
    left = left.subspan(part.size());
    std::vector<std::string> asked(part.begin(), part.end());
    auto asking = store.storefront->get_products(context, store.access, std::move(asked));
    CO_TRY(auto found, co_await std::move(asking));
    std::ranges::move(found, std::back_inserter(batch.products));
  }
  std::erase_if(batch.products, [&store](const StoreProduct& product) {
    return !is_in_scope(product, store.store.scope);
  });
  std::unordered_set<std::string_view> found;
  for (const auto& product : batch.products) found.insert(product.id);
  for (const auto& id : ids)
    if (!found.contains(id)) batch.gone.push_back(id);
  co_return batch;
}

}  // namespace aiva::commerce
