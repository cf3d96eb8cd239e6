#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "capabilities/commerce/internal/catalogue_rows.h"
#include "capabilities/commerce/internal/core.h"
#include "capabilities/commerce/internal/prepared_product.h"

namespace aiva::commerce {

// The last reading that was written when another reading of the store began.
struct ReadingMark {
  std::int64_t reading = 0;
  UnixMs at = 0;
};

// What was read of a store at once.
struct ReadBatch {
  ReadingMark began{};
  // It is written whatever was written meanwhile: for what was looked up again too often.
  bool is_last_word = false;
  std::vector<StoreProduct> products{};
  std::vector<std::string> gone{};       // asked for, and not there
  std::vector<std::string> unchanged{};  // there, and as they are known
};

// What became of it.
struct WriteReport {
  std::int64_t added = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;
  std::int64_t deleted = 0;
  std::int64_t failed = 0;
  UnixMs newest = 0;  // the latest change of a product, by the store's clock
  // Written by another reading meanwhile, so that nobody knows which of the two is newer. They are
  // as they were and have to be looked up again.
  std::vector<std::string> contested{};
};

// Writes what readings of stores bring. Syncs and events run at the same time; whatever order they
// end in, rows end up as the store is, by these rules:
//
// Each transaction counts the store's `reading` and gives its number to the products it writes. A
// reading remembers the number that stood when it began to ask the store. If a product's number is
// not above it, nobody wrote the product since, and what was read is at least as new as the row. If
// it is above, both were read at the same time, as far as anyone can tell: then the later
// `updated_at` of the store wins, and where the two are equal, or there is none, the row stays and
// the product is `contested`: it is asked for again, with a mark of its own. What is asked for at
// last was asked for after the other had been written, and is newer. A product without a row is
// contested when an event spoke of it since it was read: it may be gone by now.
class CatalogueWriter {
  struct Work;

 public:
  // Borrowed.
  explicit CatalogueWriter(Core& core);

  // Where a reading begins; taken before the store is asked. Fails with `not_found` when the store
  // is gone.
  Task<Result<ReadingMark>> mark(CallContext context, StoreId store);

  // Something of the caller's in the same transaction, which may run twice.
  using Beside = std::function<Result<void>(SqlSession&, const WriteReport&)>;
  // A batch that was looked over, with the vectors it lacks. Shared, since only the writer knows
  // what it is.
  using Prepared = std::shared_ptr<Work>;
  // All of the work but the transaction, so that it may run while another batch is written. A
  // failing embedder leaves products without a vector.
  Task<Result<Prepared>> prepare(CallContext context, Store store, ReadBatch batch);
  // One transaction. Fails with `not_found` when the store is gone, and as `beside` does.
  Task<Result<WriteReport>> commit(CallContext context, Prepared prepared, Beside beside);
  // Both.
  Task<Result<WriteReport>> write(CallContext context, const Store& store, ReadBatch batch,
                                  Beside beside);

  // Makes vectors that are missing or of another model, some at a time. Answers where it goes on,
  // nothing when there are no more. Fails as the embedder does.
  Task<Result<std::optional<CatalogueRows::Unembedded>>> embed_missing(
      CallContext context, const Store& store, CatalogueRows::Unembedded after);

 private:
  using Vectors = std::unordered_map<std::string, ProductVector>;  // by the hash of their texts
  struct Embedded {
    Vectors vectors{};
    std::int64_t tokens = 0;
  };

  [[nodiscard]] PrepareSettings prepare_settings(const Store& store) const;
  Task<Result<Embedded>> embed(CallContext context,
                               std::unordered_map<std::string, std::string> texts);
  Task<Embedded> try_embed(CallContext context, const Work& work);
  Result<void> write_all(SqlSession& sql, const Work& work, WriteReport& report);
  Result<void> charge(SqlSession& sql, const Store& store, std::int64_t reading,
                      const Embedded& embedded);

  Core& core_;
  Counter& written_;
  Counter& embedded_;
};

}  // namespace aiva::commerce
