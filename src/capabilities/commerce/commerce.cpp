#include "capabilities/commerce/commerce.h"

#include <utility>

#include "capabilities/commerce/internal/catalogue_reads.h"
#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/event_desk.h"
#include "capabilities/commerce/internal/product_finder.h"
#include "capabilities/commerce/internal/store_desk.h"
#include "capabilities/commerce/internal/store_opener.h"
#include "capabilities/commerce/internal/sync_desk.h"
#include "capabilities/commerce/internal/token_keeper.h"

namespace aiva::commerce {
namespace {

class RowCommerce final : public Commerce {
 public:
  RowCommerce(const CommerceParts& parts, const CommerceSettings& settings)
      : core_(parts, settings),
        tokens_(core_),
        opener_(core_, tokens_),
        stores_(core_, opener_, tokens_),
        syncs_(core_, opener_),
        events_(core_, opener_),
        catalogue_(core_),
        search_(make_product_finder(core_.parts, core_.settings)) {}

  Stores& stores() override { return stores_; }
  OpenStores& open_stores() override { return opener_; }
  Syncs& syncs() override { return syncs_; }
  StoreEvents& events() override { return events_; }
  Catalogue& catalogue() override { return catalogue_; }
  ProductSearch& search() override { return *search_; }

 private:
  Core core_;
  TokenKeeper tokens_;
  StoreOpener opener_;
  StoreDesk stores_;
  SyncDesk syncs_;
  EventDesk events_;
  CatalogueReads catalogue_;
  std::unique_ptr<ProductSearch> search_;
};

}  // namespace

std::unique_ptr<Commerce> make_commerce(CommerceParts parts, CommerceSettings settings) {
  return std::make_unique<RowCommerce>(parts, settings);
}

}  // namespace aiva::commerce
