#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "capabilities/evaluation/internal/csv_records.h"
#include "capabilities/evaluation/internal/golden_formats.h"

namespace aiva::evaluation {
namespace {

enum Column : std::size_t {
  id,
  question,
  document,
  pages,
  contains,
  chunk,
  grade,
  unanswerable,
  tags
};

constexpr auto column_names = std::to_array<std::string_view>(
    {"id", "question", "document", "pages", "contains", "chunk", "grade", "unanswerable", "tags"});

std::string_view trimmed(std::string_view text) {
  auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

class CsvSet {
 public:
  explicit CsvSet(Mistakes& mistakes) : mistakes_(mistakes) {}

  std::vector<GoldenQuestion> read(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    CsvRecords records(text);
    bool is_header = true;
    while (!mistakes_.is_full()) {
      auto line = records.line();
      auto record = records.next();
      if (!record) {
        mistakes_.add(line, "", record.error().message);
        break;
      }
      if (!*record) break;
      if (!is_header) {
        read_row(**record);
      } else if (!read_header(**record)) {
        return {};
      }
      is_header = false;
    }
    if (is_header) mistakes_.add(1, "", "must name the columns: id, question, document, …");
    return finish();
  }

 private:
  bool read_header(const CsvRecord& record) {
    places_.fill(std::nullopt);
    bool is_good = true;
    for (std::size_t i = 0; i < record.cells.size(); ++i) {
      auto name = trimmed(record.cells[i]);
      auto found = std::ranges::find(column_names, name);
      auto column = static_cast<std::size_t>(found - column_names.begin());
      if (found == column_names.end() || places_[column]) {
        mistakes_.add(
            record.line, name,
            found == column_names.end() ? "is no column of a golden set" : "is there twice");
        is_good = false;
        continue;
      }
      places_[column] = i;
    }
    width_ = record.cells.size();
    for (auto column : {Column::id, Column::question}) {
      if (places_[column]) continue;
      mistakes_.add(record.line, column_names[column], "is a column that is missing");
      is_good = false;
    }
    return is_good;
  }

  [[nodiscard]] std::string_view cell(const CsvRecord& record, Column column) const {
    auto place = places_[column];
    if (!place) return {};
    return trimmed(record.cells[*place]);
  }

  // A row that repeats an id adds a target to its question.
  void read_row(const CsvRecord& record) {
    if (record.cells.size() != width_) {
      mistakes_.add(record.line, "",
                    "has " + std::to_string(record.cells.size()) + " cells under " +
                        std::to_string(width_) + " columns");
      return;
    }
    auto name = std::string(cell(record, Column::id));
    auto found = places_of_ids_.find(name);
    if (found == places_of_ids_.end() || name.empty()) {
      if (questions_.size() == questions_max) {
        mistakes_.add(record.line, "", "is the question after the 10000 a set may have");
        return;
      }
      found = places_of_ids_.insert_or_assign(name, questions_.size()).first;
      questions_.push_back({.id = name,
                            .question = std::string(cell(record, Column::question)),
                            .line = record.line});
    } else {
      check_repeated(record, questions_[found->second]);
    }
    auto& question = questions_[found->second];
    if (auto flag = read_flag(record)) question.is_unanswerable = *flag;
    add_tags(record, question);
    if (auto target = read_target(record)) {
      if (question.expected.size() <= targets_max) question.expected.push_back(*std::move(target));
    }
  }

  void check_repeated(const CsvRecord& record, const GoldenQuestion& question) {
    auto text = cell(record, Column::question);
    if (!text.empty() && text != question.question)
      mistakes_.add(record.line, "question",
                    "differs from that of the same id in line " + std::to_string(question.line));
  }

  std::optional<bool> read_flag(const CsvRecord& record) {
    auto text = cell(record, Column::unanswerable);
    if (text.empty()) return std::nullopt;
    if (text == "true" || text == "1" || text == "yes") return true;
    if (text == "false" || text == "0" || text == "no") return false;
    mistakes_.add(record.line, "unanswerable", "must be true or false");
    return std::nullopt;
  }

  void add_tags(const CsvRecord& record, GoldenQuestion& question) {
    auto text = cell(record, Column::tags);
    while (!text.empty()) {
      auto end = text.find_first_of(";,");
      auto tag = std::string(trimmed(text.substr(0, end)));
      if (!tag.empty() && std::ranges::find(question.tags, tag) == question.tags.end())
        question.tags.push_back(std::move(tag));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
  }

  std::optional<Target> read_target(const CsvRecord& record) {
    bool is_empty = true;
    for (auto column : {Column::document, Column::pages, Column::contains, Column::chunk})
      is_empty = is_empty && cell(record, column).empty();
    if (is_empty) return std::nullopt;
    Target target{.document = std::string(cell(record, Column::document)),
                  .contains = std::string(cell(record, Column::contains))};
    target.pages = parse_pages(cell(record, Column::pages), record.line, "pages", mistakes_);
    if (auto text = cell(record, Column::chunk); !text.empty()) {
      target.chunk = ChunkId::parse(text);
      if (!target.chunk) mistakes_.add(record.line, "chunk", "must be the id of a chunk");
    }
    if (auto text = cell(record, Column::grade); !text.empty()) {
      auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), target.grade);
      bool is_number = error == std::errc() && end == text.data() + text.size();
      if (!is_number || target.grade < 0 || target.grade > grade_max)
        mistakes_.add(record.line, "grade", "must be between 0 and 3");
    }
    return target;
  }

  std::vector<GoldenQuestion> finish() {
    GoldenChecks checks(mistakes_);
    for (const auto& question : questions_) {
      if (mistakes_.is_full()) break;
      checks.accept(question);
    }
    return std::move(questions_);
  }

  Mistakes& mistakes_;
  std::array<std::optional<std::size_t>, column_names.size()> places_{};
  std::size_t width_ = 0;
  std::vector<GoldenQuestion> questions_;
  std::unordered_map<std::string, std::size_t> places_of_ids_;
};

}  // namespace

std::vector<GoldenQuestion> read_csv(std::string_view text, Mistakes& mistakes) {
  return CsvSet(mistakes).read(text);
}

}  // namespace aiva::evaluation
