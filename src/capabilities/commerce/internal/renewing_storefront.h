#pragma once

#include <memory>

#include "capabilities/commerce/internal/token_keeper.h"
#include "ports/clock.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// The storefront of one store whose token runs out: renews it some minutes before, and once when it
// is refused. Calls use its token, whatever their access says. Everything but the token is
// borrowed.
std::shared_ptr<Storefront> make_renewing_storefront(Storefront& storefront, TokenKeeper& keeper,
                                                     const Clock& clock, StoreId store,
                                                     StoreToken token);

}  // namespace aiva::commerce
