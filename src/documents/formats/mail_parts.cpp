#include "documents/formats/mail_parts.h"

#include <algorithm>
#include <utility>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t file_name_bytes_max = 200;
constexpr std::size_t boundary_bytes_max = 250;

// What stands between two boundary lines, one after the other.
class BoundarySplitter {
 public:
  BoundarySplitter(std::string_view body, std::string_view boundary)
      : body_(body), mark_("--" + std::string(boundary)) {
    pass_to_mark(0);
  }

  [[nodiscard]] bool has_more() const { return !is_done_; }

  std::string_view next() {
    auto begin = at_;
    auto end = pass_to_mark(at_);
    return body_.substr(begin, end - begin);
  }

 private:
  // Moves behind the next boundary line; the end of what stands before it.
  std::size_t pass_to_mark(std::size_t from) {
    for (auto found = body_.find(mark_, from); found != std::string_view::npos;
         found = body_.find(mark_, found + 1)) {
      if (found > 0 && body_[found - 1] != '\n') continue;
      auto rest = body_.substr(found + mark_.size());
      auto line = rest.substr(0, rest.find('\n'));
      bool is_last = line.starts_with("--");
      if (!trim(is_last ? line.substr(2) : line).empty()) continue;  // of an inner boundary
      is_done_ = is_last;
      at_ = std::min(found + mark_.size() + line.size() + 1, body_.size());
      is_done_ |= at_ == body_.size();
      auto end = found;
      if (end > from && body_[end - 1] == '\n') --end;
      if (end > from && body_[end - 1] == '\r') --end;
      return end;
    }
    is_done_ = true;
    return body_.size();
  }

  std::string_view body_;
  std::string mark_;
  std::size_t at_ = 0;
  bool is_done_ = false;
};

class Parser {
 public:
  MailPart parse(std::string_view bytes, int depth, std::string_view type_default) {
    ++parts_;
    MailPart part;
    part.headers = MailHeaders::take(bytes);
    part.type = part.headers.value("content-type");
    if (!part.type.value.contains('/')) part.type.value = type_default;
    part.disposition = part.headers.value("content-disposition");
    auto boundary = part.type.parameter("boundary");
    bool can_split =
        part.is_multipart() && !boundary.empty() && boundary.size() <= boundary_bytes_max;
    if (can_split && depth < mail_depth_max)
      split(part, bytes, boundary, depth);
    else
      is_cut_ |= can_split;
    if (part.parts.empty()) part.body = bytes;
    return part;
  }

  [[nodiscard]] bool is_cut() const { return is_cut_; }

 private:
  void split(MailPart& part, std::string_view body, std::string_view boundary, int depth) {
    auto type_default = part.type.value == "multipart/digest" ? "message/rfc822" : "text/plain";
    for (BoundarySplitter pieces(body, boundary); pieces.has_more();) {
      if (parts_ >= mail_parts_max) {
        is_cut_ = true;
        return;
      }
      part.parts.push_back(parse(pieces.next(), depth + 1, type_default));
    }
  }

  std::size_t parts_ = 0;
  bool is_cut_ = false;
};

}  // namespace

std::string MailPart::file_name() const {
  auto name = disposition.parameter("filename");
  if (name.empty()) name = type.parameter("name");
  auto slash = name.find_last_of("/\\");
  if (slash != std::string::npos) name.erase(0, slash + 1);
  return std::string(utf8_prefix(clean_flowing_text(unwrap_lines(name)), file_name_bytes_max));
}

bool MailPart::is_attachment() const {
  if (disposition.value == "attachment") return true;
  if (type.value == "text/plain" || type.value == "text/html")
    return disposition.value.empty() ? !type.parameter("name").empty() : !file_name().empty();
  return !is_multipart() && type.value != "message/delivery-status" &&
         !type.value.starts_with("text/rfc822");
}

std::string MailPart::bytes() const {
  auto encoding = to_lower_ascii(trim(headers.raw("content-transfer-encoding")));
  if (encoding == "base64") return decode_base64(body);
  if (encoding == "quoted-printable") return decode_quoted_printable(body);
  return std::string(body);
}

std::string MailPart::text() const { return decode_mail_text(bytes(), type.parameter("charset")); }

MailTree parse_mail(std::string_view bytes) {
  Parser parser;
  MailTree tree{.root = parser.parse(bytes, 0, "text/plain")};
  tree.is_cut = parser.is_cut();
  return tree;
}

}  // namespace aiva::documents
