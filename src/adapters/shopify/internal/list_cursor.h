#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::shopify {

// A place in a list of products: which interface lists it, and the cursor that interface gave.
struct ListCursor {
  bool is_rest = false;
  std::string place{};  // empty: the start
};

std::string write_cursor(const ListCursor& cursor);
// Empty: the start, by REST if that is wanted. Fails with `invalid` (field "cursor") for what was
// not written here.
Result<ListCursor> read_cursor(std::string_view text, bool wants_rest);

}  // namespace aiva::shopify
