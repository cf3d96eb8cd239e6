#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/commerce/ids.h"
#include "ports/storefront.h"

namespace aiva::commerce {

struct ShelfVariant {
  VariantId id{};
  MicroMoney price = 0;
  std::optional<MicroMoney> compare_at_price{};
  bool is_available = true;
  std::string sku{};
  std::string barcode{};
  std::vector<ChosenOption> options{};
};

// What a shelf keeps of a product.
struct ShelfProduct {
  ProductId id{};
  std::string title{};
  std::string handle{};
  std::string vendor{};
  std::string product_type{};
  std::vector<std::string> tags{};
  std::vector<StoreCollection> collections{};
  std::optional<double> rating{};
  UnixMs created_at = 0;
  std::vector<ShelfVariant> variants{};
};

}  // namespace aiva::commerce
