#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/mail_headers.h"

namespace aiva::documents {

// A mail or a part of one (RFC 2045, RFC 2046).
struct MailPart {
  MailHeaders headers;
  MailValue type;           // "text/plain" where none is given
  MailValue disposition;    // of the content
  std::string_view body{};  // as sent, of the source; empty where there are parts
  std::vector<MailPart> parts{};

  [[nodiscard]] bool is_multipart() const { return type.value.starts_with("multipart/"); }
  // The name of the file it is, without folders; empty when it has none.
  [[nodiscard]] std::string file_name() const;
  // Whether it is a file and no text of the mail.
  [[nodiscard]] bool is_attachment() const;
  // The body's bytes without their transfer encoding.
  [[nodiscard]] std::string bytes() const;
  // The same as text in UTF-8.
  [[nodiscard]] std::string text() const;
};

inline constexpr int mail_depth_max = 20;
inline constexpr std::size_t mail_parts_max = 1000;

struct MailTree {
  MailPart root;
  bool is_cut = false;  // parts beyond the limits were left out
};

// Takes a mail apart; never fails, for there is no mail that somebody has not written. `bytes` is
// borrowed by the parts.
MailTree parse_mail(std::string_view bytes);

}  // namespace aiva::documents
