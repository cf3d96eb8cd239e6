#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capabilities/commerce/internal/product_rows.h"
#include "foundation/flights.h"
#include "foundation/metrics.h"
#include "foundation/thread_pool.h"
#include "ports/database.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::commerce {

// The language of a text, ISO 639; empty when it cannot be told.
using DetectLanguage = std::function<std::string(std::string_view)>;

// Keeps an index of products alone in step with their rows: brings those that changed since the
// version it shows, once however many callers want it, whichever process changed them. A product is
// one passage of a document of the product's uuid. Any thread.
class ProductIndex {
 public:
  // Everything but the detector is borrowed; without one, words are found as they are written.
  ProductIndex(Database& database, PassageIndex& index, const TextEmbedder& embedder,
               ThreadPool& compute, DetectLanguage detect_language, Metrics& metrics);
  ProductIndex(const ProductIndex&) = delete;
  ProductIndex& operator=(const ProductIndex&) = delete;

  // Makes the index show the products of a store at `wanted.version`, or at a later one.
  Task<Result<void>> ensure(CallContext context, StoreVersion wanted);
  // The index has something else than the rows, `listed` of them at the version it shows: it is
  // brought to them anew, once for each version.
  Task<Result<void>> check(CallContext context, StoreVersion shown, std::size_t listed);
  [[nodiscard]] PassageIndex& passages() { return index_; }

 private:
  struct CatchUp {
    StoreVersion to{};
    std::int64_t from = 0;
    std::int64_t products = 0;
    std::int64_t of_other_models = 0;
  };
  struct Known {
    StoreId store{};
    std::int64_t renewed_at = -1;  // the version at which it was last brought anew
  };

  // Whether the index is of another store's products; remembers whose it is from now on.
  bool belongs_to_another(StoreVersion wanted);
  Task<Result<StoreVersion>> read_version(CallContext context, KnowledgeBaseId base);
  Task<Result<std::int64_t>> open(CallContext context, StoreVersion to);
  Task<Result<void>> catch_up(CallContext context, KnowledgeBaseId base);
  Task<Result<void>> bring_changes(CallContext context, PassageIndex::Change& change,
                                   CatchUp& done);

  Database& database_;
  PassageIndex& index_;
  const TextEmbedder& embedder_;
  ThreadPool& compute_;
  DetectLanguage detect_language_;
  Counter& catch_ups_;
  Counter& products_;
  Flights<KnowledgeBaseId> flights_;
  std::mutex mutex_;  // over what follows; never held while waiting
  std::unordered_map<KnowledgeBaseId, Known> known_;
};

}  // namespace aiva::commerce
