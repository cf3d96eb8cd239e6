#include "written_target.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "documents/block_output.h"
#include "documents/clean_text.h"
#include "documents/formats/csv_rows.h"
#include "documents/formats/format.h"
#include "documents/table_text.h"
#include "documents/testing/office_files.h"
#include "foundation/crypto.h"
#include "foundation/text/take_until.h"
#include "foundation/text/utf8.h"
#include "give_up.h"

namespace aiva::fuzz {
namespace {

using Paragraphs = std::vector<std::string>;

// Lines that no XML may hold are left out, and so are those without text.
Paragraphs make_paragraphs(std::string_view bytes) {
  Paragraphs paragraphs;
  while (!bytes.empty()) {
    auto text = documents::unwrap_lines(documents::clean_flowing_text(take_until(bytes, '\n')));
    bool is_character = text.find("\xEF\xBF\xBE") == std::string::npos &&
                        text.find("\xEF\xBF\xBF") == std::string::npos;
    if (!text.empty() && is_character) paragraphs.push_back(std::move(text));
  }
  return paragraphs;
}

// With a seam of runs behind some characters: what is written in several styles is one text.
std::string escape_markup(std::string_view text, std::string_view seam = {}) {
  constexpr std::string_view last_of_run = " ,e";
  std::string out;
  for (char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else
      out += c;
    if (last_of_run.find(c) != std::string_view::npos) out += seam;
  }
  return out;
}

std::string write_html(const Paragraphs& paragraphs) {
  std::string out = "<!doctype html><html><head><meta charset=utf-8></head><body>";
  for (const auto& text : paragraphs)
    out += "<p><b>" + escape_markup(text, "</b><b>") + "</b></p>\n";
  return out + "</body></html>";
}

std::string write_markdown(const Paragraphs& paragraphs) {
  std::string out;
  for (const auto& text : paragraphs) {
    for (char c : text) {
      if (std::ispunct(static_cast<unsigned char>(c)) != 0) out += '\\';
      out += c;
    }
    out += "\n\n";
  }
  return out;
}

// Without compression, which would take most of the time.
std::string store(const documents::TestParts& parts) {
  documents::ZipWriter zip;
  for (const auto& [name, content] : parts) zip.add(name, content, {.is_stored = true});
  return zip.finish();
}

std::string write_docx(const Paragraphs& paragraphs) {
  std::string body;
  for (const auto& text : paragraphs)
    body += documents::word_paragraph(
        escape_markup(text, "</w:t></w:r><w:r><w:t xml:space='preserve'>"));
  auto parts = documents::package_frame("word/document.xml", documents::docx_main_type);
  parts.emplace_back("word/document.xml",
                     documents::word_part("document", "<w:body>" + body + "</w:body>"));
  return store(parts);
}

std::string write_odt(const Paragraphs& paragraphs) {
  std::string body;
  for (const auto& text : paragraphs)
    body += "<text:p><text:span>" + escape_markup(text, "</text:span><text:span>") +
            "</text:span></text:p>";
  return store(
      {{"mimetype", "application/vnd.oasis.opendocument.text"},
       {"content.xml",
        "<office:document-content xmlns:office='o' xmlns:text='t'><office:body><office:text>" +
            body + "</office:text></office:body></office:document-content>"}});
}

std::string write_pptx(const Paragraphs& paragraphs) {
  constexpr std::string_view namespaces = " xmlns:p='p' xmlns:a='a' xmlns:r='r'>";
  auto parts = documents::package_frame("ppt/presentation.xml", documents::pptx_main_type);
  std::string slide = "<p:sld" + std::string(namespaces) + "<p:cSld><p:spTree><p:sp><p:txBody>";
  for (const auto& text : paragraphs)
    slide +=
        "<a:p><a:r><a:t>" + escape_markup(text, "</a:t></a:r><a:r><a:t>") + "</a:t></a:r></a:p>";
  parts.emplace_back(
      "ppt/presentation.xml",
      "<p:presentation" + std::string(namespaces) +
          "<p:sldIdLst><p:sldId id='256' r:id='rId1'/></p:sldIdLst></p:presentation>");
  parts.emplace_back("ppt/_rels/presentation.xml.rels",
                     documents::relationships(documents::relationship("rId1", "slide", "s.xml")));
  parts.emplace_back("ppt/s.xml", slide + "</p:txBody></p:sp></p:spTree></p:cSld></p:sld>");
  return store(parts);
}

std::string write_epub(const Paragraphs& paragraphs) {
  std::string body;
  for (const auto& text : paragraphs)
    body += "<p><i>" + escape_markup(text, "</i><i>") + "</i></p>";
  return store(
      {{"mimetype", "application/epub+zip"},
       {"META-INF/container.xml",
        "<container><rootfiles><rootfile full-path='b.opf' "
        "media-type='application/oebps-package+xml'/></rootfiles></container>"},
       {"b.opf",
        "<package><manifest><item id='c' href='c.xhtml' media-type='application/xhtml+xml'/>"
        "</manifest><spine><itemref idref='c'/></spine></package>"},
       {"c.xhtml", "<html xmlns='http://www.w3.org/1999/xhtml'><body>" + body + "</body></html>"}});
}

// A mail in HTML; subjects are cut, so there is none.
std::string write_mail(const Paragraphs& paragraphs) {
  return "MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n"
         "Content-Transfer-Encoding: base64\r\n\r\n" +
         to_base64(write_html(paragraphs));
}

// Sheets have two columns.
std::string cell(const Paragraphs& cells, std::size_t at) {
  return at < cells.size() ? cells[at] : "last";
}

std::string write_xlsx(const Paragraphs& cells) {
  auto parts = documents::package_frame(
      "xl/workbook.xml",
      "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml");
  parts.emplace_back(
      "xl/workbook.xml",
      "<workbook><sheets><sheet name='S' sheetId='1' r:id='rId1'/></sheets></workbook>");
  parts.emplace_back("xl/_rels/workbook.xml.rels", documents::relationships(documents::relationship(
                                                       "rId1", "worksheet", "s.xml")));
  std::string rows;
  for (std::size_t at = 0; at < cells.size(); at += 2) {
    auto row = std::to_string(1 + at / 2);
    rows += "<row r='" + row + "'>";
    for (std::size_t column = 0; column < 2; ++column)
      rows += "<c r='" + std::string(1, column == 0 ? 'A' : 'B') + row + "' t='inlineStr'><is><t>" +
              escape_markup(cell(cells, at + column)) + "</t></is></c>";
    rows += "</row>";
  }
  parts.emplace_back("xl/s.xml", "<worksheet><sheetData>" + rows + "</sheetData></worksheet>");
  return store(parts);
}

std::string write_ods(const Paragraphs& cells) {
  std::string rows;
  for (std::size_t at = 0; at < cells.size(); at += 2) {
    rows += "<table:table-row>";
    for (std::size_t column = 0; column < 2; ++column)
      rows += "<table:table-cell office:value-type='string'><text:p>" +
              escape_markup(cell(cells, at + column)) + "</text:p></table:table-cell>";
    rows += "</table:table-row>";
  }
  return store(
      {{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
       {"content.xml",
        "<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b'><office:body>"
        "<office:spreadsheet><table:table table:name='S'>" +
            rows + "</table:table></office:spreadsheet></office:body></office:document-content>"}});
}

std::string write_rtf(const Paragraphs& paragraphs) {
  std::string out = "{\\rtf1\\ansi\\uc0 ";
  auto add = [&out](unsigned unit) {
    out +=
        "\\u" +
        std::to_string(unit < 0x8000 ? static_cast<int>(unit) : static_cast<int>(unit) - 0x10000) +
        " ";
  };
  for (const auto& text : paragraphs) {
    out += '{';
    for (std::size_t at = 0; at < text.size();) {
      char32_t c = next_code_point(text, at);
      if (c >= 0x10000) {
        add(0xD800 + ((static_cast<unsigned>(c) - 0x10000) >> 10U));
        add(0xDC00 + (static_cast<unsigned>(c) & 0x3FFU));
      } else if (c >= 0x80) {
        add(static_cast<unsigned>(c));
      } else {
        if (c == '\\' || c == '{' || c == '}') out += '\\';
        out += static_cast<char>(c);
        if (c == 'e') out += "}{\\b ";
      }
    }
    out += "}\\par\n";
  }
  return out + "}";
}

std::string read_text(const documents::Format& format, std::string_view bytes) {
  std::string text;
  DocumentSink sink{.blocks = [&text](std::vector<Block> blocks) -> Result<void> {
    for (const auto& block : blocks) text += block.text + "\n";
    return {};
  }};
  ReadRequest request;
  static const auto formats = documents::make_all_formats(nullptr);
  documents::BlockOutput out(sink, request, {}, {.formats = formats});
  auto summary = format.read(bytes, out);
  if (!summary) return "failed: " + summary.error().message;
  if (!out.flush()) return "failed";
  return text;
}

struct Way {
  std::unique_ptr<documents::Format> format;
  std::string (*write)(const Paragraphs&);

  void check(const Paragraphs& paragraphs, std::string_view expected) const {
    auto read = read_text(*format, write(paragraphs));
    if (read == expected) return;
    give_up(std::string(to_string(format->format())) + "\n--- written\n" + std::string(expected) +
            "--- read\n" + read);
  }
};

void check_texts(const Paragraphs& paragraphs) {
  static const std::array<Way, 8> ways = {{{documents::make_html_format(), write_html},
                                           {documents::make_markdown_format(), write_markdown},
                                           {documents::make_docx_format(), write_docx},
                                           {documents::make_odt_format(), write_odt},
                                           {documents::make_pptx_format(), write_pptx},
                                           {documents::make_epub_format(), write_epub},
                                           {documents::make_mail_format(), write_mail},
                                           {documents::make_rtf_format(), write_rtf}}};
  std::string expected;
  for (const auto& text : paragraphs) expected += text + "\n";
  for (const auto& way : ways) way.check(paragraphs, expected);
}

void check_sheets(const Paragraphs& cells) {
  static const std::array<Way, 2> ways = {
      {{documents::make_xlsx_format(), write_xlsx}, {documents::make_ods_format(), write_ods}}};
  std::string expected = "S\n";
  for (std::size_t at = 0; at < cells.size(); at += 2)
    documents::add_table_row(expected, std::array{cell(cells, at), cell(cells, at + 1)});
  for (const auto& way : ways) way.check(cells, expected);
}

// Each line is a row of cells with a byte 1 between them; they may hold anything else.
void check_csv(std::string_view bytes) {
  constexpr char cell_end = '\x01';
  std::string written;
  std::vector<std::vector<std::string>> rows;
  while (!bytes.empty()) {
    auto line = take_until(bytes, '\n');
    auto& cells = rows.emplace_back();
    for (;;) {
      auto cut = std::min(line.find(cell_end), line.size());
      auto& cell = cells.emplace_back(line.substr(0, cut));
      std::ranges::replace(cell, '\x02', '\n');
      written += '"';
      for (char c : cell) written += c == '"' ? "\"\"" : std::string(1, c);
      written += '"';
      if (cut == line.size()) break;
      line.remove_prefix(cut + 1);
      written += ',';
    }
    written += "\r\n";
  }
  documents::CsvRows read(written, ',');
  for (const auto& row : rows)
    if (!read.has_more() || read.next() != row) give_up("csv\n" + written);
  if (read.has_more()) give_up("csv, one row too many\n" + written);
}

}  // namespace

void read_what_was_written(std::string_view bytes) {
  auto paragraphs = make_paragraphs(bytes);
  if (!paragraphs.empty()) {
    check_texts(paragraphs);
    check_sheets(paragraphs);
  }
  check_csv(bytes);
}

}  // namespace aiva::fuzz
