#pragma once

#include "foundation/ids.h"

namespace aiva::commerce {

using StoreId = Id<struct StoreTag>;
using ProductId = Id<struct ProductTag>;
using VariantId = Id<struct VariantTag>;
using SyncId = Id<struct SyncTag>;

}  // namespace aiva::commerce
