#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/testing/zip_writer.h"

namespace aiva::documents {

// Parts of a package by name.
using TestParts = std::vector<std::pair<std::string, std::string>>;

inline std::string zip_parts(const TestParts& parts) {
  ZipWriter zip;
  for (const auto& [name, content] : parts) zip.add(name, content);
  return zip.finish();
}

// A relationships part out of `<Relationship …>` elements.
inline std::string relationships(std::string_view elements) {
  return "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" +
         std::string(elements) + "</Relationships>";
}

// One relationship, as Office writes it.
inline std::string relationship(std::string_view id, std::string_view type, std::string_view target,
                                bool is_external = false) {
  return "<Relationship Id='" + std::string(id) +
         "' Type='http://schemas.openxmlformats.org/officeDocument/2006/relationships/" +
         std::string(type) + "' Target='" + std::string(target) + "'" +
         (is_external ? " TargetMode='External'" : "") + "/>";
}

// [Content_Types].xml and _rels/.rels of a package with that main part.
inline TestParts package_frame(std::string_view main_part, std::string_view main_type) {
  return {{"[Content_Types].xml",
           "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>"
           "<Default Extension='rels' "
           "ContentType='application/vnd.openxmlformats-package.relationships+xml'/>"
           "<Override PartName='/" +
               std::string(main_part) + "' ContentType='" + std::string(main_type) + "'/></Types>"},
          {"_rels/.rels", relationships(relationship("rId1", "officeDocument", main_part))}};
}

inline constexpr std::string_view docx_main_type =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
inline constexpr std::string_view pptx_main_type =
    "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml";

// A part of a Word document: `root` is "document", "footnotes", "styles"…
inline std::string word_part(std::string_view root, std::string_view content) {
  return "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<w:" + std::string(root) +
         " xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' "
         "xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships'>" +
         std::string(content) + "</w:" + std::string(root) + ">";
}

// A Word document with that content of w:body and further parts.
inline std::string make_docx(std::string_view body, const TestParts& more = {}) {
  auto parts = package_frame("word/document.xml", docx_main_type);
  parts.emplace_back("word/document.xml",
                     word_part("document", "<w:body>" + std::string(body) + "</w:body>"));
  parts.insert(parts.end(), more.begin(), more.end());
  return zip_parts(parts);
}

// A paragraph of one run, with those properties (w:pPr's content).
inline std::string word_paragraph(std::string_view text, std::string_view properties = {}) {
  return "<w:p><w:pPr>" + std::string(properties) + "</w:pPr><w:r><w:t xml:space='preserve'>" +
         std::string(text) + "</w:t></w:r></w:p>";
}

}  // namespace aiva::documents
