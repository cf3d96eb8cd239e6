#include "adapters/schema/internal/script.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace aiva::schema {
namespace {

bool is_part_of_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
}

// The end of what begins at `at`: a comment, a quoted text, a word or one sign.
std::size_t end_of_piece(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("--")) return std::min(text.find('\n', at), text.size());
  char first = text[at];
  if (first == '\'' || first == '"') {
    auto end = text.find(first, at + 1);
    return end == std::string_view::npos ? text.size() : end + 1;
  }
  if (!is_part_of_word(first)) return at + 1;
  auto end = at;
  while (end < text.size() && is_part_of_word(text[end])) ++end;
  bool is_blob = end == at + 1 && (first == 'x' || first == 'X') && end < text.size();
  return is_blob && text[end] == '\'' ? end_of_piece(text, end) : end;
}

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// The statement as it is being read.
struct Reading {
  std::string text;
  int words = 0;
  bool is_create = false;
  bool is_trigger = false;
  bool has_ended = false;  // the last word was the END of a trigger

  void add(std::string_view piece) {
    if (!is_part_of_word(piece.front())) {
      has_ended = has_ended && piece == ";";
      return;
    }
    ++words;
    if (words == 1) is_create = is_word(piece, "CREATE");
    if (words == 2) is_trigger = is_create && is_word(piece, "TRIGGER");
    has_ended = is_word(piece, "END");
  }
};

}  // namespace

bool is_word(std::string_view word, std::string_view upper) {
  return std::ranges::equal(
      word, upper, [](char a, char b) { return std::toupper(static_cast<unsigned char>(a)) == b; });
}

Result<std::vector<std::string>> split_statements(std::string_view script) {
  std::vector<std::string> statements;
  Reading reading;
  for (std::size_t at = 0; at < script.size();) {
    auto end = end_of_piece(script, at);
    auto piece = script.substr(at, end - at);
    at = end;
    if (piece.starts_with("--")) continue;
    if (is_space(piece.front())) {
      if (!reading.text.empty()) reading.text += piece;
      continue;
    }
    if (piece == ";" && (!reading.is_trigger || reading.has_ended)) {
      if (!reading.text.empty()) statements.push_back(std::move(reading.text));
      reading = {};
      continue;
    }
    reading.text += piece;
    reading.add(piece);
  }
  if (!reading.text.empty())
    return fail(internal_error("a migration ends in an unfinished statement"));
  return statements;
}

Words split_words(std::string_view statement) {
  Words words;
  for (std::size_t at = 0; at < statement.size();) {
    auto end = end_of_piece(statement, at);
    auto piece = statement.substr(at, end - at);
    at = end;
    if (!piece.starts_with("--") && !is_space(piece.front())) words.emplace_back(piece);
  }
  return words;
}

}  // namespace aiva::schema
