#include "documents/ocr/recogniser.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

#include "documents/ocr/ocr_functions.h"
#include "documents/ocr/printed_words.h"

namespace aiva::documents {
namespace {

constexpr std::chrono::duration<int, std::milli> page_milliseconds_max{40'000};
constexpr float confidence_min = 60;  // below it the page may lie on its side
constexpr float orientation_confidence_min = 1;
constexpr int orientation_dots_per_inch = 200;

TessBaseAPI* as_api(void* handle) { return static_cast<TessBaseAPI*>(handle); }

std::string join_languages(const std::vector<std::string>& languages) {
  std::string joined;
  for (const auto& language : languages) joined += (joined.empty() ? "" : "+") + language;
  return joined;
}

bool is_language_name(const std::string& name) {
  auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, is_plain);
}

std::filesystem::path data_file(const RecogniserOptions& options, const std::string& language) {
  return options.data_folder / (language + ".traineddata");
}

bool is_there(const std::filesystem::path& file) {
  std::error_code error;
  return std::filesystem::exists(file, error);
}

// What Tesseract allocates for its iterators and texts, freed by its own functions.
template <class Value, class Free>
auto own(Value* value, Free free) {
  return std::unique_ptr<Value, Free>(value, free);
}

void set_image(const OcrFunctions& f, TessBaseAPI* api, const PageImage& image, int resolution) {
  f.TessBaseAPISetImage(api, image.grey.data(), image.width, image.height, 1, image.width);
  f.TessBaseAPISetSourceResolution(api, resolution);
}

// The word at which the iterator stands; nothing where it has neither text nor place.
std::optional<PrintedWord> read_word(const OcrFunctions& f, TessResultIterator* at) {
  auto text = own(f.TessResultIteratorGetUTF8Text(at, tesseract::RIL_WORD), f.TessDeleteText);
  PrintedWord word{.confidence = f.TessResultIteratorConfidence(at, tesseract::RIL_WORD)};
  auto* place = f.TessResultIteratorGetPageIterator(at);
  if (text == nullptr || f.TessPageIteratorBoundingBox(place, tesseract::RIL_WORD, &word.left,
                                                       &word.top, &word.right, &word.bottom) == 0)
    return std::nullopt;
  word.text = text.get();
  word.is_first_of_line = f.TessPageIteratorIsAtBeginningOf(place, tesseract::RIL_TEXTLINE) != 0;
  auto& base = word.baseline;
  f.TessPageIteratorBaseline(place, tesseract::RIL_TEXTLINE, &base.left, &base.left_y, &base.right,
                             &base.right_y);
  tesseract::Orientation orientation{};
  tesseract::WritingDirection direction{};
  tesseract::TextlineOrder order{};
  float skew = 0;
  f.TessPageIteratorOrientation(place, &orientation, &direction, &order, &skew);
  // Lines that run downwards are those of a page on its side, or of a vertical script.
  bool is_downwards = direction == tesseract::WRITING_DIRECTION_TOP_TO_BOTTOM;
  word.turns = is_downwards ? 1 : static_cast<int>(orientation);
  std::array<int, 7> other_attributes{};
  auto* other = other_attributes.data();
  f.TessResultIteratorWordFontAttributes(at, other, other + 1, other + 2, other + 3, other + 4,
                                         other + 5, &word.size, other + 6);
  return word;
}

void collect_words(const OcrFunctions& f, TessBaseAPI* api, PrintedWords& words) {
  auto iterator = own(f.TessBaseAPIGetIterator(api), f.TessResultIteratorDelete);
  if (iterator == nullptr) return;
  do {
    if (auto word = read_word(f, iterator.get())) words.add(*std::move(word));
  } while (f.TessResultIteratorNext(iterator.get(), tesseract::RIL_WORD) != 0);
}

}  // namespace

Result<void> check_recognition_data(const RecogniserOptions& options) {
  if (options.languages.empty())
    return fail(ErrorCode::unavailable, "Text recognition is switched off: no language is set");
  for (const auto& language : options.languages) {
    if (!is_language_name(language))
      return fail(ErrorCode::unavailable, "Text recognition knows no such language: " + language);
    if (!is_there(data_file(options, language)))
      return fail(ErrorCode::unavailable,
                  "Text recognition is not installed for the language " + language,
                  data_file(options, language).string() + " is missing");
  }
  return {};
}

void Recogniser::ApiDeleter::operator()(void* api) const {
  functions->TessBaseAPIDelete(as_api(api));
}

Recogniser::Recogniser(const OcrFunctions& functions)
    : functions_(std::make_unique<OcrFunctions>(functions)),
      reading_(functions_->TessBaseAPICreate(), ApiDeleter{functions_.get()}),
      orientation_(nullptr, ApiDeleter{functions_.get()}) {}

Recogniser::~Recogniser() = default;

Result<std::unique_ptr<Recogniser>> Recogniser::open(const RecogniserOptions& options) {
  TRY_VOID(check_recognition_data(options));
  TRY(auto functions, OcrFunctions::load(options.library));
  functions.setMsgSeverity(L_SEVERITY_NONE);
  std::unique_ptr<Recogniser> recogniser(new Recogniser(functions));
  auto folder = options.data_folder.string();
  auto languages = join_languages(options.languages);
  auto* api = as_api(recogniser->reading_.get());
  if (functions.TessBaseAPIInit2(api, folder.c_str(), languages.c_str(),
                                 tesseract::OEM_LSTM_ONLY) != 0)
    return fail(ErrorCode::unavailable, "Text recognition cannot read its data for " + languages,
                folder);
  functions.TessBaseAPISetVariable(api, "debug_file", "/dev/null");
  functions.TessBaseAPISetPageSegMode(api, tesseract::PSM_AUTO);
  if (is_there(data_file(options, "osd"))) {
    recogniser->orientation_.reset(functions.TessBaseAPICreate());
    auto* osd = as_api(recogniser->orientation_.get());
    if (functions.TessBaseAPIInit2(osd, folder.c_str(), "osd", tesseract::OEM_TESSERACT_ONLY) != 0)
      recogniser->orientation_.reset();
    else
      functions.TessBaseAPISetPageSegMode(osd, tesseract::PSM_OSD_ONLY);
  }
  return recogniser;
}

Result<RecognisedPage> Recogniser::recognise(const PageImage& image) const {
  TRY(auto page, recognise_as_it_lies(image));
  // Words that stand sideways were read well but fit into no lines, those upside down badly.
  bool is_upright = page.main_turn == 0 && page.confidence >= confidence_min;
  int turns = is_upright ? 0 : find_quarter_turns(image).value_or(page.main_turn);
  if (turns == 0) return page;
  TRY(auto turned, recognise_as_it_lies(turn(image, -turns)));
  bool is_better = turned.main_turn == 0 && turned.confidence >= confidence_min;
  if (!is_better && turned.confidence <= page.confidence) return page;
  turned.glyphs.turns_to_shown = turns;
  return turned;
}

Result<RecognisedPage> Recogniser::recognise_as_it_lies(const PageImage& image) const {
  using Clock = std::chrono::steady_clock;
  const auto& f = *functions_;
  auto* api = as_api(reading_.get());
  set_image(f, api, image, image.dots_per_inch);
  auto monitor = own(f.TessMonitorCreate(), f.TessMonitorDelete);
  f.TessMonitorSetDeadlineMSecs(monitor.get(), page_milliseconds_max.count());
  auto end = Clock::now() + page_milliseconds_max;
  bool is_done = f.TessBaseAPIRecognize(api, monitor.get()) == 0;
  PrintedWords words(image);
  if (is_done) collect_words(f, api, words);
  f.TessBaseAPIClear(api);
  if (!is_done && Clock::now() >= end)
    return fail(ErrorCode::timeout, "Recognising the print of a page took too long");
  if (!is_done) return fail(ErrorCode::invalid, "The print of a page cannot be recognised");
  return RecognisedPage{
      .glyphs = words.finish(), .confidence = words.confidence(), .main_turn = words.main_turn()};
}

std::optional<int> Recogniser::find_quarter_turns(const PageImage& image) const {
  if (orientation_ == nullptr) return std::nullopt;
  const auto& f = *functions_;
  auto* api = as_api(orientation_.get());
  set_image(f, api, image, std::max(image.dots_per_inch, orientation_dots_per_inch));
  int degrees = 0;
  float confidence = 0;
  const char* script = nullptr;
  float script_confidence = 0;
  auto found =
      f.TessBaseAPIDetectOrientationScript(api, &degrees, &confidence, &script, &script_confidence);
  f.TessBaseAPIClear(api);
  if (found == 0 || confidence < orientation_confidence_min) return std::nullopt;
  return degrees / 90 % 4;
}

}  // namespace aiva::documents
