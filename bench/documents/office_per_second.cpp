// Makes Office documents, reads them in this process as a child of the worker does, and prints how
// many documents and how many megabytes of their XML are read a second of CPU time. With files as
// arguments it reads those instead.
//
//   documents_office_bench [--seconds N] [FILE…]

#include <sys/resource.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/archive/zip_reader.h"
#include "documents/read_document.h"
#include "documents/testing/office_files.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// Sentences that do not repeat too soon, always the same.
class Words {
 public:
  std::string sentence(int words) {
    static constexpr std::array<std::string_view, 16> stems = {
        "invoice", "delivery", "is",   "customer", "the",    "of",   "warranty", "must",
        "before",  "packing",  "with", "service",  "within", "days", "returned", "and"};
    std::string out;
    for (int i = 0; i < words; ++i) {
      state_ = state_ * 1664525 + 1013904223;
      out.append(out.empty() ? "" : " ").append(stems[state_ >> 28]);
      if ((state_ >> 20 & 7U) == 0) out += std::to_string(state_ >> 18);
    }
    return out + ".";
  }

 private:
  std::uint32_t state_ = 7;
};

// As large as those Word writes.
std::string make_styles() {
  std::string styles;
  for (int i = 1; i <= 6; ++i)
    styles += "<w:style w:type='paragraph' w:styleId='Heading" + std::to_string(i) +
              "'><w:name w:val='heading " + std::to_string(i) +
              "'/><w:basedOn w:val='Normal'/><w:pPr><w:outlineLvl w:val='" + std::to_string(i - 1) +
              "'/></w:pPr><w:rPr><w:b/></w:rPr></w:style>";
  for (int i = 0; i < 370; ++i)
    styles += "<w:lsdException w:name='List Table " + std::to_string(i) +
              "' w:semiHidden='1' w:uiPriority='9' w:unhideWhenUsed='1' w:qFormat='1'/>";
  return word_part("styles", styles);
}

std::string make_word_body(int sections) {
  Words words;
  std::string body;
  auto run = [&](std::string_view text) {
    return "<w:r w:rsidR='00A77427'><w:rPr><w:rFonts w:ascii='Calibri' w:hAnsi='Calibri'/><w:sz "
           "w:val='22'/><w:lang w:val='en-GB'/></w:rPr><w:t xml:space='preserve'>" +
           std::string(text) + "</w:t></w:r>";
  };
  for (int section = 0; section < sections; ++section) {
    body += word_paragraph(words.sentence(4), "<w:pStyle w:val='Heading2'/>");
    for (int i = 0; i < 5; ++i)
      body +=
          "<w:p w:rsidR='00A77427' w:rsidRDefault='00A77427'><w:pPr><w:jc w:val='both'/></w:pPr>" +
          run(words.sentence(12)) + run(words.sentence(20)) + run(words.sentence(8)) + "</w:p>";
    body += "<w:tbl><w:tblPr><w:tblStyle w:val='TableGrid'/></w:tblPr>";
    for (int row = 0; row < 5; ++row) {
      body += "<w:tr>";
      for (int cell = 0; cell < 3; ++cell)
        body += "<w:tc><w:tcPr><w:tcW w:w='3000' w:type='dxa'/></w:tcPr><w:p>" +
                run(words.sentence(3)) + "</w:p></w:tc>";
      body += "</w:tr>";
    }
    body += "</w:tbl>";
  }
  return body;
}

std::string make_document(int sections) {
  return make_docx(make_word_body(sections),
                   {{"word/_rels/document.xml.rels",
                     relationships(relationship("rId1", "styles", "styles.xml"))},
                    {"word/styles.xml", make_styles()}});
}

std::string make_presentation(int slides) {
  Words words;
  auto parts = package_frame("ppt/presentation.xml", pptx_main_type);
  std::string list;
  std::string relations;
  auto shape = [&](std::string_view holder, int paragraphs) {
    std::string text;
    for (int i = 0; i < paragraphs; ++i)
      text += "<a:p><a:pPr lvl='0'/><a:r><a:rPr lang='en-GB' sz='1800' dirty='0'/><a:t>" +
              words.sentence(9) + "</a:t></a:r></a:p>";
    return "<p:sp><p:nvSpPr><p:cNvPr id='2' name='n'/><p:cNvSpPr/><p:nvPr><p:ph " +
           std::string(holder) +
           "/></p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x='1' y='2'/><a:ext "
           "cx='3' cy='4'/></a:xfrm></p:spPr><p:txBody><a:bodyPr/>" +
           text + "</p:txBody></p:sp>";
  };
  for (int i = 1; i <= slides; ++i) {
    auto number = std::to_string(i);
    list += "<p:sldId id='" + std::to_string(255 + i) + "' r:id='rId" + number + "'/>";
    relations += relationship("rId" + number, "slide", "slides/slide" + number + ".xml");
    parts.emplace_back("ppt/slides/slide" + number + ".xml",
                       "<p:sld><p:cSld><p:spTree>" + shape("type='title'", 1) +
                           shape("idx='1'", 6) + "</p:spTree></p:cSld></p:sld>");
  }
  parts.emplace_back("ppt/presentation.xml",
                     "<p:presentation><p:sldIdLst>" + list + "</p:sldIdLst></p:presentation>");
  parts.emplace_back("ppt/_rels/presentation.xml.rels", relationships(relations));
  return zip_parts(parts);
}

std::string make_text_document(int sections) {
  Words words;
  std::string body;
  for (int section = 0; section < sections; ++section) {
    body += "<text:h text:outline-level='2'>" + words.sentence(4) + "</text:h>";
    for (int i = 0; i < 8; ++i)
      body += "<text:p text:style-name='P1'>" + words.sentence(20) +
              "<text:span text:style-name='T1'>" + words.sentence(10) + "</text:span></text:p>";
  }
  return ZipWriter()
      .add("mimetype", "application/vnd.oasis.opendocument.text", {.is_stored = true})
      .add("content.xml",
           "<office:document-content><office:automatic-styles><style:style "
           "style:family='text' style:name='T1'/></office:automatic-styles>"
           "<office:body><office:text>" +
               body + "</office:text></office:body></office:document-content>")
      .finish();
}

// The XML in an archive, unpacked.
std::size_t count_xml_bytes(std::string_view bytes) {
  auto zip = ZipReader::open(bytes);
  std::size_t sum = 0;
  if (!zip) return sum;
  for (const auto& entry : zip->entries())
    if (entry.name.ends_with(".xml") || entry.name.ends_with(".rels")) sum += entry.bytes;
  return sum;
}

struct Input {
  std::string name;
  std::string bytes;
};

void measure(const Input& input, double seconds_wanted) {
  std::size_t text_bytes = 0;
  DocumentSink sink{.blocks = [&](std::vector<Block> blocks) -> Result<void> {
    for (const auto& block : blocks) text_bytes += block.text.size();
    return {};
  }};
  auto formats = make_all_formats(nullptr);
  Result<DocumentSummary> summary;
  int rounds = 0;
  auto begin = cpu_seconds();
  double seconds = 0;
  while (seconds < seconds_wanted) {
    summary = read_document(input.bytes, {.file_name = input.name}, formats, sink);
    ++rounds;
    seconds = cpu_seconds() - begin;
  }
  if (!summary) {
    std::printf("%-28s %s\n", input.name.c_str(), summary.error().message.c_str());
    return;
  }
  auto xml = static_cast<double>(count_xml_bytes(input.bytes)) / 1e6;
  std::printf("%-28s %8.0f documents/s  %6.0f MB of XML/s  (%.3f MB of XML, %zu bytes of text)\n",
              input.name.c_str(), rounds / seconds, xml * rounds / seconds, xml,
              text_bytes / static_cast<std::size_t>(rounds));
}

void measure_xml_reader(double seconds_wanted) {
  auto xml_text = word_part("document", make_word_body(500));
  int rounds = 0;
  std::size_t events = 0;
  auto begin = cpu_seconds();
  double seconds = 0;
  while (seconds < seconds_wanted) {
    XmlReader xml(xml_text);
    for (auto event = xml.next(); event && *event != XmlEvent::done; event = xml.next()) ++events;
    ++rounds;
    seconds = cpu_seconds() - begin;
  }
  auto megabytes = static_cast<double>(xml_text.size()) / 1e6;
  std::printf("%-28s %8.0f MB/s, %.0f million events/s\n", "the XML reader alone",
              megabytes * rounds / seconds, static_cast<double>(events) / seconds / 1e6);
}

int run(int argc, char** argv) {
  double seconds = 2;
  std::vector<Input> inputs;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--seconds" && i + 1 < argc) {
      seconds = std::atof(argv[++i]);
      continue;
    }
    std::ifstream stream(argv[i], std::ios::binary);
    inputs.push_back({argv[i], {std::istreambuf_iterator<char>(stream), {}}});
  }
  if (inputs.empty()) {
    measure_xml_reader(seconds);
    inputs = {{"small.docx (2 pages)", make_document(4)},
              {"large.docx (1,000 pages)", make_document(2000)},
              {"small.pptx (10 slides)", make_presentation(10)},
              {"small.odt (2 pages)", make_text_document(4)}};
  }
  for (const auto& input : inputs) measure(input, seconds);
  return 0;
}

}  // namespace
}  // namespace aiva::documents

int main(int argc, char** argv) { return aiva::documents::run(argc, argv); }
