#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"

namespace aiva::evaluation {

inline constexpr int grade_max = 3;

// Pages first…last, both included.
struct PageRange {
  int first = 1;
  int last = 1;
  bool operator==(const PageRange&) const = default;
};

// What a passage must be to answer a question; everything that is set must hold.
struct Target {
  std::string document{};          // its name (with or without folders) or its id
  std::vector<PageRange> pages{};  // some page of the passage lies in one of them
  std::string contains{};          // stands in its text or heading, but for case and white space
  std::optional<ChunkId> chunk{};
  int grade = 1;  // 1 helps … 3 answers wholly; 0: looks right and is wrong
  bool operator==(const Target&) const = default;
};

// A question with the passages a good search brings up.
struct GoldenQuestion {
  std::string id{};
  std::string question{};
  std::vector<Target> expected{};
  bool is_unanswerable = false;  // no document answers it
  std::vector<std::string> tags{};
  std::size_t line = 0;  // of the file, from 1

  // The targets that count: those of grade 1 and more.
  [[nodiscard]] std::size_t wanted_count() const;
};

enum class GoldenFormat { json_lines, csv };

// Reads a golden set, of at most 16 MB and 10,000 questions. docs/guides/evaluation.md describes
// both formats. Fails with `invalid` and one detail for each mistake, named by its line, at most
// 100 of them, or with `too_large`.
Result<std::vector<GoldenQuestion>> read_golden_set(std::string_view text, GoldenFormat format);

// A golden set as JSON lines.
std::string write_golden_set(const std::vector<GoldenQuestion>& questions);

}  // namespace aiva::evaluation
