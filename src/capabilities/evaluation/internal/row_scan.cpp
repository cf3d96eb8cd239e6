#include "capabilities/evaluation/internal/row_scan.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace aiva::evaluation {
namespace {

constexpr int documents_per_page = 200;
constexpr std::int64_t passages_per_read = 2000;

}  // namespace

Task<Result<std::vector<knowledge::Document>>> list_documents(CallContext context,
                                                              knowledge::Knowledge& knowledge,
                                                              KnowledgeBaseId base) {
  std::vector<knowledge::Document> all;
  for (int page = 1;; ++page) {
    CO_TRY_VOID(context.check());
    knowledge::Knowledge::DocumentFilter filter;
    filter.page = {.page = page, .limit = documents_per_page};
    CO_TRY(auto some, co_await knowledge.documents(context, base, filter));
    bool is_last = some.items.size() < documents_per_page;
    std::ranges::move(some.items, std::back_inserter(all));
    if (is_last) co_return all;
  }
}

Task<Result<void>> scan_rows(CallContext context, Subject subject, KnowledgeBaseId base,
                             const std::vector<knowledge::Document>& documents, EachPassages each) {
  for (const auto& document : documents) {
    if (!document.is_served) continue;
    knowledge::RowsRequest request{.knowledge_base = base,
                                   .document = document.id,
                                   .count_max = passages_per_read,
                                   .model = subject.embedder.model(),
                                   .dimension = subject.embedder.dimension()};
    for (;;) {
      CO_TRY_VOID(context.check());
      CO_TRY(auto rows, co_await subject.rows.read(context, request));
      if (rows.passages.empty()) break;
      CO_TRY_VOID(each(document, rows.passages));
      request.row_last = rows.row_last;
    }
  }
  co_return Result<void>();
}

}  // namespace aiva::evaluation
