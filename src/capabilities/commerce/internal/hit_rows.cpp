#include "capabilities/commerce/internal/hit_rows.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "capabilities/commerce/internal/product_rows.h"
#include "capabilities/commerce/internal/variant_choice.h"

namespace aiva::commerce {
namespace {

const ProductImage* find_image(const Product& product, ImageId id) {
  if (id.is_nil()) return nullptr;
  auto found = std::ranges::find(product.images, id, &ProductImage::image);
  return found == product.images.end() ? nullptr : &*found;
}

const ProductImage* image_of_variant(const ProductHit& hit) {
  if (hit.variants.empty()) return nullptr;
  auto variant = std::ranges::find(hit.product.variants, hit.variants.front(), &Variant::id);
  if (variant == hit.product.variants.end() || variant->there.image_id.empty()) return nullptr;
  auto image =
      std::ranges::find(hit.product.images, variant->there.image_id, &ProductImage::store_id);
  return image == hit.product.images.end() ? nullptr : &*image;
}

const ProductImage* best_image(const ProductHit& hit, ImageId found) {
  if (const auto* image = find_image(hit.product, found)) return image;
  if (const auto* image = image_of_variant(hit)) return image;
  return hit.product.images.empty() ? nullptr : &hit.product.images.front();
}

bool is_kept(const ProductImage& image) {
  return image.status == "completed" && !image.image.is_nil();
}

}  // namespace

Task<Result<std::vector<ProductHit>>> fetch_hits(CallContext context, Database& database,
                                                 std::vector<Candidate> page) {
  std::vector<ProductId> ids;
  for (const auto& candidate : page) ids.push_back(candidate.id);
  auto reading = read(database, context, [&](SqlSession& sql) {
    return ProductRows(sql).listed(context.tenant, ids);
  });
  CO_TRY(auto products, co_await std::move(reading));
  std::unordered_map<ProductId, const Candidate*> by_id;
  for (const auto& candidate : page) by_id[candidate.id] = &candidate;
  std::vector<ProductHit> hits;
  for (auto& product : products) {
    const auto& candidate = *by_id.at(product.id);
    hits.push_back({.product = std::move(product),
                    .score = candidate.score,
                    .cosine = candidate.cosine,
                    .bm25 = candidate.bm25,
                    .picture_cosine = candidate.picture_cosine});
  }
  co_return hits;
}

void choose_of_variants(std::vector<ProductHit>& hits, const ProductFilter& filter,
                        std::span<const std::string> words, retrieval::Analyzer& analyzer) {
  for (auto& hit : hits) hit.variants = choose_variants(hit.product, filter, words, analyzer);
  std::erase_if(hits, [](const ProductHit& hit) { return hit.variants.empty(); });
}

Task<Result<void>> add_images(CallContext context, Database& database,
                              std::span<const Candidate> page, std::vector<ProductHit>& hits) {
  std::unordered_map<ProductId, ImageId> found;
  for (const auto& candidate : page) found[candidate.id] = candidate.image;
  std::vector<const ProductImage*> images;
  std::vector<ImageId> kept_ids;
  for (const auto& hit : hits) {
    images.push_back(best_image(hit, found[hit.product.id]));
    if (images.back() != nullptr && is_kept(*images.back()))
      kept_ids.push_back(images.back()->image);
  }
  std::unordered_map<ImageId, KeptImage> kept;
  if (!kept_ids.empty()) {
    auto reading = read(database, context, [&](SqlSession& sql) {
      return ProductRows(sql).kept_images(context.tenant, kept_ids);
    });
    CO_TRY(kept, co_await std::move(reading));
  }
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (images[i] == nullptr) continue;
    auto place = kept.find(images[i]->image);
    bool is_here = place != kept.end() && is_kept(*images[i]);
    hits[i].image_url = is_here ? place->second.url : images[i]->source_url;
    hits[i].thumbnail_url = is_here ? place->second.thumbnail_url : images[i]->source_url;
  }
  co_return Result<void>{};
}

}  // namespace aiva::commerce
