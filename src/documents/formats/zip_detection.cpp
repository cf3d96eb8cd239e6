#include "documents/formats/zip_detection.h"

#include <tuple>

#include "documents/archive/zip_reader.h"
#include "documents/clean_text.h"
#include "documents/xml/xml_reader.h"

namespace aiva::documents {
namespace {

constexpr std::size_t media_type_bytes_max = 1024;
constexpr std::size_t content_types_bytes_max = 8UL * 1024 * 1024;

// The format of a package whose main part is of this type: "….document.main+xml", also with macros
// or a template ("….template.macroEnabledTemplate.main+xml").
FileFormat office_format_of(std::string_view type) {
  if (!type.ends_with(".main+xml")) return FileFormat::unknown;
  if (type.contains("wordprocessingml") || type.contains("ms-word")) return FileFormat::docx;
  if (type.contains("presentationml") || type.contains("ms-powerpoint")) return FileFormat::pptx;
  if (type.contains("spreadsheetml") || type.contains("ms-excel")) return FileFormat::xlsx;
  return FileFormat::unknown;
}

FileFormat detect_office(std::string_view content_types) {
  auto found = FileFormat::unknown;
  XmlReader xml(content_types);
  std::ignore = xml.for_each_child([&](std::string_view) -> Result<void> {
    return xml.for_each_child([&](std::string_view) -> Result<void> {
      if (found == FileFormat::unknown) found = office_format_of(xml.attribute("ContentType"));
      return {};
    });
  });
  return found;
}

FileFormat detect_by_media_type(std::string_view type) {
  constexpr std::string_view open_document = "application/vnd.oasis.opendocument.";
  if (type == "application/epub+zip") return FileFormat::epub;
  if (!type.starts_with(open_document)) return FileFormat::unknown;
  auto kind = type.substr(open_document.size());
  if (kind.starts_with("text")) return FileFormat::odt;
  if (kind.starts_with("spreadsheet")) return FileFormat::ods;
  if (kind.starts_with("presentation")) return FileFormat::odp;
  return FileFormat::unknown;
}

}  // namespace

FileFormat detect_zip_format(std::string_view bytes) {
  auto zip = ZipReader::open(bytes);
  if (!zip) return FileFormat::zip;
  if (zip->find("[Content_Types].xml") != nullptr) {
    auto types = zip->read("[Content_Types].xml", content_types_bytes_max);
    auto text = types ? decode_xml(std::move(*types)) : std::move(types);
    if (text) return detect_office(*text);
    // Damaged, but not for that another kind of file.
    if (zip->find("word/document.xml") != nullptr) return FileFormat::docx;
    if (zip->find("ppt/presentation.xml") != nullptr) return FileFormat::pptx;
    if (zip->find("xl/workbook.xml") != nullptr) return FileFormat::xlsx;
  }
  if (zip->find("mimetype") != nullptr) {
    auto type = zip->read("mimetype", media_type_bytes_max);
    auto format = type ? detect_by_media_type(trim(*type)) : FileFormat::unknown;
    if (format != FileFormat::unknown) return format;
    if (type && trim(*type).starts_with("application/vnd.")) return FileFormat::unknown;
  }
  return zip->find("META-INF/container.xml") != nullptr ? FileFormat::epub : FileFormat::zip;
}

bool is_encrypted_office(std::string_view bytes) {
  constexpr std::string_view mark = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
  // The name of the stream in the container's directory, in UTF-16.
  constexpr std::string_view name("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0", 32);
  return bytes.starts_with(mark) && bytes.contains(name);
}

}  // namespace aiva::documents
