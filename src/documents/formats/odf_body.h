#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "documents/formats/list_labels.h"
#include "documents/formats/odf_styles.h"
#include "documents/formats/office_output.h"
#include "documents/formats/table_grid.h"
#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// Reads the content of an OpenDocument text, cell or shape: headings, paragraphs, lists, tables,
// notes and pictures. Deleted text of tracked changes lies apart in the file and is left out.
class OdfBody {
 public:
  // All are borrowed. `is_running`: a header or footer, where page numbers are left out.
  OdfBody(ZipReader& zip, OdfStyles& styles, XmlReader& xml, bool is_running = false)
      : zip_(zip), styles_(styles), xml_(xml), is_running_(is_running) {}

  // Reads the children of the element that just started.
  Result<void> read_blocks(const TakeOfficeBlock& take);
  // Reads the element that just started.
  Result<void> read_block(std::string_view name, const TakeOfficeBlock& take);
  // The page reached, as far as the file tells pages apart.
  [[nodiscard]] int page() const { return page_; }
  // All blocks from here on are on that page.
  void set_page(int page) { page_ = page; }

 private:
  struct Paragraph {
    std::string text{};
    std::vector<std::string> links{};
    int page = 0;
    bool has_page_number = false;
    bool has_bold = false;
    bool has_light = false;
    std::vector<OfficeBlock> attached{};
  };
  struct List {
    std::string style{};
    int level = 0;  // from 0
    bool needs_label = false;
    bool is_header = false;
  };
  struct Table {
    TableGrid grid{};
    std::vector<OfficeBlock> contents{};
    std::vector<std::string> links{};
    std::vector<int> rows_below{};  // of the cell above, for each column
    std::size_t cells = 0;
    bool is_header = false;
    int page = 1;
  };

  // odf_body.cpp
  Result<void> read_paragraph(bool is_heading, const TakeOfficeBlock& take);
  Result<void> read_list(const TakeOfficeBlock& take);
  Result<void> read_list_items(List& list, const TakeOfficeBlock& take);
  Result<void> read_table(const TakeOfficeBlock& take);
  Result<void> read_rows(std::string_view name, Table& table);
  Result<void> read_row(Table& table);
  Result<void> read_cell(bool is_covered, Table& table);
  Result<void> put_out(Table table, const TakeOfficeBlock& take);
  std::string next_label(const OdfListStyle& style, ListCounters& counters, int level);
  void begin_page();

  // odf_text.cpp
  Result<void> read_text(Paragraph& paragraph, bool is_bold);
  Result<void> read_text_part(std::string_view name, Paragraph& paragraph, bool is_bold);
  Result<void> read_note(Paragraph& paragraph);
  Result<void> read_frame(const TakeOfficeBlock& take);
  Result<void> read_object(std::string_view href, const TakeOfficeBlock& take);
  void append(Paragraph& paragraph, std::string_view text, bool is_bold);

  ZipReader& zip_;
  OdfStyles& styles_;
  XmlReader& xml_;
  bool is_running_;
  int page_ = 1;
  bool has_text_on_page_ = false;
  List* list_ = nullptr;                                       // the list being read
  std::map<std::string, ListCounters, std::less<>> counters_;  // by list style
  ListCounters heading_counters_;
  int objects_ = 0;
};

// Whether the element shows something on a page or slide: a frame, a shape, a group.
bool is_drawing(std::string_view name);

}  // namespace aiva::documents
