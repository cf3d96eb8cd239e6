#pragma once

#include <string>
#include <vector>

#include "capabilities/commerce/internal/catalogue_writer.h"
#include "capabilities/commerce/open_stores.h"

namespace aiva::commerce {

// Products a store is asked for by their ids at a time.
inline constexpr std::size_t lookup_max = 250;

// Asks a store for some products: those that are left and wanted, and the ids of the others. Asks
// as often as it must.
Task<Result<ReadBatch>> look_up(CallContext context, const OpenStore& store, ReadingMark began,
                                std::vector<std::string> ids);

}  // namespace aiva::commerce
