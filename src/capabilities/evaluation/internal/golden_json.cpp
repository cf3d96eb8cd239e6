#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>

#include "capabilities/evaluation/internal/golden_formats.h"
#include "foundation/json.h"

namespace aiva::evaluation {
namespace {

using Names = std::span<const std::string_view>;

constexpr auto question_names =
    std::to_array<std::string_view>({"id", "question", "expected", "unanswerable", "tags"});
constexpr auto target_names =
    std::to_array<std::string_view>({"document", "pages", "contains", "chunk", "grade"});

// One line and what is found wrong in it.
class JsonLine {
 public:
  JsonLine(std::size_t line, Mistakes& mistakes) : line_(line), mistakes_(mistakes) {}

  GoldenQuestion read(const json::Value& value) {
    GoldenQuestion question{.line = line_};
    json::Fields fields(value);
    refuse_others(value, question_names, "");
    question.id = fields.text("id", {.length_max = id_bytes_max});
    question.question = fields.text("question", {.length_max = question_characters_max * 4});
    question.is_unanswerable = fields.boolean("unanswerable", false);
    if (const auto* list = fields.array("expected", targets_max))
      for (std::size_t i = 0; i < list->size(); ++i)
        question.expected.push_back(read_target((*list)[i], i));
    if (const auto* list = fields.array("tags", tags_max)) question.tags = read_tags(*list);
    note(fields);
    return question;
  }

 private:
  void refuse_others(const json::Value& value, Names known, const std::string& path) {
    const auto* object = value.if_object();
    if (object == nullptr) return;
    for (const auto& [name, content] : *object)
      if (std::ranges::find(known, std::string_view(name)) == known.end())
        mistakes_.add(line_, path + std::string(name), "is no field of a golden set");
  }

  void note(json::Fields& fields) {
    auto outcome = fields.finish();
    if (outcome) return;
    for (auto& detail : outcome.error().details)
      mistakes_.add(line_, detail.field, std::move(detail.message));
  }

  Target read_target(const json::Value& value, std::size_t index) {
    auto path = "expected[" + std::to_string(index) + "]";
    json::Fields fields(value, path);
    refuse_others(value, target_names, path + ".");
    Target target;
    target.document =
        fields.optional_text("document", {.length_max = document_bytes_max}).value_or("");
    target.contains =
        fields.optional_text("contains", {.length_max = contains_bytes_max}).value_or("");
    target.grade = static_cast<int>(fields.integer("grade", 1, 0, grade_max));
    if (auto id = fields.optional_text("chunk", {.length_max = 64})) {
      target.chunk = ChunkId::parse(*id);
      if (!target.chunk) fields.add_error("chunk", "must be the id of a chunk");
    }
    const auto* object = value.if_object();
    const auto* pages = object != nullptr ? object->if_contains("pages") : nullptr;
    if (pages != nullptr) target.pages = read_pages(*pages, path + ".pages");
    note(fields);
    return target;
  }

  // A page, a text of pages, or a list of both.
  std::vector<PageRange> read_pages(const json::Value& value, const std::string& path) {
    if (value.is_int64()) return parse_pages(std::to_string(value.get_int64()), path);
    if (const auto* text = value.if_string())
      return parse_pages(std::string_view(text->data(), text->size()), path);
    const auto* list = value.if_array();
    if (list == nullptr || list->size() > targets_max) {
      mistakes_.add(line_, path, "must be a page, a text like \"3-5\" or a list of at most 50");
      return {};
    }
    std::vector<PageRange> ranges;
    for (const auto& item : *list) {
      if (item.is_array()) {
        mistakes_.add(line_, path, "must not be a list of lists");
        continue;
      }
      auto more = read_pages(item, path);
      ranges.insert(ranges.end(), more.begin(), more.end());
    }
    return ranges;
  }

  std::vector<PageRange> parse_pages(std::string_view text, const std::string& path) {
    return evaluation::parse_pages(text, line_, path, mistakes_);
  }

  std::vector<std::string> read_tags(const json::Array& list) {
    std::vector<std::string> tags;
    for (const auto& item : list) {
      const auto* text = item.if_string();
      if (text == nullptr) {
        mistakes_.add(line_, "tags", "must be a list of texts");
        continue;
      }
      tags.emplace_back(text->data(), text->size());
    }
    return tags;
  }

  std::size_t line_;
  Mistakes& mistakes_;
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::vector<GoldenQuestion> read_json_lines(std::string_view text, Mistakes& mistakes) {
  std::vector<GoldenQuestion> questions;
  GoldenChecks checks(mistakes);
  for (std::size_t line = 1; !text.empty() && !mistakes.is_full(); ++line) {
    auto end = text.find('\n');
    auto content = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (is_blank(content)) continue;
    auto value = json::parse(content, {.bytes_max = golden_bytes_max, .depth_max = 8});
    if (!value) {
      mistakes.add(line, "", value.error().message);
      continue;
    }
    if (questions.size() == questions_max) {
      mistakes.add(line, "", "is the question after the 10000 a set may have");
      break;
    }
    auto before = mistakes.count();
    auto question = JsonLine(line, mistakes).read(*value);
    if (mistakes.count() == before && checks.accept(question))
      questions.push_back(std::move(question));
  }
  return questions;
}

}  // namespace aiva::evaluation
