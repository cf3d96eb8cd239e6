#pragma once

#include <cstdint>

#include "faces/http/request.h"
#include "faces/http/response.h"

namespace aiva::http {

// {"success":true,"data":{"items":[…],"total":…,"page":…,"limit":…}}; `write_item(JsonWriter&,
// item)` writes one value.
template <class Items, class WriteItem>
Response page_response(const Items& items, std::int64_t total, Page page, WriteItem write_item) {
  return ok_response([&](JsonWriter& writer) {
    writer.begin_object().key("items").begin_array();
    for (const auto& item : items) write_item(writer, item);
    writer.end_array();
    writer.field("total", total).field("page", page.page).field("limit", page.limit).end_object();
  });
}

}  // namespace aiva::http
