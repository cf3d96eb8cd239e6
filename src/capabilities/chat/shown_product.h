#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "ports/storefront.h"

namespace aiva::chat {

// A product of a knowledge base's shop that goes with an answer.
struct ShownProduct {
  std::string id{};  // a UUID, as is the variant's
  std::string title{};
  std::string description{};  // in short
  std::string vendor{};
  MicroMoney price = 0;  // of the variant
  std::optional<MicroMoney> compare_at_price{};
  std::string currency{};
  bool in_stock = true;
  std::optional<std::int64_t> stock{};  // nothing: it is not counted
  std::string url{};                    // its page in the shop
  std::string image_url{};  // below the server's address, or the shop's own; as is the thumbnail's
  std::string thumbnail_url{};
  std::string variant_id{};  // of the variant that fits best
  std::string variant_title{};
  KnowledgeBaseId knowledge_base{};
  double score = 0;  // the products of an answer are sorted by it
};

// Reading leaves out what is malformed.
std::string products_to_json(const std::vector<ShownProduct>& products);
std::vector<ShownProduct> products_from_json(std::string_view text);

}  // namespace aiva::chat
