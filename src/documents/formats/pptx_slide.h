#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "documents/formats/office_output.h"
#include "documents/formats/opc_package.h"
#include "documents/formats/slide_shapes.h"
#include "documents/xml/xml_reader.h"
#include "foundation/result.h"

namespace aiva::documents {

// Where a placeholder of a layout or master lies.
struct PptxPlace {
  double left = 0;
  double top = 0;
};
// What a slide's layout says about it.
struct PptxLayout {
  std::map<std::string, PptxPlace, std::less<>> places{};  // by "type" and "#idx"
  bool is_title_slide = false;                             // of the presentation or of a section
};

// What the slides of one presentation share.
struct PptxPresentation {
  OpcPackage& package;
  std::map<std::string, PptxLayout, std::less<>> layouts{};  // by part
  std::set<std::string, std::less<>> seen_parts{};           // charts and diagrams, each read once
};

// Reads one slide part: its shapes in reading order, then the notes of its speaker as quotations.
class PptxSlide {
 public:
  // Both are borrowed; `page` is the slide's number.
  PptxSlide(PptxPresentation& presentation, int page) : presentation_(presentation), page_(page) {}

  // Gives the slide's blocks to `take`; what came before damage is given too.
  Result<void> read(const std::string& part, const TakeOfficeBlock& take);

 private:
  struct Shape {
    SlideShape placed{};
    std::string type{};  // of the placeholder; empty where it is none
    std::string index{};
    bool is_placeholder = false;
    bool is_hidden = false;
    std::string description{};
  };
  // How positions inside a group become positions on the slide.
  struct Scale {
    double left = 0, top = 0, x = 1, y = 1;
  };
  struct Paragraph {
    std::string text{};
    std::vector<std::string> links{};
    int level = 0;
    bool has_bullet = false;
    bool has_no_bullet = false;
    bool is_numbered = false;
    bool is_bold = true;
  };

  Result<void> read_shapes(XmlReader& xml, const Scale& scale, std::vector<SlideShape>& shapes);
  Result<void> read_shape(XmlReader& xml, std::string_view name, const Scale& scale,
                          std::vector<SlideShape>& shapes);
  Result<void> read_group(XmlReader& xml, const Scale& scale, std::vector<SlideShape>& shapes);
  Result<void> read_shape_part(XmlReader& xml, std::string_view name, const Scale& scale,
                               Shape& shape);
  Result<void> read_placeholder(XmlReader& xml, Shape& shape);
  static Result<void> read_position(XmlReader& xml, const Scale& scale, SlideShape& shape);
  Result<void> read_text_body(XmlReader& xml, Shape& shape);
  Result<Paragraph> read_paragraph(XmlReader& xml);
  Result<void> read_run(XmlReader& xml, Paragraph& paragraph);
  Result<void> read_graphic(XmlReader& xml, Shape& shape);
  Result<void> read_table(XmlReader& xml, Shape& shape);
  void attach_image(XmlReader& xml, Shape& shape);
  void attach_part(std::string_view relation, bool is_chart, Shape& shape);
  void put_down(Shape shape, std::vector<SlideShape>& shapes) const;
  const PptxLayout& layout();
  void read_layout_places(const std::string& part, PptxLayout& layout);
  Result<void> read_notes(const TakeOfficeBlock& take);

  PptxPresentation& presentation_;
  int page_;
  OpcRelations relations_{};
  PptxLayout no_layout_{};
  const PptxLayout* layout_ = nullptr;
  bool is_shown_ = true;
};

}  // namespace aiva::documents
