#include "documents/formats/pptx_slide.h"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/drawing_parts.h"
#include "documents/formats/table_grid.h"

namespace aiva::documents {
namespace {

// Tops that differ by less than 4 mm stand in a row; English Metric Units.
constexpr double row_tolerance = 36000.0 * 4;
constexpr std::size_t layouts_max = 2000;

double number_of(std::string_view written) {
  double value = 0;
  std::from_chars(written.data(), written.data() + written.size(), value);
  return value;
}

bool is_on(std::string_view value) { return value == "1" || value == "true"; }

bool is_title_type(std::string_view type) { return type == "title" || type == "ctrTitle"; }

// Placeholders that say the same on every slide.
bool is_running_type(std::string_view type) {
  return type == "dt" || type == "ftr" || type == "sldNum" || type == "hdr" || type == "sldImg";
}

}  // namespace

Result<void> PptxSlide::read(const std::string& part, const TakeOfficeBlock& take) {
  TRY(auto text, presentation_.package.read_xml(part));
  relations_ = presentation_.package.read_relations(part);
  XmlReader xml(text);
  std::vector<SlideShape> shapes;
  auto read = xml.for_each_child([&](std::string_view) -> Result<void> {
    is_shown_ = xml.attribute("show") != "0" && xml.attribute("show") != "false";
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name != "cSld") return {};
      return xml.for_each_child([&](std::string_view tree) -> Result<void> {
        return tree == "spTree" ? read_shapes(xml, {}, shapes) : Result<void>();
      });
    });
  });
  sort_for_reading(shapes, row_tolerance);
  promote_first_line(shapes, layout().is_title_slide ? 1 : 2);
  auto mark = [&](OfficeBlock block) {
    block.block.page = page_;
    block.block.is_hidden = !is_shown_;
    return take(std::move(block));
  };
  for (auto& shape : shapes)
    for (auto& block : shape.blocks) TRY_VOID(mark(std::move(block)));
  TRY_VOID(read_notes(mark));
  return read;
}

Result<void> PptxSlide::read_shapes(XmlReader& xml, const Scale& scale,
                                    std::vector<SlideShape>& shapes) {
  return xml.for_each_child(
      [&](std::string_view name) { return read_shape(xml, name, scale, shapes); });
}

Result<void> PptxSlide::read_shape(XmlReader& xml, std::string_view name, const Scale& scale,
                                   std::vector<SlideShape>& shapes) {
  if (name == "grpSp") return read_group(xml, scale, shapes);
  if (name == "AlternateContent") {
    bool is_read = false;
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return std::exchange(is_read, true) ? Result<void>() : read_shapes(xml, scale, shapes);
    });
  }
  if (name != "sp" && name != "pic" && name != "graphicFrame" && name != "cxnSp") return {};
  Shape shape;
  shape.placed.is_placed = false;
  auto read = xml.for_each_child(
      [&](std::string_view part) { return read_shape_part(xml, part, scale, shape); });
  put_down(std::move(shape), shapes);
  return read;
}

// A group is read as a whole, at the place of its top left corner.
Result<void> PptxSlide::read_group(XmlReader& xml, const Scale& scale,
                                   std::vector<SlideShape>& shapes) {
  SlideShape group{.is_placed = false};
  Scale inner = scale;
  std::vector<SlideShape> members;
  bool is_hidden = false;
  auto read = xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "nvGrpSpPr")
      return xml.for_each_child([&](std::string_view part) -> Result<void> {
        is_hidden |= part == "cNvPr" && is_on(xml.attribute("hidden"));
        return {};
      });
    if (name != "grpSpPr") return read_shape(xml, name, inner, members);
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      double child_left = 0, child_top = 0, width = 0, height = 0, child_width = 0,
             child_height = 0;
      TRY_VOID(xml.for_each_child([&](std::string_view part) -> Result<void> {
        if (part == "off") {
          group.left = scale.left + scale.x * number_of(xml.attribute("x"));
          group.top = scale.top + scale.y * number_of(xml.attribute("y"));
          group.is_placed = true;
        }
        if (part == "ext") {
          width = number_of(xml.attribute("cx"));
          height = number_of(xml.attribute("cy"));
        }
        if (part == "chOff") {
          child_left = number_of(xml.attribute("x"));
          child_top = number_of(xml.attribute("y"));
        }
        if (part == "chExt") {
          child_width = number_of(xml.attribute("cx"));
          child_height = number_of(xml.attribute("cy"));
        }
        return {};
      }));
      if (!group.is_placed) return {};
      inner.x = scale.x * (child_width > 0 ? width / child_width : 1);
      inner.y = scale.y * (child_height > 0 ? height / child_height : 1);
      inner.left = group.left - inner.x * child_left;
      inner.top = group.top - inner.y * child_top;
      return {};
    });
  });
  sort_for_reading(members, row_tolerance);
  for (auto& member : members) {
    group.is_title |= member.is_title;
    for (auto& block : member.blocks) group.blocks.push_back(std::move(block));
  }
  if (!is_hidden && !group.blocks.empty()) shapes.push_back(std::move(group));
  return read;
}

Result<void> PptxSlide::read_shape_part(XmlReader& xml, std::string_view name, const Scale& scale,
                                        Shape& shape) {
  if (name.starts_with("nv")) return read_placeholder(xml, shape);
  if (name == "xfrm") return read_position(xml, scale, shape.placed);
  if (name == "spPr")
    return xml.for_each_child([&](std::string_view part) -> Result<void> {
      return part == "xfrm" ? read_position(xml, scale, shape.placed) : Result<void>();
    });
  if (name == "txBody") return read_text_body(xml, shape);
  if (name == "blipFill" || name == "graphic") return read_graphic(xml, shape);
  return {};
}

Result<void> PptxSlide::read_placeholder(XmlReader& xml, Shape& shape) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "cNvPr") {
      shape.is_hidden = is_on(xml.attribute("hidden"));
      auto said = xml.attribute("descr");
      shape.description = clean_description(said.empty() ? xml.attribute("title") : said);
    }
    if (name != "nvPr") return {};
    return xml.for_each_child([&](std::string_view part) -> Result<void> {
      if (part != "ph") return {};
      shape.is_placeholder = true;
      shape.type = xml.attribute("type").substr(0, 20);
      shape.index = xml.attribute("idx").substr(0, 20);
      return {};
    });
  });
}

Result<void> PptxSlide::read_position(XmlReader& xml, const Scale& scale, SlideShape& shape) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "off") return {};
    shape.left = scale.left + scale.x * number_of(xml.attribute("x"));
    shape.top = scale.top + scale.y * number_of(xml.attribute("y"));
    shape.is_placed = true;
    return {};
  });
}

Result<void> PptxSlide::read_text_body(XmlReader& xml, Shape& shape) {
  std::vector<Paragraph> paragraphs;
  auto read = xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name != "p") return {};
    TRY(auto paragraph, read_paragraph(xml));
    if (!is_blank(paragraph.text)) paragraphs.push_back(std::move(paragraph));
    return {};
  });
  if (is_title_type(shape.type)) {
    Block block{.kind = BlockKind::heading,
                .level = shape.type == "ctrTitle" || layout().is_title_slide ? 1 : 2,
                .text = {}};
    for (auto& paragraph : paragraphs) {
      block.text.append(block.text.empty() ? "" : " ").append(unwrap_lines(paragraph.text));
      for (const auto& link : paragraph.links) add_link(block.links, link);
    }
    shape.placed.is_title = true;
    if (!block.text.empty()) shape.placed.blocks.push_back({.block = std::move(block)});
    return read;
  }
  // The text of a body placeholder has bullets unless it says otherwise; one line alone is no list.
  bool is_body = shape.is_placeholder && shape.type != "subTitle" && paragraphs.size() >= 2;
  int number = 0;
  for (auto& paragraph : paragraphs) {
    bool is_item =
        paragraph.has_bullet || paragraph.is_numbered || (is_body && !paragraph.has_no_bullet);
    number = paragraph.is_numbered && paragraph.level == 0 ? number + 1 : number;
    if (!is_item) number = 0;
    Block block{.kind = is_item ? BlockKind::list_item : BlockKind::paragraph,
                .level = is_item ? paragraph.level + 1 : 0,
                .text = std::move(paragraph.text),
                .links = std::move(paragraph.links)};
    if (paragraph.is_numbered && paragraph.level == 0)
      block.text.insert(0, std::to_string(number) + ". ");
    shape.placed.blocks.push_back({.block = std::move(block), .is_bold = paragraph.is_bold});
  }
  return read;
}

Result<PptxSlide::Paragraph> PptxSlide::read_paragraph(XmlReader& xml) {
  Paragraph paragraph;
  TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "r") return read_run(xml, paragraph);
    if (name == "br") paragraph.text += '\n';
    if (name == "fld") {
      auto type = xml.attribute("type");
      return type == "slidenum" || type.starts_with("datetime") ? Result<void>()
                                                                : read_run(xml, paragraph);
    }
    if (name != "pPr") return {};
    paragraph.level = static_cast<int>(std::clamp(number_of(xml.attribute("lvl")), 0.0, 8.0));
    return xml.for_each_child([&](std::string_view bullet) -> Result<void> {
      paragraph.has_no_bullet |= bullet == "buNone";
      paragraph.has_bullet |= bullet == "buChar" || bullet == "buBlip";
      paragraph.is_numbered |= bullet == "buAutoNum";
      return {};
    });
  }));
  return paragraph;
}

Result<void> PptxSlide::read_run(XmlReader& xml, Paragraph& paragraph) {
  bool is_bold = false;
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "t") {
      TRY(auto text, xml.read_text());
      if (!is_blank(text)) paragraph.is_bold &= is_bold;
      paragraph.text += text;
      return {};
    }
    if (name != "rPr") return {};
    is_bold = is_on(xml.attribute("b"));
    return xml.for_each_child([&](std::string_view part) -> Result<void> {
      if (part != "hlinkClick") return {};
      const auto* target = relations_.find(xml.prefixed_attribute("id"));
      if (target != nullptr && target->is_external) add_link(paragraph.links, target->target);
      return {};
    });
  });
}

// Pictures, tables, charts and diagrams, wherever they lie below the current element.
Result<void> PptxSlide::read_graphic(XmlReader& xml, Shape& shape) {
  return xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "tbl") return read_table(xml, shape);
    if (name == "blip") attach_image(xml, shape);
    if (name == "chart") attach_part(xml.prefixed_attribute("id"), true, shape);
    if (name == "relIds") attach_part(xml.prefixed_attribute("dm"), false, shape);
    if (name == "Fallback") return {};
    return read_graphic(xml, shape);
  });
}

Result<void> PptxSlide::read_table(XmlReader& xml, Shape& shape) {
  TableGrid grid;
  bool has_header = false;
  std::vector<std::string> links;
  auto read_cell = [&]() -> Result<void> {
    bool is_beside = is_on(xml.attribute("hMerge"));
    bool is_below = is_on(xml.attribute("vMerge"));
    Shape cell;
    TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
      return name == "txBody" ? read_text_body(xml, cell) : Result<void>();
    }));
    std::string text;
    bool is_bold = true;
    for (const auto& block : cell.placed.blocks) {
      text.append(text.empty() ? "" : " ").append(block.block.text);
      is_bold &= block.is_bold;
      for (const auto& link : block.block.links) add_link(links, link);
    }
    if (is_below && !is_beside)
      grid.add_covered_by_above();
    else
      grid.add_cell(is_beside ? std::string() : std::move(text), 1, is_bold);
    return {};
  };
  TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
    if (name == "tblPr") has_header = is_on(xml.attribute("firstRow"));
    if (name != "tr") return {};
    grid.begin_row(false);
    return xml.for_each_child([&](std::string_view part) -> Result<void> {
      return part == "tc" && !grid.is_full() ? read_cell() : Result<void>();
    });
  }));
  if (grid.rows() > 0)
    shape.placed.blocks.push_back(
        grid.finish(Block{.page = page_, .text = {}, .links = std::move(links)}, has_header));
  return {};
}

void PptxSlide::attach_image(XmlReader& xml, Shape& shape) {
  const auto* image = relations_.find(xml.prefixed_attribute("embed"));
  if (image == nullptr || image->is_external) return;
  shape.placed.blocks.push_back(
      {.block = {.kind = BlockKind::image, .page = page_, .text = shape.description},
       .image = image->target});
}

void PptxSlide::attach_part(std::string_view relation, bool is_chart, Shape& shape) {
  const auto* part = relations_.find(relation);
  if (part == nullptr || part->is_external) return;
  if (!presentation_.seen_parts.insert(part->target).second) return;
  auto xml = presentation_.package.read_xml(part->target);
  if (!xml) return;
  auto blocks = is_chart ? read_chart(*xml, page_) : read_diagram(*xml, page_);
  for (auto& block : blocks) shape.placed.blocks.push_back(std::move(block));
}

void PptxSlide::put_down(Shape shape, std::vector<SlideShape>& shapes) const {
  bool is_left_out = shape.is_hidden || is_running_type(shape.type);
  if (is_left_out || shape.placed.blocks.empty()) return;
  if (!shape.placed.is_placed && layout_ != nullptr) {
    const auto& places = layout_->places;
    auto place = places.find("#" + shape.index);
    if (place == places.end()) place = places.find(shape.type.empty() ? "body" : shape.type);
    if (place != places.end()) {
      shape.placed.left = place->second.left;
      shape.placed.top = place->second.top;
      shape.placed.is_placed = true;
    }
  }
  shapes.push_back(std::move(shape.placed));
}

// The layout of this slide, with what its master says where the layout is silent.
const PptxLayout& PptxSlide::layout() {
  if (layout_ != nullptr) return *layout_;
  const auto* relation = relations_.find_type("slideLayout");
  auto part = relation != nullptr ? relation->target : std::string();
  auto& layouts = presentation_.layouts;
  auto found = layouts.find(part);
  if (found == layouts.end() && layouts.size() < layouts_max) {
    PptxLayout made;
    if (!part.empty()) {
      read_layout_places(part, made);
      const auto relations = presentation_.package.read_relations(part);
      if (const auto* master = relations.find_type("slideMaster"))
        read_layout_places(master->target, made);
    }
    found = layouts.emplace(part, std::move(made)).first;
  }
  layout_ = found == layouts.end() ? &no_layout_ : &found->second;
  return *layout_;
}

void PptxSlide::read_layout_places(const std::string& part, PptxLayout& layout) {
  auto text = presentation_.package.read_xml(part);
  if (!text) return;
  XmlReader xml(*text);
  auto read_one = [&]() -> Result<void> {
    Shape shape;
    shape.placed.is_placed = false;
    TRY_VOID(xml.for_each_child([&](std::string_view name) -> Result<void> {
      return name == "txBody" ? Result<void>() : read_shape_part(xml, name, {}, shape);
    }));
    if (!shape.is_placeholder || !shape.placed.is_placed) return {};
    PptxPlace place{.left = shape.placed.left, .top = shape.placed.top};
    if (!shape.index.empty()) layout.places.try_emplace("#" + shape.index, place);
    layout.places.try_emplace(shape.type.empty() ? "body" : shape.type, place);
    return {};
  };
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    auto type = xml.attribute("type");
    layout.is_title_slide |= type == "title" || type == "secHead";
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view tree) -> Result<void> {
        if (tree != "spTree") return {};
        return xml.for_each_child([&](std::string_view name) -> Result<void> {
          return name == "sp" ? read_one() : Result<void>();
        });
      });
    });
  });
}

// The speaker's words belong to what the slide shows, so they come below its heading.
Result<void> PptxSlide::read_notes(const TakeOfficeBlock& take) {
  const auto* relation = relations_.find_type("notesSlide");
  auto text = relation != nullptr ? presentation_.package.read_xml(relation->target)
                                  : Result<std::string>(std::string());
  if (!text || text->empty()) return {};
  relations_ = presentation_.package.read_relations(relation->target);
  layout_ = nullptr;
  XmlReader xml(*text);
  std::vector<SlideShape> shapes;
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view tree) -> Result<void> {
        return tree == "spTree" ? read_shapes(xml, {}, shapes) : Result<void>();
      });
    });
  });
  for (auto& shape : shapes)
    for (auto& block : shape.blocks) {
      if (!block.rows.empty() || !block.image.empty()) continue;
      block.block.kind = BlockKind::quote;
      block.block.level = 0;
      TRY_VOID(take(std::move(block)));
    }
  return {};
}

}  // namespace aiva::documents
