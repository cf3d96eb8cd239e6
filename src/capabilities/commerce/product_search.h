#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/commerce/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::commerce {

// Which products a search may answer with; every part that is set must hold. Where a part speaks
// of variants (price, stock, options), one variant must fit all of them.
struct ProductFilter {
  std::optional<MicroMoney> price_min{};
  std::optional<MicroMoney> price_max{};
  std::optional<bool> in_stock{};
  std::optional<bool> on_sale{};           // cheaper than it was
  std::vector<std::string> tags{};         // all of them, without regard to case
  std::vector<std::string> vendors{};      // any of them
  std::vector<std::string> types{};        // any of them
  std::vector<std::string> collections{};  // any of them, by title or id of the store
  std::vector<ChosenOption> options{};     // of one name any value, of several names each
  std::optional<double> rating_min{};

  bool operator==(const ProductFilter&) const = default;
};

enum class ProductSort { relevance, price_up, price_down, newest, rating, title };
std::string_view to_string(ProductSort sort);  // "price_asc", "price_desc", …
std::optional<ProductSort> parse_product_sort(std::string_view text);

struct ProductQuery {
  KnowledgeBaseId knowledge_base{};
  std::vector<KnowledgeBaseId> other_bases{};  // searched with it as if all were one; at most 99
  std::string text{};                          // at most 2000 characters; empty: all that fit
  std::optional<std::filesystem::path> picture{};  // an image file, borrowed
  std::optional<ImageId> like{};                   // an image of the knowledge base
  ProductFilter filter{};
  ProductSort sort = ProductSort::relevance;
  int limit = 10;  // 1…100
  int offset = 0;  // 0…10000
  bool wants_facets = false;
  bool only_near = false;  // leaves out what is merely nearer than the rest
  bool is_billed = true;   // false: the caller charges base_cost
};

struct ProductHit {
  Product product{};
  // The variants that fit the filter, and words of the text where they name one ("red", a SKU), the
  // best first; never empty.
  std::vector<VariantId> variants{};
  double score = 0;                // 0…1, 1 for the first of every list
  std::optional<double> cosine{};  // of the text
  std::optional<double> bm25{};
  std::optional<double> picture_cosine{};
  std::string image_url{};      // of the image that fits best, below the server's address
  std::string thumbnail_url{};  // or the store's own, when it is not kept here
};

struct FacetValue {
  std::string value;
  std::int64_t count = 0;  // of products that fit query and filter
};

// How the products found divide; a facet's own part of the filter is not counted in it, so that
// other values stay to be chosen.
struct Facets {
  std::vector<FacetValue> vendors{};  // the most frequent first, at most 50 each
  std::vector<FacetValue> types{};
  std::vector<FacetValue> tags{};
  std::vector<FacetValue> collections{};
  struct Option {
    std::string name;
    std::vector<FacetValue> values{};
  };
  std::vector<Option> options{};
  std::optional<MicroMoney> price_least{};
  std::optional<MicroMoney> price_most{};
  std::int64_t in_stock = 0;
  std::int64_t out_of_stock = 0;
};

struct ProductAnswer {
  std::vector<ProductHit> hits{};
  std::int64_t total = 0;  // products that fit: of a text, those it was compared with and found
  std::optional<Facets> facets{};
  std::string corrected{};  // the text as it was understood, when words were put right
  std::string embedding_model{};
  std::int64_t products_searched = 0;
  double search_time_ms = 0;
  billing::MicroUsd base_cost = 0;  // before the margin
};

// Finds products of knowledge bases of `context.tenant`; active and published ones alone.
class ProductSearch {
 public:
  virtual ~ProductSearch() = default;
  // Fails with `invalid` (fields), `not_found` (any of the knowledge bases), `quota_exceeded`.
  virtual Task<Result<ProductAnswer>> search(CallContext context, ProductQuery query) = 0;
  // Those of these knowledge bases that have any product; costs little.
  virtual Task<Result<std::vector<KnowledgeBaseId>>> with_products(
      CallContext context, std::vector<KnowledgeBaseId> bases) = 0;
  // The products that names stand for exactly, without regard to case, each once and at most 100:
  // ids of products and variants, SKUs, barcodes, handles. Costs nothing. At most 50 names. Here:
  // what a search for each of them finds.
  virtual Task<Result<std::vector<Product>>> named(CallContext context,
                                                   std::vector<KnowledgeBaseId> bases,
                                                   std::vector<std::string> names);
};

// Whether a name stands for this product, or for this variant of it.
bool is_named(const Product& product, std::string_view name);
bool is_named(const Variant& variant, std::string_view name);

}  // namespace aiva::commerce
