#include <utility>

#include "documents/archive/part_names.h"
#include "documents/formats/epub_package.h"
#include "documents/formats/format.h"
#include "documents/formats/office_output.h"
#include "documents/formats/xhtml.h"
#include "documents/read_document.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

// A page is a chapter: a file of the book's spine.
class EpubFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::epub; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto zip, ZipReader::open(bytes));
    TRY(auto book, read_epub_book(zip));
    if (std::cmp_greater(book.chapters.size(), out.limits().pages_max))
      book.chapters.resize(static_cast<std::size_t>(out.limits().pages_max));
    DocumentSummary summary{.title = std::move(book.title),
                            .pages = static_cast<int>(book.chapters.size()),
                            .language = std::move(book.language)};
    OfficeOutput images(out, zip);
    int page = 0;
    for (const auto& chapter : book.chapters) {
      ++page;
      auto read = read_chapter(zip, chapter, page, out, images);
      if (!read && out.is_closed()) return fail(read.error());
      if (read)
        ++summary.pages_read;
      else if (summary.partial_reason.empty())
        summary.partial_reason = "Chapter " + std::to_string(page) + ": " + read.error().message;
      TRY_VOID(out.end_page(summary.pages_read, summary.pages));
    }
    if (out.blocks_added() == 0 && !summary.partial_reason.empty())
      return fail(ErrorCode::invalid, summary.partial_reason);
    return summary;
  }

 private:
  static Result<void> read_chapter(ZipReader& zip, const EpubChapter& chapter, int page,
                                   BlockOutput& out, OfficeOutput& images) {
    if (chapter.is_contents) return {};
    TRY(auto bytes, zip.read(chapter.part, xml_bytes_max));
    TRY(auto text, decode_xml(std::move(bytes)));
    if (!chapter.title.empty() && !has_heading_element(text))
      TRY_VOID(out.add(
          Block{.kind = BlockKind::heading, .level = 1, .page = page, .text = chapter.title}));
    auto html = close_empty_elements(text);
    auto read = read_inner_document({.bytes = html,
                                     .file_name = chapter.part,
                                     .format = FileFormat::html,
                                     .page = page,
                                     .is_part = true},
                                    out);
    if (!read) return fail(read.error());
    if (!out.wants(EmbeddedFile::Kind::image)) return {};
    for (const auto& reference : find_image_references(html))
      TRY_VOID(images.add({.block = {.kind = BlockKind::image, .page = page, .text = {}},
                           .image = resolve_part_name(chapter.part, reference)}));
    return {};
  }
};

}  // namespace

std::unique_ptr<Format> make_epub_format() { return std::make_unique<EpubFormat>(); }

}  // namespace aiva::documents
