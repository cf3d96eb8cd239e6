#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "ports/testing/fake_text_embedder.h"

namespace aiva::knowledge {

// A fake embedder that first does something of the test's: how a test acts in the middle of an
// ingestion.
class HookedTextEmbedder final : public TextEmbedder {
 public:
  explicit HookedTextEmbedder(std::string model = "fake-words") : inner_(64, std::move(model)) {}

  // Runs before every further call.
  void before_each(std::function<void()> hook) { hook_ = std::move(hook); }
  FakeTextEmbedder& fake() { return inner_; }

  [[nodiscard]] const std::string& model() const override { return inner_.model(); }
  [[nodiscard]] std::size_t dimension() const override { return inner_.dimension(); }
  [[nodiscard]] std::size_t tokens_max() const override { return inner_.tokens_max(); }
  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    auto hook = hook_;  // which may put another in its place
    if (hook) hook();
    return inner_.embed(std::move(context), std::move(texts));
  }

 private:
  FakeTextEmbedder inner_;
  std::function<void()> hook_;
};

}  // namespace aiva::knowledge
