#include "adapters/docworker/picture_reader.h"

#include <gtest/gtest.h>

#include <fstream>
#include <stop_token>
#include <string>
#include <vector>

#include "documents/ocr/open_pages.h"
#include "documents/pdf/png_file.h"
#include "documents/testing/load_picture.h"
#include "documents/testing/tiny_pdf.h"
#include "foundation/thread_pool.h"
#include "ports/testing/temporary_folder.h"

namespace aiva {
namespace {

std::string make_grey_png(int width, int height, const std::vector<std::uint8_t>& grey) {
  return documents::write_png({.width = width,
                               .height = height,
                               .row_bytes = width,
                               .pixel_bytes = 1,
                               .bytes = grey.data()},
                              100'000'000)
      .bytes;
}

class WorkerPictures : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_picture_reader({.worker_path = AIVA_TEST_DOCWORKER,
                                     .ocr_data = "/usr/share/tesseract-ocr/5/tessdata",
                                     .ocr_languages = {"eng"},
                                     .concurrency = 2});
    ASSERT_TRUE(made) << made.error().message;
    reader_ = std::move(*made);
  }

  Result<ReadPicture> read(const std::string& bytes, PictureRequest request = {.side = 64},
                           CallContext context = {}) {
    auto file = folder_.path() / "image";
    std::ofstream(file, std::ios::binary) << bytes;
    return sync_wait(reader_->read(std::move(context), file, request));
  }

  TemporaryFolder folder_;
  std::unique_ptr<PictureReader> reader_;
};

TEST_F(WorkerPictures, reads_an_image_in_the_sandbox) {
  auto picture = read(make_grey_png(300, 200, std::vector<std::uint8_t>(60000, 77)));

  ASSERT_TRUE(picture) << picture.error().message << " " << picture.error().cause;
  EXPECT_EQ(picture->media_type, "image/png");
  EXPECT_EQ(picture->width, 300);
  EXPECT_EQ(picture->height, 200);
  EXPECT_EQ(picture->picture.width, 96);
  EXPECT_EQ(picture->picture.height, 64);
  ASSERT_TRUE(picture->picture.is_whole());
  EXPECT_EQ(picture->picture.rgb[1000], 77);
  EXPECT_TRUE(picture->thumbnail.starts_with("\xFF\xD8\xFF"));
  EXPECT_EQ(picture->text, "");
}

TEST_F(WorkerPictures, recognises_print_where_it_is_wanted) {
  documents::TinyPdf pdf;
  pdf.page().text(70, 90, "Closed on Mondays", 30);
  auto bytes = pdf.bytes();
  auto pdfium = documents::Pdfium::open(AIVA_TEST_PDFIUM);
  ASSERT_TRUE(pdfium) << pdfium.error().message;
  auto pages = documents::open_pdf_pages(**pdfium, bytes);
  auto page = *(*pages)->draw(1);
  auto png = make_grey_png(page.width, page.height, page.grey);

  auto with_text = read(png, {.side = 64, .wants_text = true});
  auto without = read(png, {.side = 64});

  ASSERT_TRUE(with_text) << with_text.error().message << " " << with_text.error().cause;
  EXPECT_EQ(with_text->text, "Closed on Mondays");
  ASSERT_TRUE(without);
  EXPECT_EQ(without->text, "");
}

TEST_F(WorkerPictures, says_what_is_wrong_with_an_image) {
  auto text = read("Just a text.");
  auto broken = read(std::string("\x89PNG\r\n\x1A\n", 8) + std::string(200, 'x'));

  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, ErrorCode::invalid);
  EXPECT_EQ(text.error().message, "The file is no JPEG, PNG, WebP, GIF or HEIC image");
  ASSERT_FALSE(broken);
  EXPECT_FALSE(broken.error().message.contains("document")) << broken.error().message;
}

// Their decoders would like to have threads, which a child is refused.
TEST_F(WorkerPictures, reads_photographs_of_telephones) {
  for (const auto* name : {"plain.heic", "tiles.heic", "turned.heic", "transparent.heic"}) {
    auto picture = read(documents::load_picture(name));

    ASSERT_TRUE(picture) << name << picture.error().message << " " << picture.error().cause;
    EXPECT_EQ(picture->media_type, "image/heic");
    EXPECT_TRUE(picture->picture.is_whole());
    EXPECT_TRUE(picture->thumbnail.starts_with("\xFF\xD8\xFF"));
  }
  auto avif = read(documents::load_picture("transparent.avif"));
  ASSERT_TRUE(avif) << avif.error().message << " " << avif.error().cause;
  EXPECT_EQ(avif->media_type, "image/avif");
}

TEST_F(WorkerPictures, refuses_photographs_that_are_cut_off) {
  for (const auto* name : {"plain.heic", "transparent.avif"}) {
    auto whole = documents::load_picture(name);
    auto picture = read(whole.substr(0, whole.size() - 40));

    ASSERT_FALSE(picture) << name;
    EXPECT_EQ(picture.error().code, ErrorCode::invalid) << name << picture.error().message;
  }
}

TEST_F(WorkerPictures, refuses_a_bomb_without_decoding_it) {
  auto bomb = make_grey_png(10, 10, std::vector<std::uint8_t>(100));
  bomb.replace(16, 8, std::string("\0\x01\0\0\0\x01\0\0", 8));

  auto read_bomb = read(bomb);

  ASSERT_FALSE(read_bomb);
  EXPECT_EQ(read_bomb.error().code, ErrorCode::too_large);
}

TEST_F(WorkerPictures, stops_when_the_call_is_cancelled) {
  std::stop_source source;
  source.request_stop();

  auto picture = read(make_grey_png(10, 10, std::vector<std::uint8_t>(100)), {.side = 64},
                      {.cancellation = source.get_token()});

  ASSERT_FALSE(picture);
  EXPECT_EQ(picture.error().code, ErrorCode::cancelled);
}

TEST(MakePictureReader, misses_the_program) {
  auto made = make_picture_reader({.worker_path = "/nowhere/aiva-docworker"});

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace aiva
