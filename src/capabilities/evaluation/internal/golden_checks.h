#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "capabilities/evaluation/golden_set.h"
#include "foundation/error.h"

namespace aiva::evaluation {

inline constexpr std::size_t golden_bytes_max = 16UL * 1024 * 1024;
inline constexpr std::size_t questions_max = 10'000;
inline constexpr std::size_t targets_max = 50;  // of one question
inline constexpr std::size_t id_bytes_max = 100;
inline constexpr std::size_t question_characters_max = 2000;  // as a search takes
inline constexpr std::size_t document_bytes_max = 1024;
inline constexpr std::size_t contains_bytes_max = 4096;
inline constexpr std::size_t tags_max = 20;  // of one question
inline constexpr std::size_t tag_bytes_max = 64;
inline constexpr std::size_t tags_of_set_max = 200;
inline constexpr int page_max = 1'000'000;

// What is wrong with a golden set, each mistake with its line; the first hundred are kept.
class Mistakes {
 public:
  void add(std::size_t line, std::string_view field, std::string message);
  [[nodiscard]] bool is_full() const { return details_.size() >= kept_max; }
  [[nodiscard]] std::size_t count() const { return count_; }
  // The `invalid` error that tells all of them.
  Error error() &&;

 private:
  static constexpr std::size_t kept_max = 100;
  std::vector<FieldError> details_;
  std::size_t count_ = 0;
};

// "3", "3-5", several joined by ";" or ","; nothing is added where it is wrong.
std::vector<PageRange> parse_pages(std::string_view text, std::size_t line, std::string_view field,
                                   Mistakes& mistakes);

// Takes questions up one by one and checks what concerns each and all of them.
class GoldenChecks {
 public:
  explicit GoldenChecks(Mistakes& mistakes) : mistakes_(mistakes) {}
  // Whether the question may be added.
  bool accept(const GoldenQuestion& question);

 private:
  void check_texts(const GoldenQuestion& question);
  void check_targets(const GoldenQuestion& question);
  void check_tags(const GoldenQuestion& question);

  Mistakes& mistakes_;
  std::unordered_map<std::string, std::size_t> lines_;      // of ids
  std::unordered_map<std::string, std::size_t> questions_;  // and of questions
  std::unordered_map<std::string, std::size_t> tags_;
};

}  // namespace aiva::evaluation
