#include <gtest/gtest.h>

#include <string>

#include "documents/testing/office_files.h"
#include "documents/testing/read_into_text.h"

namespace aiva::documents {
namespace {

std::string presentation_part(std::string_view root, std::string_view content,
                              std::string_view attributes = {}) {
  return "<?xml version='1.0' encoding='UTF-8'?><p:" + std::string(root) +
         " xmlns:p='p' xmlns:a='a' xmlns:r='r' " + std::string(attributes) + ">" +
         std::string(content) + "</p:" + std::string(root) + ">";
}

// The content of a slide, a layout or notes: its shapes.
std::string shapes(std::string_view content) {
  return "<p:cSld><p:spTree><p:nvGrpSpPr/><p:grpSpPr/>" + std::string(content) +
         "</p:spTree></p:cSld>";
}

struct Place {
  int left = -1;
  int top = -1;
};

std::string transform(Place place, std::string_view prefix = "a") {
  if (place.left < 0) return {};
  auto name = std::string(prefix) + ":xfrm";
  return "<" + name + "><a:off x='" + std::to_string(place.left) + "' y='" +
         std::to_string(place.top) + "'/><a:ext cx='100' cy='100'/></" + name + ">";
}

std::string text_of(std::string_view text, std::string_view properties = {}) {
  return "<a:p>" + std::string(properties) + "<a:r><a:t>" + std::string(text) +
         "</a:t></a:r></a:p>";
}

std::string shape(std::string_view paragraphs, Place place = {}, std::string_view holder = {}) {
  return "<p:sp><p:nvSpPr><p:cNvPr id='2' name='n'/><p:cNvSpPr/><p:nvPr>" + std::string(holder) +
         "</p:nvPr></p:nvSpPr><p:spPr>" + transform(place) + "</p:spPr><p:txBody><a:bodyPr/>" +
         std::string(paragraphs) + "</p:txBody></p:sp>";
}

// A presentation of these slides' shapes, with further parts.
std::string make_pptx(const std::vector<std::string>& slides, const TestParts& more = {},
                      std::string_view attributes = {}) {
  auto parts = package_frame("ppt/presentation.xml", pptx_main_type);
  std::string list;
  std::string relations;
  for (std::size_t i = 0; i < slides.size(); ++i) {
    auto number = std::to_string(i + 1);
    // The files are named in another order than the slides are shown.
    auto file = "slides/slide" + std::to_string(slides.size() - i) + ".xml";
    list += "<p:sldId id='" + std::to_string(256 + i) + "' r:id='rId" + number + "'/>";
    relations += relationship("rId" + number, "slide", file);
    parts.emplace_back("ppt/" + file, presentation_part("sld", shapes(slides[i]), attributes));
  }
  parts.emplace_back("ppt/presentation.xml",
                     presentation_part("presentation", "<p:sldIdLst>" + list + "</p:sldIdLst>"));
  parts.emplace_back("ppt/_rels/presentation.xml.rels", relationships(relations));
  parts.insert(parts.end(), more.begin(), more.end());
  return zip_parts(parts);
}

std::string read(const std::vector<std::string>& slides, const TestParts& more = {},
                 std::string_view attributes = {}) {
  auto reading = read_into_text(make_pptx(slides, more, attributes), "a.pptx");
  return reading.error ? "failed: " + reading.error->message : reading.text();
}

constexpr std::string_view title_holder = "<p:ph type='title'/>";
constexpr std::string_view body_holder = "<p:ph idx='1'/>";

TEST(PptxFormat, reads_slides_in_the_order_they_are_shown) {
  auto reading = read_into_text(make_pptx({shape(text_of("First"), {}, title_holder),
                                           shape(text_of("Second"), {}, title_holder)}),
                                "");
  ASSERT_FALSE(reading.error) << reading.error->message;
  EXPECT_EQ(reading.text(), "p1 heading 2: First\np2 heading 2: Second\n");
  EXPECT_EQ(reading.summary.format, FileFormat::pptx);
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.pages_read, 2);
}

TEST(PptxFormat, reads_shapes_from_top_to_bottom_and_left_to_right) {
  auto slide =
      shape(text_of("bottom"), {0, 5000000}) + shape(text_of("right"), {4000000, 2050000}) +
      shape(text_of("left"), {100, 2000000}) + shape(text_of("Title"), {0, 9000000}, title_holder);
  EXPECT_EQ(read({slide}),
            "p1 heading 2: Title\np1 paragraph: left\np1 paragraph: right\np1 paragraph: bottom\n");
}

TEST(PptxFormat, reads_groups_as_a_whole) {
  auto group =
      "<p:grpSp><p:nvGrpSpPr/><p:grpSpPr><a:xfrm><a:off x='0' y='1000000'/><a:ext cx='100' "
      "cy='4000000'/><a:chOff x='0' y='0'/><a:chExt cx='100' cy='100'/></a:xfrm></p:grpSpPr>" +
      shape(text_of("lower"), {0, 90}) + shape(text_of("upper"), {0, 10}) + "</p:grpSp>";
  auto slide =
      shape(text_of("between"), {0, 2000000}) + group + shape(text_of("Title"), {}, title_holder);
  EXPECT_EQ(
      read({slide}),
      "p1 heading 2: Title\np1 paragraph: upper\np1 paragraph: lower\np1 paragraph: between\n");
}

TEST(PptxFormat, takes_places_from_the_layout) {
  auto slide = shape(text_of("one. Two."), {}, "<p:ph type='body' idx='11'/>") +
               shape(text_of("above."), {}, "<p:ph type='body' idx='12'/>");
  auto layout = presentation_part("sldLayout",
                                  shapes(shape("", {0, 5000000}, "<p:ph type='body' idx='11'/>") +
                                         shape("", {0, 1000000}, "<p:ph type='body' idx='12'/>")),
                                  "type='secHead'");
  auto title_slide = shape(text_of("Part"), {}, title_holder) + slide;

  auto text = read({title_slide},
                   {{"ppt/slides/_rels/slide1.xml.rels",
                     relationships(relationship("rId1", "slideLayout", "../slideLayouts/l.xml"))},
                    {"ppt/slideLayouts/l.xml", layout}});

  EXPECT_EQ(text, "p1 heading 1: Part\np1 paragraph: above.\np1 paragraph: one. Two.\n");
}

TEST(PptxFormat, tells_lists_from_text) {
  auto body = shape(text_of("one") + text_of("deep", "<a:pPr lvl='1'/>") +
                        text_of("plain", "<a:pPr><a:buNone/></a:pPr>"),
                    {0, 2000000}, body_holder);
  auto box = shape(text_of("free") + text_of("dot", "<a:pPr><a:buChar char='-'/></a:pPr>") +
                       text_of("first", "<a:pPr><a:buAutoNum type='arabicPeriod'/></a:pPr>") +
                       text_of("second", "<a:pPr><a:buAutoNum type='arabicPeriod'/></a:pPr>"),
                   {0, 4000000});
  EXPECT_EQ(
      read({body + box}),
      "p1 item 1: one\np1 item 2: deep\np1 paragraph: plain\np1 paragraph: free\np1 item 1: dot\n"
      "p1 item 1: 1. first\np1 item 1: 2. second\n");
}

TEST(PptxFormat, leaves_out_slide_numbers_and_hidden_shapes) {
  auto hidden = shape(text_of("unseen"), {0, 1});
  hidden.replace(hidden.find("name='n'"), 8, "hidden='1'");
  auto slide = shape(text_of("3"), {0, 1}, "<p:ph type='sldNum'/>") +
               shape(text_of("ACME 2024"), {0, 2}, "<p:ph type='ftr'/>") + hidden +
               shape(
                   "<a:p><a:fld type='slidenum'><a:t>3</a:t></a:fld><a:r><a:t>A line of text.</a:t>"
                   "</a:r><a:br/><a:r><a:t>More.</a:t></a:r></a:p>",
                   {0, 3});
  EXPECT_EQ(read({slide}), "p1 paragraph: A line of text.\nMore.\n");
}

TEST(PptxFormat, marks_hidden_slides_and_adds_notes) {
  auto notes = presentation_part("notes", shapes(shape(text_of("2"), {}, "<p:ph type='sldNum'/>") +
                                                 shape(text_of("Say hello.") + text_of("Then go."),
                                                       {}, "<p:ph type='body'/>")));
  auto text = read({shape(text_of("Hi"), {}, title_holder)},
                   {{"ppt/slides/_rels/slide1.xml.rels",
                     relationships(relationship("rId1", "notesSlide", "../notesSlides/n.xml"))},
                    {"ppt/notesSlides/n.xml", notes}},
                   "show='0'");
  EXPECT_EQ(
      text,
      "p1 heading 2 (hidden): Hi\np1 quote (hidden): Say hello.\np1 quote (hidden): Then go.\n");
}

TEST(PptxFormat, reads_tables_links_charts_and_pictures) {
  auto cell = [](std::string_view text, std::string_view attributes = {}) {
    return "<a:tc " + std::string(attributes) + "><a:txBody>" + text_of(text) +
           "</a:txBody></a:tc>";
  };
  auto table = "<p:graphicFrame><p:nvGraphicFramePr/>" + transform({0, 2000000}, "p") +
               "<a:graphic><a:graphicData><a:tbl><a:tblPr firstRow='1'/><a:tr>" + cell("Year") +
               cell("Sum", "gridSpan='2'") + cell("", "hMerge='1'") + "</a:tr><a:tr>" +
               cell("2024", "rowSpan='2'") + cell("1") + cell("2") + "</a:tr><a:tr>" +
               cell("", "vMerge='1'") + cell("3") + cell("4") +
               "</a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>";
  auto chart = "<p:graphicFrame><p:nvGraphicFramePr/>" + transform({0, 4000000}, "p") +
               "<a:graphic><a:graphicData><c:chart r:id='rId7'/></a:graphicData></a:graphic>"
               "</p:graphicFrame>";
  auto picture =
      "<p:pic><p:nvPicPr><p:cNvPr id='4' name='p' descr='A house'/></p:nvPicPr><p:blipFill><a:blip "
      "r:embed='rId8'/></p:blipFill><p:spPr>" +
      transform({0, 5000000}) + "</p:spPr></p:pic>";
  auto link = shape(
      "<a:p><a:r><a:rPr><a:hlinkClick r:id='rId9'/></a:rPr><a:t>See this.</a:t></a:r>"
      "</a:p>",
      {0, 1000000});
  auto text = read(
      {table + chart + picture + link},
      {{"ppt/slides/_rels/slide1.xml.rels",
        relationships(relationship("rId7", "chart", "../charts/c.xml") +
                      relationship("rId8", "image", "../media/i.png") +
                      relationship("rId9", "hyperlink", "https://x.example/", true))},
       {"ppt/charts/c.xml",
        "<c:chartSpace xmlns:c='c'><c:ser><c:cat><c:pt idx='0'><c:v>Q1</c:v></c:pt></c:cat><c:val>"
        "<c:pt idx='0'><c:v>9</c:v></c:pt></c:val></c:ser></c:chartSpace>"}});
  EXPECT_EQ(text,
            "p1 paragraph: See this.\n  -> https://x.example/\np1 table (header 1): Year | Sum\n"
            "2024 | 1 | 2\n2024 | 3 | 4\np1 table: Q1 | 9\np1 image: A house\n");
}

TEST(PptxFormat, makes_a_short_first_line_the_heading_where_there_is_none) {
  EXPECT_EQ(read({shape(text_of("Results"), {0, 1}) + shape(text_of("All good."), {0, 900000})}),
            "p1 heading 2: Results\np1 paragraph: All good.\n");
}

TEST(PptxFormat, goes_on_behind_a_damaged_slide) {
  auto bytes = make_pptx({shape(text_of("good"), {}, title_holder), "<broken"});
  auto reading = read_into_text(bytes, "");
  ASSERT_FALSE(reading.error);
  EXPECT_EQ(reading.text(), "p1 heading 2: good\n");
  EXPECT_EQ(reading.summary.pages, 2);
  EXPECT_EQ(reading.summary.pages_read, 1);
  EXPECT_TRUE(reading.summary.partial_reason.starts_with("Slide 2: "));
}

TEST(PptxFormat, reads_a_slide_once_that_is_listed_often) {
  auto parts = package_frame("ppt/presentation.xml", pptx_main_type);
  std::string list;
  for (int i = 0; i < 500; ++i) list += "<p:sldId id='1' r:id='rId1'/>";
  parts.emplace_back("ppt/presentation.xml",
                     presentation_part("presentation", "<p:sldIdLst>" + list + "</p:sldIdLst>"));
  parts.emplace_back("ppt/_rels/presentation.xml.rels",
                     relationships(relationship("rId1", "slide", "slides/s.xml")));
  parts.emplace_back("ppt/slides/s.xml",
                     presentation_part("sld", shapes(shape(text_of("Once"), {}, title_holder))));
  auto reading = read_into_text(zip_parts(parts), "");
  EXPECT_EQ(reading.text(), "p1 heading 2: Once\n");
  EXPECT_EQ(reading.summary.pages, 1);
}

TEST(PptxFormat, refuses_a_presentation_without_slides) {
  auto reading = read_into_text(make_pptx({}), "");
  ASSERT_TRUE(reading.error);
  EXPECT_EQ(reading.error->code, ErrorCode::invalid);
}

}  // namespace
}  // namespace aiva::documents
