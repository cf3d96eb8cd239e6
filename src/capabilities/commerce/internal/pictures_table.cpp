#include "capabilities/commerce/internal/pictures_table.h"

#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t error_bytes_max = 500;

}  // namespace

Result<bool> PicturesTable::has_waiting() {
  bool has_any = false;
  TRY_VOID(
      sql_.query("SELECT 1 FROM product_images WHERE store_id = ? AND status = 'pending' LIMIT 1",
                 {store_}, [&has_any](const SqlRow&) -> Result<void> {
                   has_any = true;
                   return {};
                 }));
  return has_any;
}

Result<std::int64_t> PicturesTable::count_waiting() {
  std::int64_t count = 0;
  TRY_VOID(
      sql_.query("SELECT COUNT(*) FROM product_images WHERE store_id = ? AND status = 'pending'",
                 {store_}, [&count](const SqlRow& row) -> Result<void> {
                   count = row.integer(0);
                   return {};
                 }));
  return count;
}

Result<std::vector<WaitingPicture>> PicturesTable::waiting(const WaitingPicture& after,
                                                           int count_max) {
  std::vector<WaitingPicture> found;
  TRY_VOID(sql_.query(
      "SELECT i.product_id, i.shopify_id, i.source_url, i.alt, i.attempts, p.title "
      "FROM product_images i JOIN products p ON p.id = i.product_id WHERE i.store_id = ? "
      "AND p.tenant_id = ? AND i.status = 'pending' AND (i.product_id, i.shopify_id) > (?, ?) "
      "ORDER BY i.product_id, i.shopify_id LIMIT ?",
      {store_, tenant_, after.product, after.shopify_id, count_max},
      [&found](const SqlRow& row) -> Result<void> {
        found.push_back({.product = row.id<ProductId>(0),
                         .shopify_id = std::string(row.text(1)),
                         .source_url = std::string(row.text(2)),
                         .alt = std::string(row.text(3)),
                         .title = std::string(row.text(5)),
                         .attempts = static_cast<int>(row.integer(4))});
        return {};
      }));
  return found;
}

Result<bool> PicturesTable::finish(const WaitingPicture& picture, const PictureOutcome& outcome) {
  TRY(auto changed,
      sql_.execute("UPDATE product_images SET status = ?, attempts = attempts + 1, image_id = ?, "
                   "error_message = ? WHERE product_id = ? AND shopify_id = ? AND store_id = ? "
                   "AND source_url = ? AND status = 'pending'",
                   {outcome.status, outcome.image, utf8_prefix(outcome.error, error_bytes_max),
                    picture.product, picture.shopify_id, store_, picture.source_url}));
  return changed == 1;
}

Result<void> PicturesTable::retry_failed() {
  TRY_VOID(
      sql_.execute("UPDATE product_images SET status = 'pending', attempts = 0 "
                   "WHERE store_id = ? AND status = 'failed'",
                   {store_}));
  return {};
}

Result<bool> PicturesTable::is_shown(ImageId image) {
  bool is_found = false;
  TRY_VOID(sql_.query("SELECT 1 FROM product_images WHERE image_id = ? LIMIT 1", {image},
                      [&is_found](const SqlRow&) -> Result<void> {
                        is_found = true;
                        return {};
                      }));
  return is_found;
}

Result<PicturesTable::Removal> PicturesTable::next_removal(int count_max) {
  Removal removal;
  TRY_VOID(sql_.query("SELECT id FROM products WHERE store_id = ? AND tenant_id = ? LIMIT ?",
                      {store_, tenant_, count_max}, [&removal](const SqlRow& row) -> Result<void> {
                        removal.products.push_back(row.id<ProductId>(0));
                        return {};
                      }));
  for (const auto& product : removal.products)
    TRY_VOID(
        sql_.query("SELECT image_id FROM product_images WHERE product_id = ? "
                   "AND store_id = ? AND image_id IS NOT NULL",
                   {product, store_}, [&removal](const SqlRow& row) -> Result<void> {
                     removal.images.push_back(row.id<ImageId>(0));
                     return {};
                   }));
  return removal;
}

Result<void> PicturesTable::remove_product(ProductId product) {
  TRY_VOID(sql_.execute("DELETE FROM products WHERE id = ? AND tenant_id = ? AND store_id = ?",
                        {product, tenant_, store_}));
  return {};
}

}  // namespace aiva::commerce
