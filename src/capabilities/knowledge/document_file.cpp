#include "capabilities/knowledge/document_file.h"

#include <optional>
#include <utility>

namespace aiva::knowledge {
namespace {

struct Source {
  std::string key{};
  DocumentFile file{};
};

Result<Source> find_source(SqlSession& sql, TenantId tenant, DocumentId id) {
  std::optional<Source> source;
  TRY_VOID(
      sql.query("SELECT object_key, filename, kb_id FROM documents WHERE id = ? AND tenant_id = ?",
                {id, tenant}, [&source](const SqlRow& row) -> Result<void> {
                  source.emplace();
                  source->key = row.text(0);
                  source->file.filename = row.text(1);
                  source->file.knowledge_base = row.id<KnowledgeBaseId>(2);
                  return {};
                }));
  if (!source) return fail(ErrorCode::not_found, "No such document");
  return *std::move(source);
}

}  // namespace

Task<Result<DocumentFile>> find_document_file(Database& database, ObjectStore& objects,
                                              CallContext context, DocumentId id) {
  auto reading = read(database, context,
                      [&](SqlSession& sql) { return find_source(sql, context.tenant, id); });
  CO_TRY(auto source, co_await std::move(reading));
  auto copying = objects.local_copy(context, source.key);
  CO_TRY(source.file.path, co_await std::move(copying));
  co_return std::move(source.file);
}

}  // namespace aiva::knowledge
