#pragma once

#include "capabilities/commerce/stores.h"
#include "capabilities/commerce/types.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Write one JSON value each. A store's token is never among it.
void write_store(JsonWriter& writer, const commerce::Store& store);
void write_store_report(JsonWriter& writer, const commerce::StoreReport& report);
void write_sync(JsonWriter& writer, const commerce::Sync& sync);
void write_catalogue_statistics(JsonWriter& writer,
                                const commerce::CatalogueStatistics& statistics);

}  // namespace aiva::http
