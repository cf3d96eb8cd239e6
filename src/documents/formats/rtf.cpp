#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/rtf_reader.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t title_bytes_max = 300;

class RtfFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::rtf; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    RtfReader reader(bytes, out);
    TRY_VOID(reader.read());
    TRY_VOID(out.end_page(1, 1));
    auto title = clean_flowing_text(unwrap_lines(reader.title()));
    return DocumentSummary{
        .title = std::string(utf8_prefix(title, title_bytes_max)), .pages = 1, .pages_read = 1};
  }
};

}  // namespace

std::unique_ptr<Format> make_rtf_format() { return std::make_unique<RtfFormat>(); }

}  // namespace aiva::documents
