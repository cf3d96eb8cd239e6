#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <utility>

#include "ports/picture_reader.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {

// Reads files that painted() made; everything else is no image.
class FakePictureReader final : public PictureReader {
 public:
  // An image in one colour, darker towards the right, with print on it.
  static std::string painted(int red, int green, int blue, const std::string& print = {}) {
    return "PAINTED " + std::to_string(red) + " " + std::to_string(green) + " " +
           std::to_string(blue) + " " + print;
  }

  // Called before each reading.
  std::function<void()> on_read{};
  [[nodiscard]] int readings() const { return readings_; }

  Task<Result<ReadPicture>> read(CallContext context, std::filesystem::path file,
                                 PictureRequest request) override {
    CO_TRY_VOID(context.check());
    ++readings_;
    if (on_read) on_read();
    std::istringstream text(read_whole_file(file));
    std::string mark;
    int red = 0;
    int green = 0;
    int blue = 0;
    if (!(text >> mark >> red >> green >> blue) || mark != "PAINTED")
      co_return fail(ErrorCode::invalid, "The file is no JPEG, PNG, WebP, GIF or HEIC image");
    ReadPicture read{.media_type = "image/png",
                     .width = 640,
                     .height = 480,
                     .picture = {.width = request.side, .height = request.side},
                     .thumbnail = "\xFF\xD8\xFFthumbnail"};
    for (int i = 0; i < request.side * request.side; ++i)
      for (int value : {red, green, blue})
        read.picture.rgb.push_back(static_cast<std::uint8_t>(
            value * (2 * request.side - i % request.side) / (2 * request.side)));
    if (request.wants_text && text.get() == ' ') std::getline(text, read.text);
    co_return read;
  }

 private:
  std::atomic<int> readings_ = 0;
};

}  // namespace aiva
