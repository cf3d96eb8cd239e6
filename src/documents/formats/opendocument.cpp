#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>
#include <utility>

#include "documents/clean_text.h"
#include "documents/formats/format.h"
#include "documents/formats/odf_body.h"
#include "documents/formats/office_output.h"
#include "documents/formats/slide_shapes.h"

namespace aiva::documents {
namespace {

constexpr double row_tolerance = 4;  // millimetres

Result<std::string> read_part(ZipReader& zip, std::string_view name) {
  TRY(auto bytes, zip.read(name, xml_bytes_max));
  return decode_xml(std::move(bytes));
}

// "2.5cm" in millimetres.
double length_of(std::string_view written) {
  double value = 0;
  auto end = std::from_chars(written.data(), written.data() + written.size(), value).ptr;
  auto unit = written.substr(static_cast<std::size_t>(end - written.data()));
  if (unit == "cm") return value * 10;
  if (unit == "in") return value * 25.4;
  if (unit == "pt") return value * 25.4 / 72;
  return value;
}

// The manifest names the key of each encrypted part; the parts themselves are then no XML.
bool is_encrypted(ZipReader& zip) {
  auto manifest = zip.read("META-INF/manifest.xml", xml_bytes_max);
  return manifest && manifest->contains("encryption-data");
}

std::string read_title(ZipReader& zip) {
  std::string title;
  auto text = read_part(zip, "meta.xml");
  if (!text) return title;
  XmlReader xml(*text);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view name) -> Result<void> {
        if (name != "title") return {};
        TRY(auto found, xml.read_text());
        title = clean_flowing_text(unwrap_lines(found));
        return {};
      });
    });
  });
  return title;
}

// What text documents and presentations have in common: styles, then a body to be read.
class OdfReading {
 public:
  OdfReading(ZipReader& zip, BlockOutput& out) : zip_(zip), out_(out, zip) {}

  Result<DocumentSummary> run(FileFormat format) {
    auto content = read_part(zip_, "content.xml");
    if ((!content || !trim(*content).starts_with('<')) && is_encrypted(zip_))
      return fail(ErrorCode::invalid, "The document is protected with a password");
    if (!content) return fail(content.error());
    auto styles_text = read_part(zip_, "styles.xml").value_or("");
    if (!styles_text.empty()) styles_.read_file(styles_text);
    summary_.title = read_title(zip_);

    if (format == FileFormat::odt) TRY_VOID(read_running_parts(styles_text, "header"));
    XmlReader xml(*content);
    OdfBody body(zip_, styles_, xml);
    auto read = xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view part) -> Result<void> {
        if (part == "automatic-styles") return styles_.read(xml);
        if (part != "body") return {};
        return xml.for_each_child([&](std::string_view kind) -> Result<void> {
          if (kind == "presentation") return read_slides(xml, body);
          return body.read_blocks([&](OfficeBlock block) { return take(std::move(block)); });
        });
      });
    });
    if (!read && (out_.blocks().is_closed() || out_.blocks().blocks_added() == 0))
      return fail(read.error());
    if (format == FileFormat::odt) {
      summary_.pages = summary_.pages_read = std::max(body.page(), page_);
      TRY_VOID(read_running_parts(styles_text, "footer"));
    }
    return finish(read);
  }

 private:
  Result<DocumentSummary> finish(const Result<void>& read) {
    TRY_VOID(out_.flush());
    summary_.pages = std::max(summary_.pages, 1);
    summary_.pages_read = std::max(summary_.pages_read, 1);
    if (!read) {
      summary_.pages_read = std::min(summary_.pages_read, summary_.pages - 1);
      summary_.partial_reason = read.error().message;
    }
    TRY_VOID(out_.blocks().end_page(summary_.pages_read, summary_.pages));
    return std::move(summary_);
  }

  Result<void> take(OfficeBlock block) {
    block.block.page = std::max(block.block.page, page_);
    page_ = block.block.page;
    return out_.add(std::move(block));
  }

  // Headers or footers of the kinds of pages there are: each text once.
  Result<void> read_running_parts(std::string_view styles_text, std::string_view kind) {
    XmlReader xml(styles_text);
    OdfBody body(zip_, styles_, xml, true);
    TakeOfficeBlock take_running = [&](OfficeBlock block) -> Result<void> {
      if (!block.image.empty()) return {};
      block.block.page = page_;
      if (block.block.kind == BlockKind::heading) block.block.kind = BlockKind::paragraph;
      bool is_new = running_texts_.insert(clean_flowing_text(flatten(block))).second;
      return is_new ? take(std::move(block)) : Result<void>();
    };
    auto read = xml.for_each_child([&](std::string_view) -> Result<void> {
      return xml.for_each_child([&](std::string_view part) -> Result<void> {
        if (part != "master-styles") return {};
        return xml.for_each_child([&](std::string_view) -> Result<void> {
          return xml.for_each_child([&](std::string_view name) -> Result<void> {
            bool is_wanted = name.starts_with(kind) && xml.attribute("display") != "false";
            return is_wanted ? body.read_blocks(take_running) : Result<void>();
          });
        });
      });
    });
    return !read && out_.blocks().is_closed() ? read : Result<void>();
  }

  Result<void> read_slides(XmlReader& xml, OdfBody& body) {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name != "page" || summary_.pages >= out_.blocks().limits().pages_max) return {};
      ++summary_.pages;
      auto read = read_slide(xml, body);
      TRY_VOID(out_.flush());
      if (read) ++summary_.pages_read;
      TRY_VOID(out_.blocks().end_page(summary_.pages_read, summary_.pages));
      return read;
    });
  }

  Result<void> read_slide(XmlReader& xml, OdfBody& body) {
    bool is_hidden = styles_.find("drawing-page", xml.attribute("style-name")).is_hidden;
    body.set_page(summary_.pages);
    std::vector<SlideShape> shapes;
    std::vector<OfficeBlock> notes;
    bool is_title_slide = false;
    auto read = xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (name == "notes") return read_notes(xml, body, notes);
      is_title_slide |= xml.attribute("class") == "subtitle";
      return read_shape(xml, body, name, shapes);
    });
    sort_for_reading(shapes, row_tolerance);
    for (auto& shape : shapes)
      if (shape.is_title && !shape.blocks.empty()) make_title(shape, is_title_slide ? 1 : 2);
    promote_first_line(shapes, 2);
    auto mark = [&](OfficeBlock block) {
      block.block.page = summary_.pages;
      block.block.is_hidden = is_hidden;
      return out_.add(std::move(block));
    };
    for (auto& shape : shapes)
      for (auto& block : shape.blocks) TRY_VOID(mark(std::move(block)));
    for (auto& block : notes) TRY_VOID(mark(std::move(block)));
    return read;
  }

  static void make_title(SlideShape& shape, int level) {
    OfficeBlock title{.block = {.kind = BlockKind::heading, .level = level, .text = {}}};
    for (const auto& block : shape.blocks)
      title.block.text.append(title.block.text.empty() ? "" : " ")
          .append(unwrap_lines(flatten(block)));
    shape.blocks.clear();
    shape.blocks.push_back(std::move(title));
  }

  Result<void> read_shape(XmlReader& xml, OdfBody& body, std::string_view name,
                          std::vector<SlideShape>& shapes) {
    auto kind = xml.attribute("class");
    bool is_running = kind == "page-number" || kind == "footer" || kind == "header" ||
                      kind == "date-time" || kind == "page";
    if (is_running || (!is_drawing(name) && name != "a")) return {};
    SlideShape shape{.left = length_of(xml.attribute(xml.has_attribute("x1") ? "x1" : "x")),
                     .top = length_of(xml.attribute(xml.has_attribute("y1") ? "y1" : "y")),
                     .is_title = kind == "title",
                     .is_placed = xml.has_attribute("x") || xml.has_attribute("x1")};
    Result<void> read;
    if (name == "g") {
      std::vector<SlideShape> members;
      read = xml.for_each_child(
          [&](std::string_view member) { return read_shape(xml, body, member, members); });
      sort_for_reading(members, row_tolerance);
      for (auto& member : members) {
        if (member.is_placed && (!shape.is_placed || member.top < shape.top)) {
          shape.left = member.left;
          shape.top = member.top;
          shape.is_placed = true;
        }
        for (auto& block : member.blocks) shape.blocks.push_back(std::move(block));
      }
    } else {
      read = body.read_block(name, [&](OfficeBlock block) -> Result<void> {
        shape.blocks.push_back(std::move(block));
        return {};
      });
    }
    if (!shape.blocks.empty()) shapes.push_back(std::move(shape));
    return read;
  }

  // The speaker's words, as quotations.
  static Result<void> read_notes(XmlReader& xml, OdfBody& body, std::vector<OfficeBlock>& notes) {
    return xml.for_each_child([&](std::string_view name) -> Result<void> {
      if (!is_drawing(name) || xml.attribute("class") != "notes") return {};
      return body.read_block(name, [&](OfficeBlock block) -> Result<void> {
        if (!block.rows.empty() || !block.image.empty()) return {};
        block.block.kind = BlockKind::quote;
        block.block.level = 0;
        notes.push_back(std::move(block));
        return {};
      });
    });
  }

  ZipReader& zip_;
  OfficeOutput out_;
  OdfStyles styles_;
  DocumentSummary summary_;
  std::set<std::string> running_texts_;
  int page_ = 1;
};

class OpenDocumentFormat final : public Format {
 public:
  explicit OpenDocumentFormat(FileFormat format) : format_(format) {}
  [[nodiscard]] FileFormat format() const override { return format_; }

  Result<DocumentSummary> read(std::string_view bytes, BlockOutput& out) const override {
    TRY(auto zip, ZipReader::open(bytes));
    return OdfReading(zip, out).run(format_);
  }

 private:
  FileFormat format_;
};

}  // namespace

std::unique_ptr<Format> make_odt_format() {
  return std::make_unique<OpenDocumentFormat>(FileFormat::odt);
}
std::unique_ptr<Format> make_odp_format() {
  return std::make_unique<OpenDocumentFormat>(FileFormat::odp);
}

}  // namespace aiva::documents
