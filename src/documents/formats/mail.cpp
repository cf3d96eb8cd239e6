#include <algorithm>
#include <string>
#include <vector>

#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/mail_headers.h"
#include "documents/formats/mail_message.h"

namespace aiva::documents {
namespace {

class MailFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::eml; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto subject, add_mail(bytes, 1, out));
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.title = std::move(subject), .pages = 1, .pages_read = 1};
  }
};

// The mails of a mailbox (RFC 4155): each behind a line "From …" that an empty line precedes.
std::vector<std::string_view> split_mailbox(std::string_view bytes) {
  std::vector<std::string_view> mails;
  std::size_t begin = std::string_view::npos;
  auto first = bytes.find_first_not_of("\r\n");
  for (auto at = bytes.find("From "); at != std::string_view::npos;) {
    auto line_end = std::min(bytes.find('\n', at), bytes.size());
    auto before = bytes.substr(0, at);
    bool is_after_blank = at == first || before.ends_with("\n\n") || before.ends_with("\n\r\n");
    if (is_after_blank && is_mailbox_line(trim(bytes.substr(at, line_end - at)))) {
      if (begin != std::string_view::npos) mails.push_back(bytes.substr(begin, at - begin));
      begin = std::min(line_end + 1, bytes.size());
    }
    at = bytes.find("\nFrom ", line_end);
    if (at != std::string_view::npos) ++at;
  }
  if (begin != std::string_view::npos) mails.push_back(bytes.substr(begin));
  return mails;
}

// Takes the mark off lines ">From …", ">>From …", which only keeps them from parting mails.
std::string unquote_from_lines(std::string_view mail) {
  std::string out;
  while (!mail.empty()) {
    auto end = std::min(mail.find('\n'), mail.size() - 1) + 1;
    auto line = mail.substr(0, end);
    mail.remove_prefix(end);
    auto marks = std::min(line.find_first_not_of('>'), line.size());
    if (marks > 0 && line.substr(marks).starts_with("From ")) line.remove_prefix(1);
    out += line;
  }
  return out;
}

class MailboxFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::mbox; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    auto mails = split_mailbox(bytes);
    if (mails.empty()) return fail(ErrorCode::invalid, "The mailbox holds no mail");
    int pages = static_cast<int>(std::min<std::size_t>(mails.size(), 100'000'000));
    int last = std::min(pages, out.limits().pages_max);
    for (int page = 1; page <= last; ++page) {
      auto mail = mails[static_cast<std::size_t>(page - 1)];
      bool has_marks = mail.contains(">From ");
      auto unquoted = has_marks ? unquote_from_lines(mail) : std::string();
      auto subject = add_mail(has_marks ? unquoted : mail, page, out);
      if (!subject) return fail(std::move(subject).error());
      TRY_VOID(out.end_page(page, pages));
    }
    DocumentSummary summary{.pages = pages, .pages_read = last};
    if (last < pages)
      summary.partial_reason = "Only the first " + std::to_string(last) + " mails were read";
    return summary;
  }
};

}  // namespace

std::unique_ptr<Format> make_mail_format() { return std::make_unique<MailFormat>(); }
std::unique_ptr<Format> make_mailbox_format() { return std::make_unique<MailboxFormat>(); }

}  // namespace aiva::documents
