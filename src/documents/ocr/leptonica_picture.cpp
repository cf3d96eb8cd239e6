#include "documents/ocr/leptonica_picture.h"

#include <string>

#include "documents/formats/gif_frame.h"

namespace aiva::documents {

PIX* read_pix(const OcrFunctions& functions, ImageKind kind, std::string_view bytes) {
  auto read = [&functions](std::string_view file) {
    return functions.pixReadMem(reinterpret_cast<const unsigned char*>(file.data()), file.size());
  };
  constexpr char trailer = ';';
  auto frame = kind == ImageKind::gif ? find_first_frame(bytes) : std::nullopt;
  if (!frame || bytes.size() <= frame->end + 1) return read(bytes);
  return read(std::string(bytes.substr(0, frame->end)) + trailer);
}

}  // namespace aiva::documents
