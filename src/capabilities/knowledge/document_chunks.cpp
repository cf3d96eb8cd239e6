#include "capabilities/knowledge/document_chunks.h"

#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/validation.h"

namespace aiva::knowledge {

Task<Result<PageOf<Chunk>>> list_document_chunks(Database& database, CallContext context,
                                                 DocumentChunks wanted) {
  CO_TRY_VOID(check_page(wanted.page));
  auto reading = read(database, context, [&](SqlSession& sql) {
    return ChunksTable(sql).of_document(context.tenant, wanted);
  });
  auto chunks = co_await std::move(reading);
  co_return chunks;
}

}  // namespace aiva::knowledge
