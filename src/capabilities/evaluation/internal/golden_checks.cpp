#include "capabilities/evaluation/internal/golden_checks.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::evaluation {
namespace {

constexpr std::string_view white_space = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::optional<int> page_of(std::string_view text) {
  text = trimmed(text);
  int page = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (page < 1 || page > page_max) return std::nullopt;
  return page;
}

std::optional<PageRange> range_of(std::string_view text) {
  auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    auto page = page_of(text);
    if (!page) return std::nullopt;
    return PageRange{*page, *page};
  }
  auto first = page_of(text.substr(0, dash));
  auto last = page_of(text.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return PageRange{*first, *last};
}

std::string target_name(std::size_t index) { return "expected[" + std::to_string(index) + "]"; }

}  // namespace

void Mistakes::add(std::size_t line, std::string_view field, std::string message) {
  ++count_;
  if (is_full()) return;
  auto place = "line " + std::to_string(line);
  if (!field.empty()) place += ": " + std::string(field);
  details_.push_back({std::move(place), std::move(message)});
}

Error Mistakes::error() && {
  Error error{.code = ErrorCode::invalid, .message = "The golden set is not valid"};
  error.details = std::move(details_);
  if (count_ > error.details.size())
    error.details.push_back(
        {"and", std::to_string(count_ - error.details.size()) + " more mistakes"});
  return error;
}

std::vector<PageRange> parse_pages(std::string_view text, std::size_t line, std::string_view field,
                                   Mistakes& mistakes) {
  std::vector<PageRange> ranges;
  text = trimmed(text);
  while (!text.empty()) {
    auto end = text.find_first_of(";,");
    auto piece = text.substr(0, end);
    if (auto range = range_of(piece))
      ranges.push_back(*range);
    else
      mistakes.add(line, field,
                   "must be pages like \"3\", \"3-5\" or \"3;7-9\", not \"" +
                       std::string(utf8_prefix(piece, 40)) + "\"");
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return ranges;
}

bool GoldenChecks::accept(const GoldenQuestion& question) {
  auto before = mistakes_.count();
  check_texts(question);
  check_targets(question);
  check_tags(question);
  return mistakes_.count() == before;
}

void GoldenChecks::check_texts(const GoldenQuestion& question) {
  auto line = question.line;
  if (question.id.empty() || question.id.size() > id_bytes_max)
    mistakes_.add(line, "id", "must have 1 to 100 bytes");
  auto [known, is_new] = lines_.try_emplace(question.id, line);
  if (!is_new)
    mistakes_.add(line, "id",
                  "\"" + question.id + "\" is that of line " + std::to_string(known->second));
  if (trimmed(question.question).empty())
    mistakes_.add(line, "question", "must not be empty");
  else if (count_characters(question.question) > question_characters_max)
    mistakes_.add(line, "question", "must have at most 2000 characters");
  auto [same, is_first] = questions_.try_emplace(question.question, line);
  if (!is_first) mistakes_.add(line, "question", "is that of line " + std::to_string(same->second));
}

void GoldenChecks::check_targets(const GoldenQuestion& question) {
  auto line = question.line;
  auto wanted = question.wanted_count();
  if (question.is_unanswerable && wanted > 0)
    mistakes_.add(line, "expected", "must be empty or of grade 0 where unanswerable is true");
  if (!question.is_unanswerable && wanted == 0)
    mistakes_.add(line, "expected",
                  "must name a document, pages, contains or chunk, or unanswerable must be true");
  if (question.expected.size() > targets_max)
    mistakes_.add(line, "expected", "must have at most 50 elements");
  for (std::size_t i = 0; i < question.expected.size() && i < targets_max; ++i) {
    const auto& target = question.expected[i];
    if (target.grade < 0 || target.grade > grade_max)
      mistakes_.add(line, target_name(i) + ".grade", "must be between 0 and 3");
    if (target.document.size() > document_bytes_max)
      mistakes_.add(line, target_name(i) + ".document", "must have at most 1024 bytes");
    if (target.contains.size() > contains_bytes_max)
      mistakes_.add(line, target_name(i) + ".contains", "must have at most 4096 bytes");
    if (!target.contains.empty() && trimmed(target.contains).empty())
      mistakes_.add(line, target_name(i) + ".contains", "must not be blank");
    bool is_empty = target.document.empty() && target.contains.empty() && !target.chunk;
    if (is_empty && target.pages.empty())
      mistakes_.add(line, target_name(i), "must name a document, pages, contains or chunk");
    else if (is_empty)
      mistakes_.add(line, target_name(i), "must say of which document the pages are");
  }
}

void GoldenChecks::check_tags(const GoldenQuestion& question) {
  if (question.tags.size() > tags_max)
    mistakes_.add(question.line, "tags", "must have at most 20 elements");
  for (const auto& tag : question.tags) {
    if (tag.empty() || tag.size() > tag_bytes_max || tag.find_first_of(",:=;") != tag.npos)
      mistakes_.add(question.line, "tags",
                    "must be of 1 to 64 bytes without \",\" \":\" \"=\" \";\"");
    tags_.try_emplace(tag, question.line);
  }
  if (tags_.size() > tags_of_set_max)
    mistakes_.add(question.line, "tags", "are more than 200 different ones in this set");
}

}  // namespace aiva::evaluation
