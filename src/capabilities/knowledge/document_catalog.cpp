#include "capabilities/knowledge/document_catalog.h"

#include <chrono>
#include <cstdint>
#include <utility>

#include "capabilities/knowledge/internal/knowledge_bases_table.h"
#include "foundation/lru_cache.h"

namespace aiva::knowledge {
namespace {

constexpr std::size_t bases_kept_max = 64;
constexpr std::chrono::hours time_kept{1};

struct KeptCatalog {
  std::int64_t version = 0;
  CatalogPointer entries;
};

class RowCatalog final : public DocumentCatalog {
 public:
  explicit RowCatalog(Database& database) : database_(database) {}

  Task<Result<CatalogPointer>> of(CallContext context, KnowledgeBaseId base) override {
    auto reading = read(database_, context, [&](SqlSession& sql) -> Result<CatalogPointer> {
      TRY(auto version, KnowledgeBasesTable(sql).version(context.tenant, base));
      auto kept = kept_.get(base);
      if (kept != nullptr && kept->version == version) return kept->entries;
      TRY(auto entries, read_entries(sql, context.tenant, base));
      kept_.put(base, std::make_shared<const KeptCatalog>(version, entries));
      return entries;
    });
    auto entries = co_await std::move(reading);
    co_return entries;
  }

 private:
  static Result<CatalogPointer> read_entries(SqlSession& sql, TenantId tenant,
                                             KnowledgeBaseId base) {
    auto entries = std::make_shared<std::vector<CatalogEntry>>();
    TRY_VOID(
        sql.query("SELECT id, created_at, metadata FROM documents "
                  "WHERE kb_id = ? AND tenant_id = ? AND is_served = 1",
                  {base, tenant}, [&entries](const SqlRow& row) -> Result<void> {
                    CatalogEntry entry{.id = row.id<DocumentId>(0), .created_at = row.integer(1)};
                    auto metadata = json::parse(row.text(2));
                    if (metadata && metadata->is_object())
                      entry.metadata = std::move(metadata->get_object());
                    entries->push_back(std::move(entry));
                    return {};
                  }));
    return entries;
  }

  Database& database_;
  LruCache<KnowledgeBaseId, KeptCatalog> kept_{bases_kept_max, time_kept};
};

}  // namespace

std::unique_ptr<DocumentCatalog> make_document_catalog(Database& database) {
  return std::make_unique<RowCatalog>(database);
}

}  // namespace aiva::knowledge
