#pragma once

#include <functional>
#include <memory>

#include "capabilities/evaluation/evaluation.h"
#include "capabilities/evaluation/judging.h"

namespace aiva::evaluation {

// The documents of a knowledge base once more, cut in another way, in a workshop of their own.
struct RecutBase {
  std::unique_ptr<Workshop> workshop;
  KnowledgeBaseId base{};
  DocumentAliases aliases{};  // to the documents they are copies of
  // Of the workshop, with the rest from the caller's.
  [[nodiscard]] CallContext context(CallContext outer) const {
    outer.tenant = workshop->tenant();
    return outer;
  }
};

struct RecutRequest {
  knowledge::KnowledgeBasePointer base;  // to be copied
  std::vector<knowledge::Document> documents;
  knowledge::ChunkSettings chunks{};
  std::size_t width = 1;                     // documents read at a time
  std::function<void(std::size_t)> on_read;  // told how many have been read
};

// Copies the documents that searches see and reads them with these chunk settings. Fails with
// `unavailable`, one detail for each document that could not be read this time.
Task<Result<RecutBase>> recut(CallContext context, const EvaluationParts& parts,
                              RecutRequest request);

}  // namespace aiva::evaluation
