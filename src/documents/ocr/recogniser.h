#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "documents/ocr/page_image.h"
#include "documents/pdf/glyphs.h"
#include "foundation/result.h"

namespace aiva::documents {

struct OcrFunctions;

struct RecogniserOptions {
  std::string library = "libtesseract.so.5";  // a path or a name the system's loader finds
  std::filesystem::path data_folder = "/usr/share/tesseract-ocr/5/tessdata";
  std::vector<std::string> languages = {"eng"};  // the names of the .traineddata files
};

// What was read on one page.
struct RecognisedPage {
  PageGlyphs glyphs;
  float confidence = 0;  // 0…100, the mean over its characters; 0 when nothing was read
  int main_turn = 0;     // clockwise quarter turns from upright that most words stand in
};

// Reads print off pictures with Tesseract. The library and its data are loaded here once, by the
// process that forks; recognising needs no file, no thread and no process. One thread.
class Recogniser {
 public:
  // `unavailable` when the library or the data of a language is not installed.
  static Result<std::unique_ptr<Recogniser>> open(const RecogniserOptions& options);
  ~Recogniser();
  Recogniser(const Recogniser&) = delete;
  Recogniser& operator=(const Recogniser&) = delete;

  // Words and their places in points. A page that reads badly is looked at again the way round its
  // letters seem to stand. `timeout` when a page takes too long, `invalid` when Tesseract
  // cannot make anything of it.
  [[nodiscard]] Result<RecognisedPage> recognise(const PageImage& image) const;
  [[nodiscard]] const OcrFunctions& functions() const { return *functions_; }

 private:
  explicit Recogniser(const OcrFunctions& functions);

  struct ApiDeleter {
    const OcrFunctions* functions;
    void operator()(void* api) const;
  };
  using Api = std::unique_ptr<void, ApiDeleter>;

  [[nodiscard]] Result<RecognisedPage> recognise_as_it_lies(const PageImage& image) const;
  [[nodiscard]] std::optional<int> find_quarter_turns(const PageImage& image) const;

  std::unique_ptr<OcrFunctions> functions_;
  Api reading_;
  Api orientation_;  // null where the data for it is not installed
};

// Whether the data of every language is there; `unavailable` names the first that is not.
Result<void> check_recognition_data(const RecogniserOptions& options);

}  // namespace aiva::documents
