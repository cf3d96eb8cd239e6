#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "ports/storefront.h"

namespace aiva::commerce {

// A product of a store that was looked over: its texts are valid and of bounded size.
struct PreparedProduct {
  StoreProduct there{};
  std::string content_hash{};  // SHA-256, hex, of all that is kept but the instants of its changes
  std::string text{};          // what its vector is made of
  std::string text_hash{};
  MicroMoney price_min = 0;
  MicroMoney price_max = 0;
  std::optional<std::int64_t> inventory{};  // of all variants that are counted
};

struct PrepareSettings {
  std::string currency{};  // of the store
  int images_max = 10;
  std::size_t text_bytes_max = 2048;  // of what its vector is made of
};

// Fails with `invalid` when the product makes no sense: it has no id, no title, no variant, or two
// variants of one id. Texts that are too long are cut; what is too much of a list is left out.
Result<PreparedProduct> prepare(StoreProduct product, const PrepareSettings& settings);

// Whether the product is one of those a knowledge base wants of its store.
bool is_in_scope(const StoreProduct& product, const ProductScope& scope);

// An id as stores give them: some bytes of plain text.
bool is_store_id(std::string_view id);

}  // namespace aiva::commerce
