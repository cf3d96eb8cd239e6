#include "documents/formats/zip_detection.h"

#include <gtest/gtest.h>

#include <string>

#include "documents/format_detection.h"
#include "documents/testing/office_files.h"

namespace aiva::documents {
namespace {

std::string package_of(std::string_view main_type) {
  return zip_parts(package_frame("any/part.xml", main_type));
}

TEST(DetectZipFormat, goes_by_the_type_of_the_main_part) {
  struct Sample {
    std::string_view type;
    FileFormat format;
  };
  for (const auto& [type, format] : {
           Sample{docx_main_type, FileFormat::docx},
           Sample{"application/vnd.ms-word.document.macroEnabled.main+xml", FileFormat::docx},
           Sample{
               "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
               FileFormat::docx},
           Sample{pptx_main_type, FileFormat::pptx},
           Sample{"application/vnd.openxmlformats-officedocument.presentationml.slideshow.main+xml",
                  FileFormat::pptx},
           Sample{"application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml",
                  FileFormat::pptx},
           Sample{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
                  FileFormat::xlsx},
           Sample{"application/vnd.ms-excel.sheet.macroEnabled.main+xml", FileFormat::xlsx},
           Sample{"application/vnd.ms-excel.sheet.binary.macroEnabled.main", FileFormat::unknown},
           Sample{"application/vnd.ms-visio.drawing.main+xml", FileFormat::unknown},
       })
    EXPECT_EQ(detect_format(package_of(type), "a.bin"), format) << type;
}

TEST(DetectZipFormat, goes_by_the_media_type_entry) {
  struct Sample {
    std::string_view type;
    FileFormat format;
  };
  for (const auto& [type, format] :
       {Sample{"application/vnd.oasis.opendocument.text", FileFormat::odt},
        Sample{"application/vnd.oasis.opendocument.text-template", FileFormat::odt},
        Sample{"application/vnd.oasis.opendocument.spreadsheet", FileFormat::ods},
        Sample{"application/vnd.oasis.opendocument.presentation\n", FileFormat::odp},
        Sample{"application/vnd.oasis.opendocument.graphics", FileFormat::unknown},
        Sample{"application/epub+zip", FileFormat::epub}, Sample{"text/x", FileFormat::zip}}) {
    auto bytes = ZipWriter().add("mimetype", type, {.is_stored = true}).add("x.xml", "x").finish();
    EXPECT_EQ(detect_format(bytes, "a.docx"), format) << type;
  }
}

TEST(DetectZipFormat, takes_other_and_broken_archives_for_plain_ones) {
  EXPECT_EQ(detect_format(ZipWriter().add("a.txt", "x").finish(), "a.docx"), FileFormat::zip);
  EXPECT_EQ(detect_format(ZipWriter().finish(), "a.zip"), FileFormat::zip);
  EXPECT_EQ(detect_format("PK\x03\x04 broken", "a.docx"), FileFormat::zip);
  EXPECT_EQ(detect_format(ZipWriter().add("META-INF/container.xml", "x").finish(), ""),
            FileFormat::epub);
}

TEST(DetectZipFormat, tells_encrypted_office_documents_by_their_stream) {
  std::string name;
  for (char c : std::string_view("EncryptedPackage")) name.append({c, '\0'});
  auto bytes = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(600, '\0') + name;
  EXPECT_EQ(detect_format(bytes, "a.docx"), FileFormat::docx);
  EXPECT_EQ(detect_format(bytes, "a.XLSX"), FileFormat::xlsx);
  EXPECT_EQ(detect_format(bytes, "a.pptx"), FileFormat::pptx);
}

}  // namespace
}  // namespace aiva::documents
