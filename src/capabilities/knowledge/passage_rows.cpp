#include "capabilities/knowledge/passage_rows.h"

#include <utility>

#include "capabilities/knowledge/internal/chunks_table.h"
#include "capabilities/knowledge/internal/knowledge_bases_table.h"

namespace aiva::knowledge {
namespace {

class StoredRows final : public PassageRows {
 public:
  explicit StoredRows(Database& database) : database_(database) {}

  Task<Result<RowsOfDocument>> read(CallContext context, RowsRequest request) override {
    auto rows = [&](SqlSession& sql) -> Result<RowsOfDocument> {
      // A knowledge base of the tenant, so that its documents are the tenant's too.
      TRY([[maybe_unused]] auto version,
          KnowledgeBasesTable(sql).version(context.tenant, request.knowledge_base));
      ChunksTable::PassagePage page{.document = request.document,
                                    .row_last = request.row_last,
                                    .count_max = request.count_max,
                                    .model = request.model,
                                    .dimension = request.dimension};
      TRY(auto stored, ChunksTable(sql).passages(request.knowledge_base, page));
      return RowsOfDocument{.passages = std::move(stored.passages), .row_last = stored.row_last};
    };
    auto reading = aiva::read(database_, context, std::move(rows));
    auto read = co_await std::move(reading);
    co_return read;
  }

 private:
  Database& database_;
};

}  // namespace

std::unique_ptr<PassageRows> make_passage_rows(Database& database) {
  return std::make_unique<StoredRows>(database);
}

}  // namespace aiva::knowledge
