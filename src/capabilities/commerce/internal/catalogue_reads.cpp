#include "capabilities/commerce/internal/catalogue_reads.h"

#include <span>
#include <utility>

#include "capabilities/commerce/internal/products_table.h"
#include "capabilities/commerce/internal/stores_table.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t text_bytes_max = 200;
constexpr std::size_t ids_max = 200;
constexpr int page_limit_max = 200;
constexpr int page_max = 1'000'000;

Result<void> check(const Catalogue::Filter& filter) {
  if (filter.text.size() > text_bytes_max || !is_valid_utf8(filter.text))
    return fail(invalid_field("search", "must be text of at most 200 bytes"));
  if (filter.page.page < 1 || filter.page.page > page_max)
    return fail(invalid_field("page", "must be between 1 and 1000000"));
  if (filter.page.limit < 1 || filter.page.limit > page_limit_max)
    return fail(invalid_field("limit", "must be between 1 and 200"));
  return {};
}

}  // namespace

Task<Result<knowledge::PageOf<Product>>> CatalogueReads::list(CallContext context, Filter filter) {
  CO_TRY_VOID(check(filter));
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return ProductsTable(sql).list(context.tenant, filter);
  });
  auto page = co_await std::move(reading);
  co_return page;
}

Task<Result<Product>> CatalogueReads::get(CallContext context, ProductId id) {
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) {
    return ProductsTable(sql).get(context.tenant, std::span(&id, 1));
  });
  CO_TRY(auto found, co_await std::move(reading));
  if (found.empty()) co_return fail(ErrorCode::not_found, "No such product");
  co_return std::move(found.front());
}

Task<Result<std::vector<Product>>> CatalogueReads::get_all(CallContext context,
                                                           std::vector<ProductId> ids) {
  if (ids.size() > ids_max) co_return fail(invalid_field("ids", "may be 200 at most"));
  auto reading = read(core_.parts.database, context,
                      [&](SqlSession& sql) { return ProductsTable(sql).get(context.tenant, ids); });
  auto found = co_await std::move(reading);
  co_return found;
}

Task<Result<CatalogueStatistics>> CatalogueReads::statistics(CallContext context,
                                                             std::optional<StoreId> store) {
  const auto& model = core_.parts.embedder.model();
  auto reading =
      read(core_.parts.database, context, [&](SqlSession& sql) -> Result<CatalogueStatistics> {
        if (store) TRY_VOID(StoresTable(sql).get(context.tenant, *store));
        return ProductsTable(sql).statistics(context.tenant, store, model);
      });
  auto figures = co_await std::move(reading);
  co_return figures;
}

}  // namespace aiva::commerce
