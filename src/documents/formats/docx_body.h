#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/docx_numbering.h"
#include "documents/formats/docx_styles.h"
#include "documents/formats/office_output.h"
#include "documents/formats/opc_package.h"
#include "documents/formats/table_grid.h"
#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// The notes of a document by their id.
using DocxNotes = std::map<std::string, Block, std::less<>>;

// What the parts of one document share.
struct DocxDocument {
  OpcPackage& package;
  DocxStyles styles{};
  DocxNumbering numbering{};
  DocxNotes footnotes{};  // each is put out once, after the paragraph that refers to it
  DocxNotes endnotes{};
  std::set<std::string, std::less<>> seen_parts{};  // charts and diagrams, each read once
};

// Reads the content of a WordprocessingML part: paragraphs, tables, text boxes, in order. Tracked
// changes are accepted, field codes and hidden text left out.
class DocxBody {
 public:
  // All are borrowed. `is_running`: a header or footer, where page numbers are left out.
  DocxBody(DocxDocument& document, const OpcRelations& relations, XmlReader& xml,
           bool is_running = false)
      : document_(document), relations_(relations), xml_(xml), is_running_(is_running) {}

  // Reads the children of the element that just started.
  Result<void> read_blocks(const TakeOfficeBlock& take);
  // The page reached, as far as the file tells pages apart.
  [[nodiscard]] int page() const { return page_; }

 private:
  struct Paragraph {
    std::string text{};
    std::vector<std::string> links{};
    std::string style{};
    DocxParagraphLook look{};
    int page = 0;                  // of its first letter
    bool is_mark_deleted = false;  // goes on in the next paragraph
    bool has_page_number = false;
    bool ends_section = false;
    bool has_bold = false;
    bool has_light = false;  // letters that are said not to be bold
    bool has_default_weight = false;
    bool has_variable_pitch = false;
    bool has_fixed_pitch = false;
    std::vector<OfficeBlock> attached{};  // text boxes, images, charts, notes
  };
  struct Run {
    bool is_hidden = false;
    std::optional<bool> is_bold{};
    std::optional<bool> is_monospaced{};
  };
  struct Field {
    bool is_in_result = false;
    std::string code{};
  };
  struct Table {
    TableGrid grid{};
    std::vector<OfficeBlock> contents{};  // of all cells, in order, or of many what is no text
    std::vector<std::string> links{};
    std::size_t cells = 0;
    bool is_layout = false;
    bool has_header_look = false;
    int page = 1;
  };
  struct Cell {
    int columns = 1;
    bool is_covered = false;
    std::vector<OfficeBlock> contents{};
  };

  // docx_body.cpp: blocks.
  Result<void> read_block(std::string_view name, const TakeOfficeBlock& take);
  Result<void> read_content_control(const TakeOfficeBlock& take);
  Result<void> read_first_choice(const TakeOfficeBlock& take);
  Result<void> read_paragraph(const TakeOfficeBlock& take);
  Result<void> read_paragraph_properties(Paragraph& paragraph);
  Result<void> read_section(Paragraph& paragraph);
  Result<void> put_out(Paragraph paragraph, const TakeOfficeBlock& take);
  Block make_block(Paragraph& paragraph);
  Result<void> read_table(const TakeOfficeBlock& take);
  Result<void> read_table_properties(Table& table);
  Result<void> read_rows(std::string_view name, Table& table);
  Result<void> read_row(Table& table);
  Result<void> read_cells(std::string_view name, Table& table);
  Result<void> read_cell(Table& table);
  static void add_to_table(Cell cell, Table& table);
  static Result<void> put_out(Table table, const TakeOfficeBlock& take);
  void begin_page();

  // docx_runs.cpp: what is in a paragraph.
  Result<void> read_inline(std::string_view name, Paragraph& paragraph);
  Result<void> read_inline_children(Paragraph& paragraph);
  Result<void> read_run(Paragraph& paragraph);
  Result<void> read_run_part(std::string_view name, Paragraph& paragraph, Run& run);
  Result<void> read_run_properties(Run& run);
  Result<void> read_break(Paragraph& paragraph, const Run& run);
  Result<void> read_field_mark(Paragraph& paragraph);
  Result<void> read_drawing(Paragraph& paragraph, std::string& description);
  Result<void> read_drawing_part(std::string_view name, Paragraph& paragraph,
                                 std::string& description);
  Result<void> read_formula(std::string_view name, Paragraph& paragraph);
  void attach_note(Paragraph& paragraph, DocxNotes& notes);
  void attach_image(Paragraph& paragraph, std::string_view relation, std::string description);
  void attach_part(Paragraph& paragraph, std::string_view relation, bool is_chart);
  void apply_field_code(Paragraph& paragraph, std::string_view code);
  void append(Paragraph& paragraph, std::string_view text, const Run& run);
  [[nodiscard]] bool is_in_field_code() const;

  DocxDocument& document_;
  const OpcRelations& relations_;
  XmlReader& xml_;
  bool is_running_;
  int page_ = 1;
  bool has_text_on_page_ = false;
  std::vector<Field> fields_;
  std::optional<Paragraph> carried_;  // its mark was deleted
};

}  // namespace aiva::documents
