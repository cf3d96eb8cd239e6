#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capabilities/evaluation/setting.h"
#include "ports/passage_index.h"

namespace aiva::evaluation {

// An index of which searches see one list only: the other one is empty, and so takes no part.
class OneListIndex final : public PassageIndex {
 public:
  // `index` is borrowed.
  OneListIndex(PassageIndex& index, Lists lists) : index_(index), lists_(lists) {}

  Task<Result<std::int64_t>> open(CallContext context, KnowledgeBaseId base,
                                  PassageVectors vectors) override {
    return index_.open(std::move(context), base, std::move(vectors));
  }
  [[nodiscard]] std::optional<std::int64_t> version(KnowledgeBaseId base) const override {
    return index_.version(base);
  }
  Result<std::unique_ptr<Change>> begin(KnowledgeBaseId base) override {
    return index_.begin(base);
  }
  void erase(KnowledgeBaseId base) override { index_.erase(base); }
  Task<Result<std::vector<KnowledgeBaseId>>> list(CallContext context) override {
    return index_.list(std::move(context));
  }

  Task<Result<std::vector<PassageHit>>> search_vectors(CallContext context, KnowledgeBaseId base,
                                                       std::vector<float> vector,
                                                       PassageQuery query) override {
    if (lists_ == Lists::words) return nothing();
    return index_.search_vectors(std::move(context), base, std::move(vector), std::move(query));
  }
  Task<Result<std::vector<PassageHit>>> search_words(CallContext context, KnowledgeBaseId base,
                                                     std::string text,
                                                     PassageQuery query) override {
    if (lists_ == Lists::vectors) return nothing();
    return index_.search_words(std::move(context), base, std::move(text), std::move(query));
  }
  [[nodiscard]] std::size_t size(KnowledgeBaseId base) const override { return index_.size(base); }

 private:
  static Task<Result<std::vector<PassageHit>>> nothing() { co_return std::vector<PassageHit>(); }

  PassageIndex& index_;
  Lists lists_;
};

}  // namespace aiva::evaluation
