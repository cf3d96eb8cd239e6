#include "documents/formats/mail_body.h"

#include <string>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/text_lines.h"
#include "documents/read_document.h"

namespace aiva::documents {
namespace {

constexpr std::string_view signature_mark = "-- ";

// A line without its marks of quotation.
struct MailLine {
  std::string_view text;
  bool is_quoted = false;
};

MailLine look_at(std::string_view line) {
  MailLine out{.text = line};
  while (out.text.starts_with('>') || out.text.starts_with(" >")) {
    out.is_quoted = true;
    out.text.remove_prefix(out.text.find('>') + 1);
  }
  if (out.is_quoted && out.text.starts_with(' ')) out.text.remove_prefix(1);
  return out;
}

class BodyReader {
 public:
  BodyReader(bool is_flowed, int page, BlockOutput& out)
      : is_flowed_(is_flowed), page_(page), out_(out) {}

  Result<void> read(std::string_view text) {
    for (LineReader lines(text); lines.has_more();) {
      auto raw = lines.next();
      if (raw == signature_mark && !is_signature_) {
        TRY_VOID(end_stretch());
        is_signature_ = true;
        continue;
      }
      auto line = look_at(raw);
      bool is_quoted = line.is_quoted || is_signature_;
      // A blank line says nothing about which stretch it belongs to.
      if (is_quoted != is_quoted_ && !is_blank(line.text)) TRY_VOID(end_stretch());
      if (!is_blank(line.text)) is_quoted_ = is_quoted;
      add_line(line.text);
    }
    return end_stretch();
  }

 private:
  void add_line(std::string_view line) {
    if (is_flowed_ && line.starts_with(' ')) line.remove_prefix(1);
    stretch_ += line;
    bool goes_on = is_flowed_ && line.ends_with(' ');
    if (!goes_on) stretch_ += '\n';
  }

  Result<void> end_stretch() {
    auto text = std::exchange(stretch_, {});
    if (is_blank(text)) return {};
    if (is_quoted_) return add_quote(text);
    auto read = read_inner_document({.bytes = text,
                                     .format = FileFormat::text,
                                     .page = page_,
                                     .heading_shift = 1,
                                     .is_part = true},
                                    out_);
    if (!read) return fail(std::move(read).error());
    return {};
  }

  Result<void> add_quote(std::string_view text) {
    std::string paragraph;
    auto end_paragraph = [&]() -> Result<void> {
      return out_.add(
          Block{.kind = BlockKind::quote, .page = page_, .text = std::exchange(paragraph, {})});
    };
    for (LineReader lines(text); lines.has_more();) {
      auto line = lines.next();
      if (is_blank(line)) TRY_VOID(end_paragraph());
      paragraph.append(line) += '\n';
    }
    return end_paragraph();
  }

  bool is_flowed_;
  int page_;
  BlockOutput& out_;
  std::string stretch_;
  bool is_quoted_ = false;
  bool is_signature_ = false;
};

}  // namespace

Result<void> add_mail_text(std::string_view text, bool is_flowed, int page, BlockOutput& out) {
  return BodyReader(is_flowed, page, out).read(text);
}

}  // namespace aiva::documents
