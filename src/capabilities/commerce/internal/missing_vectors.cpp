#include <utility>

#include "capabilities/commerce/internal/catalogue_writer.h"
#include "capabilities/commerce/internal/products_table.h"
#include "capabilities/commerce/internal/stores_table.h"

namespace aiva::commerce {
namespace {

constexpr int products_per_embedding = 250;

std::vector<std::string> ids_of(const std::vector<StoreProduct>& products) {
  std::vector<std::string> ids;
  for (const auto& product : products) ids.push_back(product.id);
  return ids;
}

}  // namespace

Task<Result<std::optional<CatalogueRows::Unembedded>>> CatalogueWriter::embed_missing(
    CallContext context, const Store& store, CatalogueRows::Unembedded after) {
  using Next = std::optional<CatalogueRows::Unembedded>;
  if (core_.parts.embedder.dimension() == 0) co_return Next();
  const auto& model = core_.parts.embedder.model();
  std::vector<CatalogueRows::Unembedded> missing;
  std::vector<Product> products;
  KnownProducts known;
  auto reading = read(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    CatalogueRows rows(sql, {.tenant = store.tenant, .store = store.id});
    TRY(missing, rows.unembedded(model, after, products_per_embedding));
    std::vector<ProductId> ids;
    for (const auto& one : missing) ids.push_back(one.id);
    TRY(products, ProductsTable(sql).get(store.tenant, ids));
    std::vector<StoreProduct> there;
    for (const auto& product : products) there.push_back(product.there);
    TRY(known, rows.known(ids_of(there)));
    return {};
  });
  CO_TRY_VOID(co_await std::move(reading));
  if (missing.empty()) co_return Next();
  std::unordered_map<std::string, std::string> texts;
  std::unordered_map<std::string, std::string> hashes;  // by the product's id of the store
  auto prepare_all = [&]() -> Result<void> {
    for (auto& product : products) {
      auto prepared = aiva::commerce::prepare(std::move(product.there), prepare_settings(store));
      if (!prepared) continue;
      hashes.emplace(prepared->there.id, prepared->text_hash);
      texts.emplace(std::move(prepared->text_hash), std::move(prepared->text));
    }
    return {};
  };
  auto preparing = run_on(core_.parts.compute, context, prepare_all);
  CO_TRY_VOID(co_await std::move(preparing));
  auto embedding = embed(context, std::move(texts));
  CO_TRY(auto embedded, co_await std::move(embedding));
  auto writing = aiva::write(core_.parts.database, context, [&](SqlSession& sql) -> Result<void> {
    StoresTable stores(sql);
    CatalogueRows rows(sql, {.tenant = store.tenant, .store = store.id});
    TRY(auto version, stores.next_version(store.tenant, store.id));
    TRY(auto number, stores.next_reading(store.tenant, store.id));
    for (const auto& [id, hash] : hashes) {
      const auto& product = known.at(id);
      TRY(auto is_set, rows.set_vector(product, hash, embedded.vectors.at(hash)));
      if (is_set) TRY_VOID(rows.note_change(product.id, version));
    }
    return charge(sql, store, number, embedded);
  });
  CO_TRY_VOID(co_await std::move(writing));
  co_return Next(missing.back());
}

}  // namespace aiva::commerce
