#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "foundation/metrics.h"
#include "ports/passage_index.h"
#include "ports/text_embedder.h"

namespace aiva::commerce {

// What products are looked for by.
struct TextWanted {
  std::vector<KnowledgeBaseId> bases{};  // open in the index
  std::string words{};
  std::size_t count_max = 200;                     // of each list
  std::shared_ptr<const DocumentSet> documents{};  // null: all
  bool wants_reasons = false;
};

// The text as a vector; without one where there is no model, or it failed.
struct TextVector {
  std::vector<float> values{};
  std::int64_t tokens = 0;
};

// What was found, each list best first.
struct TextLists {
  std::vector<PassageHit> words{};
  std::vector<PassageHit> meaning{};
  TextVector vector{};
};

// Asks the index of products by words and by meaning at the same time. Everything is borrowed.
class TextSearch {
 public:
  TextSearch(PassageIndex& index, TextEmbedder& embedder, Metrics& metrics);

  // Those of some words that stand in products of these knowledge bases.
  Task<Result<std::vector<std::string>>> known_of(CallContext context,
                                                  std::vector<KnowledgeBaseId> bases,
                                                  std::vector<std::string> words);

  // `meaning` becomes a vector while words are looked for. When one of the lists cannot be had the
  // other has to do; fails when neither can: with `not_found` when a knowledge base is not open.
  Task<Result<TextLists>> find(CallContext context, TextWanted wanted, std::string meaning);
  // The same with a vector that is there already.
  Task<Result<TextLists>> find(CallContext context, TextWanted wanted, TextVector vector);

 private:
  using Hits = Result<std::vector<PassageHit>>;
  struct Near {
    Hits hits{};
    TextVector vector{};
  };
  Task<Result<TextVector>> embed(CallContext context, std::string meaning);
  Task<Near> embed_and_find(CallContext context, TextWanted wanted, std::string meaning);
  Task<Hits> find_words(CallContext context, TextWanted wanted);
  Task<Hits> find_near(CallContext context, TextWanted wanted, std::vector<float> vector);
  Result<TextLists> join(const CallContext& context, Hits words, Near near);

  PassageIndex& index_;
  TextEmbedder& embedder_;
  Counter& degraded_;
};

}  // namespace aiva::commerce
