#pragma once

#include "capabilities/models/prices.h"
#include "capabilities/models/types.h"
#include "foundation/json_writer.h"

namespace aiva::http {

// Language models as clients see them. A budget without limit is null.
void write_overview(JsonWriter& writer, const models::Overview& overview);
void write_model_key(JsonWriter& writer, const models::TenantKey& key);
void write_key_test(JsonWriter& writer, const models::KeyTest& test);
// In billionths of a US dollar a token.
void write_price(JsonWriter& writer, const models::Price& price);

}  // namespace aiva::http
