#include "faces/http/internal/multipart_parser.h"

#include <algorithm>
#include <cstring>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

constexpr std::size_t preamble_bytes_max = 4096;
constexpr std::size_t blanks_max = 64;  // behind a boundary
constexpr auto npos = std::string_view::npos;

Error malformed(const char* why) {
  return Error{.code = ErrorCode::invalid,
               .message = std::string("Malformed multipart body: ") + why};
}

// memmem of glibc is faster than string_view::find on long windows.
std::size_t find_in(std::string_view window, std::string_view needle) {
  const void* found = ::memmem(window.data(), window.size(), needle.data(), needle.size());
  if (found == nullptr) return npos;
  return static_cast<std::size_t>(static_cast<const char*>(found) - window.data());
}

// Browsers write a quote in a quoted value as %22, older clients as \".
std::string unquote(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 3) == "%22") {
      out += '"';
      i += 2;
    } else if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '"') {
      out += '"';
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<void> read_part_header(std::string_view line, PartHead& part) {
  auto colon = line.find(':');
  if (colon == npos || colon == 0) return fail(malformed("a part header without a colon"));
  auto name = line.substr(0, colon);
  auto value = trim_blanks(line.substr(colon + 1));
  if (!is_header_safe(value)) return fail(malformed("a control character in a part header"));
  if (equals_ignoring_case(name, "Content-Type")) part.media_type = media_type_of(value);
  if (!equals_ignoring_case(name, "Content-Disposition")) return {};
  if (!equals_ignoring_case(media_type_of(value), "form-data"))
    return fail(malformed("a part that is no form-data"));
  part.name = unquote(header_parameter(value, "name"));
  part.is_file = header_parameter(value, "filename").data() != nullptr;
  part.filename = unquote(header_parameter(value, "filename"));
  return {};
}

}  // namespace

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits) {}

Result<MultipartParser::Event> MultipartParser::next(std::string_view& window) {
  switch (stage_) {
    case Stage::preamble: return read_preamble(window);
    case Stage::after_delimiter: return read_after_delimiter(window);
    case Stage::head: return read_head(window);
    case Stage::content: return read_content(window);
    case Stage::end: return Event::end;
  }
  return Event::end;
}

Result<MultipartParser::Event> MultipartParser::read_preamble(std::string_view& window) {
  // The first delimiter may stand at the very beginning, without its CRLF.
  auto first = std::string_view(delimiter_).substr(2);
  if (preamble_bytes_ == 0) {
    if (window.size() < first.size()) return Event::need_input;
    if (window.starts_with(first)) {
      window.remove_prefix(first.size());
      stage_ = Stage::after_delimiter;
      return read_after_delimiter(window);
    }
  }
  auto at = find_in(window, delimiter_);
  auto skipped = at != npos ? at : window.size() - std::min(window.size(), delimiter_.size() - 1);
  preamble_bytes_ += skipped;
  if (preamble_bytes_ > preamble_bytes_max) return fail(malformed("no boundary"));
  window.remove_prefix(skipped);
  if (at == npos) return Event::need_input;
  window.remove_prefix(delimiter_.size());
  stage_ = Stage::after_delimiter;
  return read_after_delimiter(window);
}

Result<MultipartParser::Event> MultipartParser::read_after_delimiter(std::string_view& window) {
  // "--" ends the form; blanks and CRLF begin a part.
  auto blanks = std::min(window.find_first_not_of(" \t"), window.size());
  if (blanks > blanks_max) return fail(malformed("blanks behind a boundary"));
  if (window.size() < blanks + 2) return Event::need_input;
  auto mark = window.substr(blanks, 2);
  if (mark == "--") {
    stage_ = Stage::end;
    return Event::end;
  }
  if (mark != "\r\n") return fail(malformed("no line end behind a boundary"));
  if (++parts_ > limits_.parts_max)
    return fail(ErrorCode::too_large, "The form has too many parts");
  window.remove_prefix(blanks);  // the head begins with the line end: a part may have no headers
  stage_ = Stage::head;
  return read_head(window);
}

Result<MultipartParser::Event> MultipartParser::read_head(std::string_view& window) {
  constexpr std::string_view empty_line = "\r\n\r\n";
  auto found = find_in(window, empty_line);
  // One that is still to come begins within the last three bytes or behind them.
  auto end = found != npos ? found : window.size() - std::min(window.size(), empty_line.size() - 1);
  if (end > limits_.head_bytes_max)
    return fail(ErrorCode::too_large, "The headers of a form part are too long");
  if (found == npos) return Event::need_input;
  auto lines = window.substr(0, end + 2);
  lines.remove_prefix(2);
  window.remove_prefix(end + 4);
  part_ = PartHead{};
  while (!lines.empty()) {
    auto line_end = lines.find("\r\n");
    TRY_VOID(read_part_header(lines.substr(0, line_end), part_));
    lines.remove_prefix(line_end + 2);
  }
  if (part_.name.empty()) return fail(malformed("a part without a name"));
  // A part without content ends in a delimiter whose CRLF is the empty line's own.
  stage_ = Stage::content;
  return Event::part;
}

Result<MultipartParser::Event> MultipartParser::read_content(std::string_view& window) {
  auto at = find_in(window, delimiter_);
  if (at == 0) {
    window.remove_prefix(delimiter_.size());
    stage_ = Stage::after_delimiter;
    return Event::part_end;
  }
  if (at == npos) {
    // The tail may be the beginning of a delimiter; CR tells where.
    auto tail = window.size() - std::min(window.size(), delimiter_.size() - 1);
    auto cr = window.find('\r', tail);
    at = cr == npos ? window.size() : cr;
    if (at == 0) return Event::need_input;
  }
  data_ = window.substr(0, at);
  window.remove_prefix(at);
  return Event::data;
}

}  // namespace aiva::http
