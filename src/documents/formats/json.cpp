#include <string>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/json_blocks.h"
#include "documents/formats/json_tape.h"

namespace aiva::documents {
namespace {

constexpr std::size_t json_bytes_max = 64UL * 1024 * 1024;

class JsonFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::json; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    if (bytes.size() > json_bytes_max)
      return fail(ErrorCode::too_large, "The JSON document is larger than 64 MB");
    TRY(auto text, decode_text(bytes));
    JsonTape tape(text);
    std::size_t at = 0;
    TRY_VOID(tape.read(at));
    if (!is_blank(std::string_view(text).substr(at)))
      return fail(
          ErrorCode::invalid,
          "The JSON is broken: something stands behind its value, at byte " + std::to_string(at));
    JsonBlocks blocks(tape, out);
    TRY_VOID(blocks.add_all());
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.title = blocks.title(), .pages = 1, .pages_read = 1};
  }
};

// Values one after the other, each a record.
class JsonLinesFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::jsonl; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto text, decode_text(bytes));
    JsonTape tape(text);
    std::string_view whole = text;
    for (std::size_t at = 0; !is_blank(whole.substr(at));) {
      TRY_VOID(tape.read(at));
      TRY_VOID(JsonBlocks(tape, out).add_record());
    }
    TRY_VOID(out.end_page(1, 1));
    return DocumentSummary{.pages = 1, .pages_read = 1};
  }
};

}  // namespace

std::unique_ptr<Format> make_json_format() { return std::make_unique<JsonFormat>(); }
std::unique_ptr<Format> make_json_lines_format() { return std::make_unique<JsonLinesFormat>(); }

}  // namespace aiva::documents
