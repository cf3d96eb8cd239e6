#include "capabilities/evaluation/golden_set.h"

#include <algorithm>
#include <utility>

#include "capabilities/evaluation/internal/golden_checks.h"
#include "capabilities/evaluation/internal/golden_formats.h"
#include "foundation/json_writer.h"
#include "foundation/text/utf8.h"

namespace aiva::evaluation {
namespace {

void write_pages(JsonWriter& writer, const std::vector<PageRange>& pages) {
  writer.key("pages").begin_array();
  for (const auto& range : pages) {
    if (range.first == range.last)
      writer.value(range.first);
    else
      writer.value(std::to_string(range.first) + "-" + std::to_string(range.last));
  }
  writer.end_array();
}

void write_target(JsonWriter& writer, const Target& target) {
  writer.begin_object();
  if (!target.document.empty()) writer.field("document", target.document);
  if (!target.pages.empty()) write_pages(writer, target.pages);
  if (!target.contains.empty()) writer.field("contains", target.contains);
  if (target.chunk) writer.field("chunk", *target.chunk);
  if (target.grade != 1) writer.field("grade", target.grade);
  writer.end_object();
}

}  // namespace

std::size_t GoldenQuestion::wanted_count() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(expected, [](const Target& target) { return target.grade > 0; }));
}

Result<std::vector<GoldenQuestion>> read_golden_set(std::string_view text, GoldenFormat format) {
  if (text.size() > golden_bytes_max)
    return fail(ErrorCode::too_large, "A golden set has at most 16 MB");
  if (!is_valid_utf8(text)) return fail(ErrorCode::invalid, "The golden set is not UTF-8");
  Mistakes mistakes;
  std::vector<GoldenQuestion> questions;
  switch (format) {
    case GoldenFormat::json_lines: questions = read_json_lines(text, mistakes); break;
    case GoldenFormat::csv: questions = read_csv(text, mistakes); break;
  }
  if (mistakes.count() > 0) return fail(std::move(mistakes).error());
  if (questions.empty()) return fail(ErrorCode::invalid, "The golden set has no question");
  return questions;
}

std::string write_golden_set(const std::vector<GoldenQuestion>& questions) {
  std::string text;
  for (const auto& question : questions) {
    JsonWriter writer(text);
    writer.begin_object().field("id", question.id).field("question", question.question);
    if (question.is_unanswerable) writer.field("unanswerable", true);
    writer.key("expected").begin_array();
    for (const auto& target : question.expected) write_target(writer, target);
    writer.end_array();
    if (!question.tags.empty()) {
      writer.key("tags").begin_array();
      for (const auto& tag : question.tags) writer.value(tag);
      writer.end_array();
    }
    writer.end_object();
    text += '\n';
  }
  return text;
}

}  // namespace aiva::evaluation
