#include <string>

#include "documents/formats/format.h"

namespace aiva::documents {
namespace {

// Documents of Office 97 to 2003. They are recognised, so that one can say what to do with them.
class LegacyFormat final : public Format {
 public:
  explicit LegacyFormat(FileFormat format) : format_(format) {}

  [[nodiscard]] FileFormat format() const override { return format_; }

  Result<DocumentSummary> read(std::string_view, BlockOutput&) const override {
    std::string_view newer = format_ == FileFormat::doc ? "DOCX" : "PPTX";
    return fail(ErrorCode::invalid,
                "The document is of the Office 97-2003 kind, which takes a converter to read, and "
                "none is configured; save it as " +
                    std::string(newer) + " or PDF");
  }

 private:
  FileFormat format_;
};

}  // namespace

std::unique_ptr<Format> make_legacy_format(FileFormat format) {
  return std::make_unique<LegacyFormat>(format);
}

}  // namespace aiva::documents
