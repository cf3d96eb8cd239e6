#include "capabilities/chat/markup.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace aiva::chat {
namespace {

void append_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim(std::string_view text) {
  auto begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

enum class LineKind { blank, fence, heading, bullet, number, text };

struct Line {
  LineKind kind = LineKind::text;
  int level = 0;             // of a heading
  std::string_view content;  // without the mark
};

Line read_line(std::string_view raw) {
  auto text = trim(raw);
  if (text.empty()) return {LineKind::blank, 0, {}};
  if (text.starts_with("```")) return {LineKind::fence, 0, {}};
  if (text.starts_with("- ") || text.starts_with("* ") || text.starts_with("+ "))
    return {LineKind::bullet, 0, trim(text.substr(2))};
  auto hashes = text.find_first_not_of('#');
  if (hashes != std::string_view::npos && hashes >= 1 && hashes <= 6 && text[hashes] == ' ')
    return {LineKind::heading, static_cast<int>(hashes), trim(text.substr(hashes))};
  std::size_t digits = 0;
  while (digits < text.size() && digits < 3 && is_digit(text[digits])) ++digits;
  if (digits > 0 &&
      (text.substr(digits).starts_with(". ") || text.substr(digits).starts_with(") ")))
    return {LineKind::number, 0, trim(text.substr(digits + 2))};
  return {LineKind::text, 0, text};
}

// The length of the citation marker "[n]" at the start of `text`, 0 when there is none.
std::size_t citation_length(std::string_view text) {
  std::size_t at = 1;
  while (at < text.size() && at < 3 && is_digit(text[at])) ++at;
  return text.starts_with('[') && at > 1 && at < text.size() && text[at] == ']' ? at + 1 : 0;
}

// The span between `mark` at the start of `text` and its next occurrence; nothing when it is open
// or empty.
std::optional<std::string_view> marked_span(std::string_view text, std::string_view mark) {
  if (!text.starts_with(mark)) return std::nullopt;
  auto end = text.find(mark, mark.size());
  if (end == std::string_view::npos || end == mark.size()) return std::nullopt;
  return text.substr(mark.size(), end - mark.size());
}

void append_inline(std::string& out, std::string_view text) {
  while (!text.empty()) {
    if (auto code = marked_span(text, "`")) {
      out += "<code>";
      append_escaped(out, *code);
      out += "</code>";
      text.remove_prefix(code->size() + 2);
    } else if (auto bold = marked_span(text, "**")) {
      out += "<strong>";
      append_inline(out, *bold);
      out += "</strong>";
      text.remove_prefix(bold->size() + 4);
    } else if (auto length = citation_length(text)) {
      auto number = text.substr(1, length - 2);
      out +=
          "<cite data-source=\"" + std::string(number) + "\">[" + std::string(number) + "]</cite>";
      text.remove_prefix(length);
    } else {
      auto next = std::min(text.find_first_of("`*[", 1), text.size());
      append_escaped(out, text.substr(0, next));
      text.remove_prefix(next);
    }
  }
}

// Writes HTML line by line, keeping at most one block open.
class HtmlBuilder {
 public:
  void add(std::string_view raw) {
    auto line = read_line(raw);
    if (line.kind == LineKind::fence) return toggle_code();
    if (is_in_code_) {
      append_escaped(out_, raw);
      out_ += '\n';
      return;
    }
    switch (line.kind) {
      case LineKind::blank: close(); break;
      case LineKind::heading: add_heading(line); break;
      case LineKind::bullet: add_item("ul", line.content); break;
      case LineKind::number: add_item("ol", line.content); break;
      case LineKind::text: add_text(line.content); break;
      case LineKind::fence: break;
    }
  }

  std::string finish() {
    if (is_in_code_) toggle_code();
    close();
    return std::move(out_);
  }

 private:
  void close() {
    if (!open_.empty()) out_ += "</" + std::exchange(open_, {}) + ">";
  }

  void open(const std::string& block) {
    if (open_ == block) return;
    close();
    out_ += "<" + block + ">";
    open_ = block;
  }

  void toggle_code() {
    close();
    out_ += is_in_code_ ? "</code></pre>" : "<pre><code>";
    is_in_code_ = !is_in_code_;
  }

  void add_heading(const Line& line) {
    close();
    auto level = std::to_string(std::min(line.level + 2, 6));
    out_ += "<h" + level + ">";
    append_inline(out_, line.content);
    out_ += "</h" + level + ">";
  }

  void add_item(const std::string& list, std::string_view content) {
    open(list);
    out_ += "<li>";
    append_inline(out_, content);
    out_ += "</li>";
  }

  void add_text(std::string_view content) {
    if (open_ == "p") out_ += "<br>";
    open("p");
    append_inline(out_, content);
  }

  std::string out_;
  std::string open_;
  bool is_in_code_ = false;
};

template <class EachLine>
void for_each_line(std::string_view text, EachLine each) {
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    each(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void append_plain_inline(std::string& out, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '`') continue;
    if (text.substr(i).starts_with("**")) {
      ++i;
      continue;
    }
    out += text[i];
  }
}

}  // namespace

std::string to_html(std::string_view markdown) {
  HtmlBuilder builder;
  for_each_line(markdown, [&builder](std::string_view line) { builder.add(line); });
  return builder.finish();
}

std::string to_plain_text(std::string_view markdown) {
  std::string plain;
  bool is_in_code = false;
  for_each_line(markdown, [&](std::string_view raw) {
    auto line = read_line(raw);
    if (line.kind == LineKind::fence) {
      is_in_code = !is_in_code;
      return;
    }
    if (!plain.empty()) plain += '\n';
    if (is_in_code)
      plain += raw;
    else if (line.kind == LineKind::number)
      append_plain_inline(plain, trim(raw));
    else
      append_plain_inline(plain, line.content);
  });
  return plain;
}

}  // namespace aiva::chat
