#include <algorithm>
#include <string>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/opc_package.h"
#include "documents/formats/xlsx_book.h"
#include "documents/formats/xlsx_drawing.h"
#include "documents/formats/xlsx_sheet.h"

namespace aiva::documents {
namespace {

// A sheet of a million cells has about as much XML.
constexpr std::size_t sheet_bytes_max = 192UL * 1024 * 1024;
constexpr std::size_t comments_max = 20'000;  // of one sheet
constexpr std::size_t comment_bytes_max = 32 * 1024;

// Puts the sheets of one workbook out.
class WorkbookReader {
 public:
  WorkbookReader(OpcPackage package, BlockOutput& out)
      : package_(std::move(package)), out_(out), drawings_(out, package_.zip()) {}

  Result<DocumentSummary> read() {
    TRY(auto main_part, package_.find_main_part());
    TRY(auto xml, package_.read_xml(main_part));
    TRY(book_, read_workbook(xml));
    if (book_.sheets.empty()) return fail(ErrorCode::invalid, "The workbook holds no sheet");
    auto relations = package_.read_relations(main_part);
    if (const auto* part = relations.find_type("sharedStrings"))
      note(read_part(part->target, [this](std::string_view text) { return strings_.read(text); }));
    if (const auto* part = relations.find_type("styles"))
      note(read_part(part->target, [this](std::string_view text) { return formats_.read(text); }));
    return read_sheets(relations);
  }

 private:
  Result<DocumentSummary> read_sheets(const OpcRelations& relations) {
    auto pages = static_cast<int>(book_.sheets.size());
    int pages_read = 0;
    for (int page = 1; page <= std::min(pages, out_.limits().pages_max); ++page) {
      const auto& sheet = book_.sheets[static_cast<std::size_t>(page - 1)];
      const auto* relation = relations.find(sheet.relation);
      // Sheets of charts have no cells.
      bool has_cells = relation != nullptr && relation->type == "worksheet";
      auto read = has_cells ? read_sheet(sheet, relation->target, page) : Result<void>();
      if (!read && out_.is_closed()) return fail(std::move(read).error());
      pages_read += read ? 1 : 0;
      note(std::move(read));
      TRY_VOID(out_.end_page(page, pages));
      if (cells_left_ == 0) break;
    }
    if (!first_failure_.message.empty() && out_.blocks_added() == 0)
      return fail(std::move(first_failure_));
    bool is_whole = first_failure_.message.empty() && pages_read == pages;
    return DocumentSummary{.title = package_.read_title(),
                           .pages = pages,
                           .pages_read = is_whole ? pages : std::min(pages_read, pages - 1),
                           .partial_reason = is_whole ? "" : first_failure_.message};
  }

  // What goes wrong in one part leaves the others readable.
  void note(Result<void> result) {
    if (!result && first_failure_.message.empty()) first_failure_ = std::move(result).error();
  }

  // A part that is named but not there holds nothing.
  template <class Read>
  Result<void> read_part(const std::string& part, Read read) {
    auto xml = package_.read_xml(part);
    if (!xml && xml.error().code == ErrorCode::not_found) return {};
    TRY_VOID(xml);
    return read(*xml);
  }

  Result<void> read_sheet(const SheetEntry& sheet, const std::string& part, int page) {
    TRY(auto bytes, package_.zip().read(part, sheet_bytes_max));
    TRY(auto xml, decode_xml(std::move(bytes)));
    auto relations = package_.read_relations(part);
    Block pattern{.page = page, .is_hidden = sheet.is_hidden, .text = {}};
    TableRegions regions(out_, sheet.name, pattern);
    auto rows = read_rows(xml, relations, regions);
    if (!rows && out_.is_closed()) return rows;
    TRY_VOID(regions.finish());
    TRY_VOID(add_comments(relations, regions));
    if (const auto* drawing = relations.find_type("drawing"))
      TRY_VOID(add_sheet_drawing(drawing->target, pattern, package_, regions, drawings_));
    TRY_VOID(drawings_.flush());
    return rows;
  }

  Result<void> read_rows(std::string_view xml, const OpcRelations& relations,
                         TableRegions& regions) {
    auto notes = read_sheet_notes(xml);
    if (notes.filter.first_row > 0) regions.set_header_row(notes.filter.first_row);
    add_table_headers(relations, regions);
    SheetRows rows(xml, strings_, formats_, notes, book_.is_1904);
    SheetRow row;
    std::size_t next_link = 0;
    for (;;) {
      TRY(bool has_row, rows.next(row));
      if (!has_row) return {};
      for (; next_link < notes.links.size(); ++next_link) {
        const auto& [range, id] = notes.links[next_link];
        if (range.first_row > row.number) break;
        if (range.first_row == row.number) row.links.emplace_back(relations.target(id));
      }
      auto added = regions.add_row(std::exchange(row, {}), cells_left_);
      if (!added && !out_.is_closed()) cells_left_ = 0;
      TRY_VOID(added);
    }
  }

  // Tables made with "Format as table" say whether they have a row of names.
  void add_table_headers(const OpcRelations& relations, TableRegions& regions) {
    for (const auto& relation : relations.all()) {
      if (relation.type != "table") continue;
      auto text = package_.read_xml(relation.target);
      if (!text) continue;
      XmlReader xml(*text);
      std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
        auto range = parse_cell_range(xml.attribute("ref"));
        if (xml.attribute("headerRowCount") != "0" && range.first_row > 0)
          regions.set_header_row(range.first_row);
        return xml.close_to(0);
      });
    }
  }

  Result<void> add_comments(const OpcRelations& relations, TableRegions& regions) {
    // Newer programs keep whole conversations apart and only a note about them in the older part.
    const auto* part = relations.find_type("threadedComment");
    if (part == nullptr) part = relations.find_type("comments");
    if (part == nullptr) return {};
    auto text = package_.read_xml(part->target);
    if (!text) return {};
    XmlReader xml(*text);
    std::string place;
    std::string comment;
    bool is_text = false;
    std::size_t count = 0;
    for (;;) {
      auto event = xml.next();
      if (!event || *event == XmlEvent::done) return {};
      auto name = xml.name();
      bool is_comment = name == "comment" || name == "threadedComment";
      if (*event == XmlEvent::start && is_comment) place = xml.attribute("ref");
      if (*event == XmlEvent::text && is_text && comment.size() < comment_bytes_max)
        comment += xml.text();
      if (*event != XmlEvent::text && (name == "t" || name == "text"))
        is_text = *event == XmlEvent::start && (name == "t" || part->type == "threadedComment");
      if (*event != XmlEvent::end || !is_comment) continue;
      if (++count > comments_max) return {};
      comment = decode_cell_escapes(std::move(comment));
      if (!is_blank(comment))
        TRY_VOID(regions.add_paragraph(
            std::string("Comment on ").append(place).append(": ").append(comment)));
      comment.clear();
    }
  }

  OpcPackage package_;
  BlockOutput& out_;
  OfficeOutput drawings_;
  Workbook book_;
  SharedStrings strings_;
  CellFormats formats_;
  std::size_t cells_left_ = table_cells_max;
  Error first_failure_;
};

class XlsxFormat final : public Format {
 public:
  [[nodiscard]] FileFormat format() const override { return FileFormat::xlsx; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto package, OpcPackage::open(bytes));
    return WorkbookReader(std::move(package), out).read();
  }
};

}  // namespace

std::unique_ptr<Format> make_xlsx_format() { return std::make_unique<XlsxFormat>(); }

}  // namespace aiva::documents
