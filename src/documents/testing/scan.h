#pragma once

#include <string>
#include <vector>

#include "documents/ocr/page_image.h"

namespace aiva::documents {

inline void add_little_endian(std::string& bytes, unsigned long value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
}

// The picture as a BMP file of 24 bits a pixel.
inline std::string make_bmp(const PageImage& image) {
  auto width = static_cast<unsigned long>(image.width);
  auto height = static_cast<unsigned long>(image.height);
  unsigned long row_bytes = (width * 3 + 3) / 4 * 4;
  std::string bytes = "BM";
  for (unsigned long value : {54 + row_bytes * height, 0UL, 54UL, 40UL, width, height})
    add_little_endian(bytes, value, 4);
  add_little_endian(bytes, 1, 2);
  add_little_endian(bytes, 24, 2);
  auto dots_per_metre = static_cast<unsigned long>(image.dots_per_inch * 39.37);
  for (unsigned long value : {0UL, 0UL, dots_per_metre, dots_per_metre, 0UL, 0UL})
    add_little_endian(bytes, value, 4);
  for (unsigned long y = height; y-- > 0;) {
    for (unsigned long x = 0; x < width; ++x)
      bytes.append(3, static_cast<char>(image.grey[y * width + x]));
    bytes.append(row_bytes - width * 3, '\0');
  }
  return bytes;
}

// A PDF of 595 x 842 points a page whose pages are pictures, as a scanner makes it.
inline std::string make_scan_pdf(const std::vector<PageImage>& pages) {
  std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>"};
  std::string kids;
  for (std::size_t i = 0; i < pages.size(); ++i) kids += std::to_string(3 + 3 * i) + " 0 R ";
  objects.push_back("<</Type/Pages/Count " + std::to_string(pages.size()) + "/Kids[" + kids +
                    "]>>");
  auto stream = [](const std::string& entries, const std::string& content) {
    return "<<" + entries + "/Length " + std::to_string(content.size()) + ">>stream\n" + content +
           "\nendstream";
  };
  for (const auto& page : pages) {
    auto number = objects.size() + 1;
    objects.push_back("<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</XObject<</I " +
                      std::to_string(number + 1) + " 0 R>>>>/Contents " +
                      std::to_string(number + 2) + " 0 R>>");
    objects.push_back(
        stream("/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8"
               "/Width " +
                   std::to_string(page.width) + "/Height " + std::to_string(page.height),
               std::string(page.grey.begin(), page.grey.end())));
    objects.push_back(stream("", "q 595 0 0 842 0 0 cm /I Do Q"));
  }
  std::string out = "%PDF-1.4\n";
  for (std::size_t i = 0; i < objects.size(); ++i)
    out += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  return out + "trailer\n<</Size " + std::to_string(objects.size() + 1) + "/Root 1 0 R>>\n%%EOF\n";
}

}  // namespace aiva::documents
