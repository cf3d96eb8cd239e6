#include <algorithm>
#include <cstdint>
#include <string>

#include "documents/format_detection.h"
#include "documents/formats/converted_text.h"
#include "documents/formats/format.h"
#include "documents/formats/legacy_container.h"

namespace aiva::documents {
namespace {

std::uint32_t little_number(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
  return value;
}

// MS-DOC 2.5.2: fEncrypted in the flags of the FIB; Word 6 and 95 have it in the same place.
bool is_protected_doc(const OleContainer& container) {
  auto stream = container.read("WordDocument");
  return stream && (little_number(*stream, 10, 2) & 0x0100U) != 0;
}

// MS-PPT 2.3.2: the token of the CurrentUserAtom.
bool is_protected_ppt(const OleContainer& container) {
  constexpr std::uint32_t token_of_encrypted = 0xF3D1C4DF;
  auto stream = container.read("Current User");
  return stream && little_number(*stream, 12, 4) == token_of_encrypted;
}

// Documents of Office 97 to 2003 (Word: from 6 on). Another program converts them, where there is
// one; what comes back is as hostile as they are.
class LegacyFormat final : public Format {
 public:
  explicit LegacyFormat(FileFormat format) : format_(format) {}

  [[nodiscard]] FileFormat format() const override { return format_; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto container, OleContainer::open(bytes));
    bool is_doc = format_ == FileFormat::doc;
    if (is_doc ? is_protected_doc(container) : is_protected_ppt(container))
      return fail(ErrorCode::invalid, "The document is protected with a password");
    const auto* convert = out.inner().convert;
    if (convert == nullptr) return refuse();
    TRY(auto converted, (*convert)(format_, bytes));
    if (converted.format == FileFormat::text)
      return is_doc ? read_catdoc_text(converted.bytes, out)
                    : read_catppt_text(converted.bytes, out);
    return read_newer(converted, out);
  }

 private:
  [[nodiscard]] std::unexpected<Error> refuse() const {
    std::string_view newer = format_ == FileFormat::doc ? "DOCX" : "PPTX";
    return fail(ErrorCode::invalid,
                "The document is of the Office 97-2003 kind, which takes a converter to read, and "
                "none is installed: install LibreOffice or catdoc on the server, or save it as " +
                    std::string(newer) + " or PDF");
  }

  [[nodiscard]] Result<DocumentSummary> read_newer(const Converted& converted,
                                                   BlockOutput& out) const {
    auto newer = format_ == FileFormat::doc ? FileFormat::docx : FileFormat::pptx;
    auto formats = out.inner().formats;
    auto format = std::ranges::find_if(formats, [&](auto& f) { return f->format() == newer; });
    bool is_known = converted.format == newer && format != formats.end() &&
                    detect_format(converted.bytes, {}) == newer;
    if (!is_known)
      return fail(ErrorCode::invalid, "The converter made something else of the document");
    return (*format)->read(converted.bytes, out);
  }

  FileFormat format_;
};

}  // namespace

std::unique_ptr<Format> make_legacy_format(FileFormat format) {
  return std::make_unique<LegacyFormat>(format);
}

}  // namespace aiva::documents
