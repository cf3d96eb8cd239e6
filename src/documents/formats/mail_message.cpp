#include "documents/formats/mail_message.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "documents/clean_text.h"
#include "documents/formats/image_header.h"
#include "documents/formats/mail_body.h"
#include "documents/formats/mail_parts.h"
#include "documents/read_document.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t subject_bytes_max = 300;
constexpr std::size_t people_bytes_max = 2000;

// Parts that say nothing to a reader.
bool is_machinery(const MailPart& part) {
  constexpr std::array<std::string_view, 5> types = {
      "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
      "text/x-amp-html", "application/pgp-encrypted"};
  return std::ranges::find(types, part.type.value) != types.end();
}

class MessageReader {
 public:
  MessageReader(int page, BlockOutput& out) : page_(page), out_(out) {}

  Result<std::string> read(const MailTree& mail) {
    const auto& headers = mail.root.headers;
    std::string subject(utf8_prefix(headers.text("subject"), subject_bytes_max));
    TRY_VOID(add(BlockKind::heading, subject));
    TRY_VOID(add_people(headers));
    TRY_VOID(add_part(mail.root));
    for (const auto* attachment : attachments_) TRY_VOID(add_attachment(*attachment));
    if (mail.is_cut)
      TRY_VOID(add(BlockKind::paragraph, "The mail has more parts; they were left out."));
    return subject;
  }

 private:
  Result<void> add(BlockKind kind, std::string text) {
    return out_.add(Block{.kind = kind,
                          .level = kind == BlockKind::heading ? 1 : 0,
                          .page = page_,
                          .text = std::move(text)});
  }

  Result<void> add_people(const MailHeaders& headers) {
    struct Line {
      std::string_view field;
      std::string_view label;
    };
    constexpr std::array lines = {Line{"from", "From: "}, Line{"to", "To: "}, Line{"cc", "Cc: "},
                                  Line{"date", "Date: "}};
    std::string text;
    for (const auto& line : lines) {
      auto value = headers.text(line.field);
      if (value.empty()) continue;
      text.append(line.label).append(utf8_prefix(value, people_bytes_max)) += '\n';
    }
    return add(BlockKind::paragraph, std::move(text));
  }

  Result<void> add_part(const MailPart& part) {
    if (is_machinery(part)) return {};
    if (part.type.value == "multipart/encrypted")
      return add(BlockKind::paragraph, "The mail is encrypted and cannot be read.");
    if (part.type.value == "multipart/alternative") return add_alternative(part);
    if (!part.parts.empty()) {
      for (const auto& inner : part.parts) TRY_VOID(add_part(inner));
      return {};
    }
    if (part.is_attachment()) {
      attachments_.push_back(&part);
      return {};
    }
    return part.type.value == "text/html" ? add_html(part) : add_plain(part);
  }

  // Of several forms of one text: plain text unless it is empty, then HTML, then what there is.
  Result<void> add_alternative(const MailPart& part) {
    if (const auto* plain = find_text(part, "text/plain"); plain != nullptr) {
      auto before = out_.blocks_added();
      TRY_VOID(add_plain(*plain));
      if (out_.blocks_added() > before) return add_files_beside(part);
    }
    if (const auto* html = find_text(part, "text/html"); html != nullptr) {
      TRY_VOID(add_html(*html));
      return add_files_beside(part);
    }
    return part.parts.empty() ? Result<void>() : add_part(part.parts.back());
  }

  static const MailPart* find_text(const MailPart& part, std::string_view type) {
    for (const auto& inner : part.parts) {
      if (inner.parts.empty() && inner.type.value == type && !inner.is_attachment()) return &inner;
      if (const auto* found = find_text(inner, type)) return found;
    }
    return nullptr;
  }

  // Files inside the form that was not taken (multipart/related below multipart/alternative).
  Result<void> add_files_beside(const MailPart& part) {
    for (const auto& inner : part.parts) {
      if (inner.parts.empty() && inner.is_attachment() && !is_machinery(inner))
        attachments_.push_back(&inner);
      TRY_VOID(add_files_beside(inner));
    }
    return {};
  }

  Result<void> add_plain(const MailPart& part) {
    bool is_flowed = to_lower_ascii(part.type.parameter("format")) == "flowed";
    return add_mail_text(part.text(), is_flowed, page_, out_);
  }

  Result<void> add_html(const MailPart& part) {
    auto text = part.text();
    auto read = read_inner_document({.bytes = text,
                                     .format = FileFormat::html,
                                     .page = page_,
                                     .heading_shift = 1,
                                     .is_part = true},
                                    out_);
    if (!read && out_.is_closed()) return fail(std::move(read).error());
    return {};
  }

  Result<void> add_attachment(const MailPart& part) {
    bool is_mail = part.type.value == "message/rfc822";
    auto name = part.file_name();
    auto bytes = part.bytes();
    bool is_image = find_image_kind(bytes).has_value();
    if (bytes.empty()) return {};
    auto title = !name.empty() ? name : is_mail ? "Attached mail" : "Attachment";
    if (!is_image)
      TRY_VOID(
          out_.add(Block{.kind = BlockKind::heading, .level = 2, .page = page_, .text = title}));
    auto read = read_inner_document({.bytes = bytes,
                                     .file_name = std::move(name),
                                     .format = is_mail ? FileFormat::eml : FileFormat::unknown,
                                     .page = page_,
                                     .heading_shift = 2},
                                    out_);
    if (read) return {};
    if (out_.is_closed()) return fail(std::move(read).error());
    if (is_image) return {};
    return add(BlockKind::paragraph,
               "The attachment could not be read: " + read.error().message + ".");
  }

  int page_;
  BlockOutput& out_;
  std::vector<const MailPart*> attachments_;
};

}  // namespace

Result<std::string> add_mail(std::string_view bytes, int page, BlockOutput& out) {
  return MessageReader(page, out).read(parse_mail(bytes));
}

}  // namespace aiva::documents
