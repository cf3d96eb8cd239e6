#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace aiva::documents {

// The value of a structured header (Content-Type, Content-Disposition) taken apart.
struct MailValue {
  std::string value;  // before the first semicolon, in small letters
  std::unordered_map<std::string, std::string> parameters;  // RFC 2231 decoded, names in small

  // The parameter of that name; empty when there is none.
  [[nodiscard]] std::string parameter(std::string_view name) const;
};
MailValue parse_mail_value(std::string_view raw);

// The header fields of a mail or of a part of it (RFC 5322), unfolded.
class MailHeaders {
 public:
  // Takes the fields and the empty line after them off `bytes`, which must outlive this.
  static MailHeaders take(std::string_view& bytes);

  // The value as written, of the first field of that name (in small letters); empty without one.
  [[nodiscard]] std::string raw(std::string_view name) const;
  // The value as people read it: encoded words (RFC 2047) decoded, one line.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] MailValue value(std::string_view name) const { return parse_mail_value(raw(name)); }

 private:
  struct Field {
    std::string name;
    std::string_view value;  // still folded
  };
  std::vector<Field> fields_;
};

// The text with its encoded words ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=") decoded.
std::string decode_encoded_words(std::string_view text);

// Bytes out of base64 (RFC 2045); what is no letter of it is passed over.
std::string decode_base64(std::string_view text);
// Bytes out of quoted-printable (RFC 2045); with `is_word`, "_" is a blank (RFC 2047).
std::string decode_quoted_printable(std::string_view text, bool is_word = false);
// Text of the charset a mail names for it as UTF-8.
std::string decode_mail_text(std::string_view bytes, std::string_view charset);

// Whether a text begins like a mail, or like a file of many (each behind a line "From …").
bool looks_like_mail(std::string_view head);
bool looks_like_mailbox(std::string_view head);
// Whether the line is one that parts the mails of a mailbox.
bool is_mailbox_line(std::string_view line);

}  // namespace aiva::documents
