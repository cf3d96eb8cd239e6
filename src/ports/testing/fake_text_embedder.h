#pragma once

#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/text_embedder.h"

namespace aiva {

// An embedder that hashes the words of a text into a vector: the more words two texts share, the
// nearer they are. Deterministic across runs; one token is one word.
class FakeTextEmbedder final : public TextEmbedder {
 public:
  explicit FakeTextEmbedder(std::size_t dimension = 256, std::string model = "fake-words")
      : dimension_(dimension), model_(std::move(model)) {}

  // The next `count` calls fail with this error.
  void fail_next(std::size_t count, Error error) {
    error_ = std::move(error);
    failures_left_ = count;
  }
  // Texts embedded so far.
  [[nodiscard]] std::size_t texts_embedded() const { return texts_embedded_; }

  [[nodiscard]] const std::string& model() const override { return model_; }
  [[nodiscard]] std::size_t dimension() const override { return dimension_; }
  [[nodiscard]] std::size_t tokens_max() const override { return 512; }

  Task<Result<Embeddings>> embed(CallContext context, std::vector<std::string> texts) override {
    CO_TRY_VOID(context.check());
    if (failures_left_ > 0) {
      --failures_left_;
      co_return fail(error_);
    }
    Embeddings embeddings{.model = model_, .dimension = dimension_, .values = {}, .tokens = 0};
    embeddings.values.resize(texts.size() * dimension_);
    for (std::size_t i = 0; i < texts.size(); ++i)
      embeddings.tokens +=
          write_row(texts[i], std::span(embeddings.values).subspan(i * dimension_, dimension_));
    texts_embedded_ += texts.size();
    co_return embeddings;
  }

 private:
  static bool is_word_byte(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
  }

  // Adds every word of the text to the row, scales it to unit length and says how many there were.
  static std::int64_t write_row(std::string_view text, std::span<float> row) {
    std::int64_t words = 0;
    std::uint64_t hash = 0;
    std::size_t length = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && is_word_byte(text[i])) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] + 32) : text[i];
        if (length++ == 0) hash = 14695981039346656037ULL;
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
      } else if (length > 0) {
        row[(hash >> 17) % row.size()] += (hash >> 63) != 0 ? 1.0F : -1.0F;
        ++words;
        length = 0;
      }
    }
    float sum = 0;
    for (float value : row) sum += value * value;
    if (sum == 0) row[0] = sum = 1;
    for (float& value : row) value /= std::sqrt(sum);
    return words;
  }

  std::size_t dimension_;
  std::string model_;
  Error error_;
  std::atomic<std::size_t> failures_left_ = 0;
  std::atomic<std::size_t> texts_embedded_ = 0;
};

}  // namespace aiva
