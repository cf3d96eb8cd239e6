#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

#include "tidy/tidy.h"

namespace aiva::tidy {
namespace {

constexpr std::size_t lines_max = 600;
constexpr std::size_t code_columns_max = 100;
constexpr std::size_t prose_columns_max = 120;
constexpr std::size_t banner_length = 8;
constexpr std::array banned_words = {"util",    "utils",    "helper", "helpers",
                                     "manager", "managers", "common", "misc"};

// Split so that this file does not break its own rule.
constexpr std::array notes_to_self = {
    "TO"
    "DO",
    "FIX"
    "ME",
    "XX"
    "X:"};

bool is_code(const SourceFile& file) {
  constexpr std::array extensions = {".h", ".cpp", ".cmake", ".mjs", ".sh", ".ts", ""};
  return std::ranges::find(extensions, file.extension()) != extensions.end() ||
         file.name() == "CMakeLists.txt";
}

bool is_prose(const SourceFile& file) { return file.extension() == ".md"; }

// Characters as a reader counts them: UTF-8 continuation bytes are not counted.
std::size_t count_columns(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool may_be_long(const SourceFile& file, std::string_view line) {
  const std::string_view text = trim(line);
  if (text.find("://") != std::string_view::npos) return true;
  if (text.starts_with("#include")) return true;
  return is_prose(file) && (text.starts_with('|') || text.find(' ') == std::string_view::npos);
}

bool is_banned(std::string_view word) {
  return std::ranges::find(banned_words, word) != banned_words.end();
}

// The first banned word in a name, split at anything that is no letter and before capitals.
std::string find_banned_word(std::string_view name) {
  std::string word;
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if (std::isalpha(byte) == 0 || std::isupper(byte) != 0) {
      if (is_banned(word)) return word;
      word.clear();
    }
    if (std::isalpha(byte) != 0) word += static_cast<char>(std::tolower(byte));
  }
  return is_banned(word) ? word : std::string{};
}

bool is_snake_case(std::string_view name) {
  return std::ranges::all_of(name, [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return std::islower(byte) != 0 || std::isdigit(byte) != 0 || character == '_';
  });
}

// The name a line declares with class, struct, enum class or namespace; empty when there is none.
std::string_view find_declared_name(std::string_view line) {
  line = trim(line);
  for (const std::string_view keyword : {"class ", "struct ", "enum class ", "namespace "}) {
    if (!line.starts_with(keyword)) continue;
    const std::string_view rest = trim(line.substr(keyword.size()));
    return rest.substr(0, rest.find_first_of(" {;:<"));
  }
  return {};
}

bool is_banner(std::string_view line) {
  const std::string_view text = trim(line);
  if (!text.starts_with("//") && !text.starts_with('#') && !text.starts_with("/*")) return false;
  for (const char mark : {'-', '=', '*', '#', '/', '~'}) {
    if (text.find(std::string(banner_length, mark)) != std::string_view::npos) return true;
  }
  return false;
}

class ShapeCheck {
 public:
  ShapeCheck(const SourceFile& file, Findings& findings) : file_(file), findings_(findings) {}

  void run() {
    check_names();
    if (is_code(file_) && file_.lines.size() > lines_max) {
      report(0, "length", fmt::format("{} lines, {} allowed", file_.lines.size(), lines_max));
    }
    if (file_.extension() == ".h" &&
        std::ranges::find(file_.lines, "#pragma once") == file_.lines.end()) {
      report(0, "pragma-once", "#pragma once is missing");
    }
    if (!file_.ends_with_newline) report(0, "white-space", "no line end at the end of the file");
    for (std::size_t index = 0; index < file_.lines.size(); ++index) check_line(index);
  }

 private:
  void check_names() {
    if (const std::string word = find_banned_word(file_.path); !word.empty()) {
      report(0, "name", fmt::format("\"{}\" says nothing, name what it does", word));
    }
    const std::string_view stem = file_.name().substr(0, file_.name().find('.'));
    if (file_.is_cpp() && !is_snake_case(stem)) report(0, "name", "is not snake_case");
  }

  void check_line(std::size_t index) {
    const std::string_view line = file_.lines[index];
    const std::size_t number = index + 1;
    if (is_code(file_) || is_prose(file_)) check_columns(line, number);
    if (line.ends_with(' ') || line.ends_with('\r') || line.find('\t') != std::string_view::npos) {
      report(number, "white-space", "a tab, a carriage return or a space at the end");
    }
    if (!is_code(file_)) return;
    for (const std::string_view note : notes_to_self) {
      if (line.find(note) != std::string_view::npos) {
        report(number, "note-to-self", fmt::format("{}: do it, or write an issue", note));
      }
    }
    if (is_banner(line)) report(number, "banner", "a banner comment");
    if (!file_.is_cpp()) return;
    const std::string word = find_banned_word(find_declared_name(line));
    if (!word.empty()) report(number, "name", fmt::format("\"{}\" says nothing in a name", word));
  }

  void check_columns(std::string_view line, std::size_t number) {
    const std::size_t allowed = is_prose(file_) ? prose_columns_max : code_columns_max;
    const std::size_t columns = count_columns(line);
    if (columns <= allowed || may_be_long(file_, line)) return;
    report(number, "columns", fmt::format("{} columns, {} allowed", columns, allowed));
  }

  void report(std::size_t line, std::string check, std::string message) {
    findings_.push_back({file_.path, line, std::move(check), std::move(message)});
  }

  const SourceFile& file_;
  Findings& findings_;
};

}  // namespace

void check_shape(const Repository& repository, Findings& findings) {
  for (const SourceFile& file : repository.files) ShapeCheck(file, findings).run();
}

}  // namespace aiva::tidy
