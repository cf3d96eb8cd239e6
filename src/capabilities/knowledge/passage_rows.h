#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"
#include "ports/passage_index.h"

namespace aiva::knowledge {

// Which chunks of a document to read, in the order of its rows.
struct RowsRequest {
  KnowledgeBaseId knowledge_base{};
  DocumentId document{};
  std::int64_t row_last = 0;  // of the call before
  std::int64_t count_max = 1000;
  std::string model{};  // vectors of others, or of another dimension, are left out
  std::size_t dimension = 0;
};

struct RowsOfDocument {
  std::vector<IndexedPassage> passages;  // none: there are no more
  std::int64_t row_last = 0;             // where to go on
};

// The rows an index is made of, to be compared with it.
class PassageRows {
 public:
  virtual ~PassageRows() = default;
  // Some chunks of a document, with their vectors. Fails with `not_found` (the knowledge base).
  virtual Task<Result<RowsOfDocument>> read(CallContext context, RowsRequest request) = 0;
};

// `database` is borrowed.
std::unique_ptr<PassageRows> make_passage_rows(Database& database);

}  // namespace aiva::knowledge
