#include "documents/format_detection.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/csv_rows.h"
#include "documents/formats/image_header.h"
#include "documents/formats/json_tape.h"
#include "documents/formats/legacy_container.h"
#include "documents/formats/mail_headers.h"
#include "documents/formats/zip_detection.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t head_bytes = 16 * 1024;

// The file name's suffix in lower case, without the dot.
std::string suffix_of(std::string_view file_name) {
  auto dot = file_name.rfind('.');
  return dot == std::string_view::npos ? std::string() : to_lower_ascii(file_name.substr(dot + 1));
}

// A file that begins like one of these is no text, whatever its bytes look like.
bool has_foreign_signature(std::string_view bytes) {
  constexpr std::array<std::string_view, 8> signatures = {"PK\x03\x04",
                                                          "\xD0\xCF\x11\xE0",
                                                          "\x89PNG",
                                                          "GIF8",
                                                          "\xFF\xD8\xFF",
                                                          "\x1F\x8B",
                                                          "\x7F"
                                                          "ELF",
                                                          "RIFF"};
  return std::ranges::any_of(signatures, [&](auto s) { return bytes.starts_with(s); });
}

std::string_view skip_markup_prologue(std::string_view text) {
  for (;;) {
    text = text.substr(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
    std::string_view end = text.starts_with("<!--") ? "-->" : text.starts_with("<?") ? "?>" : "";
    auto at = end.empty() ? std::string_view::npos : text.find(end);
    if (at == std::string_view::npos) return text;
    text.remove_prefix(at + end.size());
  }
}

bool is_whole_html(std::string_view lower_head) {
  auto start = skip_markup_prologue(lower_head);
  return start.starts_with("<!doctype html") || start.starts_with("<html") ||
         start.starts_with("<head") || start.starts_with("<body");
}

// A piece of HTML without its frame: it begins with a tag and has several block tags.
bool is_html_fragment(std::string_view lower_head) {
  if (!skip_markup_prologue(lower_head).starts_with('<')) return false;
  int found = 0;
  for (std::string_view tag : {"<p", "<div", "<h1", "<h2", "<table", "<ul", "<ol", "<br", "</"})
    found += lower_head.find(tag) != std::string_view::npos ? 1 : 0;
  return found >= 2;
}

// A first line "# Title" with an empty line below; in settings files "#" starts a comment.
bool has_markdown_title(std::string_view text) {
  text = text.substr(std::min(text.find_first_not_of("\r\n"), text.size()));
  auto end = text.find('\n');
  if (!text.starts_with("# ") || end == std::string_view::npos) return false;
  auto below = text.substr(end + 1);
  return below.starts_with('\n') || below.starts_with("\r\n");
}

// How many different kinds of Markdown markup the text has.
int count_markdown_signs(std::string_view text) {
  bool has_heading = has_markdown_title(text);
  bool has_fence = false;
  bool has_link = text.find("](") != std::string_view::npos;
  bool has_table = text.find("|---") != std::string_view::npos ||
                   text.find("| ---") != std::string_view::npos ||
                   text.find("|:--") != std::string_view::npos;
  bool has_strong = text.find("**") != std::string_view::npos;
  while (!text.empty()) {
    auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    auto hashes = line.find_first_not_of('#');
    has_heading |=
        hashes != std::string_view::npos && hashes >= 2 && hashes <= 6 && line[hashes] == ' ';
    has_fence |= line.starts_with("```") || line.starts_with("~~~");
  }
  return has_heading + has_fence + has_link + has_table + has_strong;
}

// JSON by its content; broken JSON too where it is named so, to be refused with the place.
FileFormat detect_json(std::string_view head, bool is_whole, std::string_view suffix) {
  bool is_named_lines = suffix == "jsonl" || suffix == "ndjson";
  auto text = trim(head);
  bool opens = text.starts_with('{') || text.starts_with('[');
  switch (opens ? recognise_json(head, is_whole) : JsonShape::none) {
    case JsonShape::value: return is_named_lines ? FileFormat::jsonl : FileFormat::json;
    case JsonShape::values: return FileFormat::jsonl;
    case JsonShape::none: break;
  }
  if (opens && suffix == "json") return FileFormat::json;
  return opens && is_named_lines ? FileFormat::jsonl : FileFormat::unknown;
}

// Rows of separated values.
FileFormat detect_rows(std::string_view head, bool is_whole, std::string_view suffix) {
  bool is_named = suffix == "csv" || suffix == "tsv" || suffix == "tab";
  auto separator = find_separator(head, is_whole, is_named);
  if (separator) return separator == '\t' ? FileFormat::tsv : FileFormat::csv;
  if (!is_named) return FileFormat::unknown;
  return suffix == "csv" ? FileFormat::csv : FileFormat::tsv;
}

FileFormat detect_text_format(std::string_view head, bool is_whole, std::string_view file_name) {
  auto suffix = suffix_of(file_name);
  auto lower = to_lower_ascii(head);
  if (is_whole_html(lower)) return FileFormat::html;
  bool is_named_markdown = suffix == "md" || suffix == "markdown" || suffix == "mdown";
  if (is_named_markdown) return FileFormat::markdown;
  if (looks_like_mailbox(head)) return FileFormat::mbox;
  if (looks_like_mail(head)) return FileFormat::eml;
  if (auto json = detect_json(head, is_whole, suffix); json != FileFormat::unknown) return json;
  bool is_named_html = suffix == "html" || suffix == "htm" || suffix == "xhtml";
  if (is_html_fragment(lower) && suffix != "txt") return FileFormat::html;
  if (is_named_html && lower.find('<') != std::string::npos) return FileFormat::html;
  if (auto rows = detect_rows(head, is_whole, suffix); rows != FileFormat::unknown) return rows;
  return count_markdown_signs(head) >= (suffix == "txt" ? 3 : 2) ? FileFormat::markdown
                                                                 : FileFormat::text;
}

// Documents of Office 97 to 2003.
std::optional<FileFormat> detect_legacy(std::string_view bytes) {
  switch (recognise_ole(bytes)) {
    case OleContent::none: return std::nullopt;
    case OleContent::unknown: return FileFormat::unknown;
    case OleContent::doc: return FileFormat::doc;
    case OleContent::xls: return FileFormat::xls;
    case OleContent::ppt: return FileFormat::ppt;
  }
  return std::nullopt;
}

// Which kind of Office document is inside only its key would tell.
FileFormat encrypted_office_format(std::string_view suffix) {
  if (suffix.starts_with("xls")) return FileFormat::xlsx;
  return suffix.starts_with("ppt") ? FileFormat::pptx : FileFormat::docx;
}

}  // namespace

FileFormat detect_format(std::string_view bytes, std::string_view file_name) {
  // ISO 32000-1, annex H: readers accept the header within the first 1024 bytes.
  if (bytes.substr(0, 1024).find("%PDF-") != std::string_view::npos) return FileFormat::pdf;
  if (bytes.starts_with("{\\rtf")) return FileFormat::rtf;
  if (find_image_kind(bytes)) return FileFormat::image;
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06"))
    return detect_zip_format(bytes);
  if (is_encrypted_office(bytes)) return encrypted_office_format(suffix_of(file_name));
  if (auto legacy = detect_legacy(bytes)) return *legacy;
  if (has_foreign_signature(bytes) || !looks_like_text(bytes)) return FileFormat::unknown;
  auto head = bytes.size() > head_bytes ? utf8_prefix(bytes, head_bytes) : bytes;
  auto text = decode_text(head, find_declared_charset(head));
  bool is_whole = head.size() == bytes.size();
  return text ? detect_text_format(*text, is_whole, file_name) : FileFormat::unknown;
}

}  // namespace aiva::documents
