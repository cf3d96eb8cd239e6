#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

enum class PassageKind { text, table, code };

// Of another name: text.
PassageKind parse_passage_kind(std::string_view name);

// A chunk as an index keeps it.
struct IndexedPassage {
  ChunkId chunk{};
  DocumentId document{};
  PassageKind kind = PassageKind::text;
  int page_first = 1;
  int page_last = 1;
  std::string text{};
  std::string heading{};
  std::string title{};
  std::string language{};       // ISO 639-1, or empty
  std::vector<float> vector{};  // of unit length; empty: found by words only
};

// Whose vectors an index holds.
struct PassageVectors {
  std::string model{};
  std::size_t dimension = 0;  // 0: there are none
};

using DocumentSet = std::unordered_set<DocumentId>;

// Which passages a search may answer with; every part that is set must hold.
struct PassageFilter {
  std::shared_ptr<const DocumentSet> documents{};  // null: all; shared by searches that run
  std::optional<int> page_min{};                   // some page of the passage is at least this
  std::optional<int> page_max{};                   // some page of the passage is at most this
  std::vector<PassageKind> kinds{};                // empty: all

  [[nodiscard]] bool is_open() const {
    return documents == nullptr && !page_min && !page_max && kinds.empty();
  }
};

// What a word of a query adds to the BM25 score of a passage.
struct WordReason {
  std::string word{};         // of the query
  std::string term{};         // that the passage has: the word, its stem, or one it begins
  bool is_stem = false;       // the passage has the stem in another form
  std::uint32_t body = 0;     // how often it stands in the passage's text,
  std::uint32_t heading = 0;  // in its heading
  std::uint32_t title = 0;    // and in its title
  float rarity = 0;           // the idf
  float score = 0;            // the scores of all words add up to the passage's
};

struct PassageHit {
  ChunkId chunk{};
  DocumentId document{};
  float score = 0;                  // cosine, -1 … 1, or BM25, above 0
  std::vector<float> vector{};      // where it was wanted and the passage has one: of unit length
  std::vector<WordReason> words{};  // of a search by words, where it was wanted
};

// What a search of the index asks.
struct PassageQuery {
  std::size_t count_max = 10;
  PassageFilter filter{};
  bool wants_vectors = false;  // an index may have none to give
  bool wants_reasons = false;  // likewise
};

// The passages of knowledge bases, found by vectors and by words. Derived from the rows: whatever
// it lacks is brought to it again. A knowledge base is shown at one version of its rows; a change
// leads it to a later one, whole or not at all. Thread-safe.
class PassageIndex {
 public:
  virtual ~PassageIndex() = default;

  // Prepares a knowledge base for searches and changes and answers the version it shows: 0, with
  // nothing in it, when the index does not have it or made its vectors with another model. Costs
  // little when it is open. Fails with `unavailable`.
  virtual Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                          PassageVectors vectors) = 0;
  // The version that searches see; nothing unless it is open.
  [[nodiscard]] virtual std::optional<std::int64_t> version(KnowledgeBaseId base) const = 0;

  // Changes of one knowledge base that become visible together. For one caller at a time.
  class Change {
   public:
    virtual ~Change() = default;
    // What the index shows of the document now goes.
    virtual void remove(DocumentId document) = 0;
    // Fails with `invalid` when a vector does not fit.
    virtual Task<Result<void>> add(CallContext context, std::vector<IndexedPassage> passages) = 0;
    // Shows all of it as `to_version`. Fails with `conflict` when the index has left
    // `from_version` or was erased or opened anew since the change began, and changes nothing then.
    virtual Task<Result<void>> commit(CallContext context, std::int64_t from_version,
                                      std::int64_t to_version) = 0;
  };
  // Fails with `not_found` unless the knowledge base is open. The index must outlive the change.
  virtual Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) = 0;
  // Deletes what the index has of a knowledge base.
  virtual void erase(KnowledgeBaseId base) = 0;
  // The knowledge bases it keeps something of, open or not, that this process may erase. Fails with
  // `unavailable`.
  virtual Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) = 0;

  // The passages nearest to the vector, best first. Fails with `not_found` unless it is open, with
  // `invalid` on another dimension.
  virtual Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context,
                                                               KnowledgeBaseId base,
                                                               std::vector<float> vector,
                                                               PassageQuery query) = 0;
  // The best passages for the words of a text (any of them), best first. "Quoted words" must stand
  // together, a word ending in * stands for all that begin so; anything else is text. Fails with
  // `not_found` unless it is open.
  virtual Task<Result<std::vector<PassageHit>>> search_words(CallContext context,
                                                             KnowledgeBaseId base, std::string text,
                                                             PassageQuery query) = 0;
  // Both for several knowledge bases, which are searched as if they were one. Fail with `not_found`
  // unless all are open. Here: one after the other, the best of all by their scores. That makes no
  // difference to cosines; an index that counts how many passages have a word should count them in
  // all of these knowledge bases together.
  virtual Task<Result<std::vector<PassageHit>>> search_vectors_across(
      CallContext context, std::vector<KnowledgeBaseId> bases, std::vector<float> vector,
      PassageQuery query);
  virtual Task<Result<std::vector<PassageHit>>> search_words_across(
      CallContext context, std::vector<KnowledgeBaseId> bases, std::string text,
      PassageQuery query);
  // Passages that searches can find; 0 unless it is open.
  [[nodiscard]] virtual std::size_t size(KnowledgeBaseId base) const = 0;
};

}  // namespace aiva
