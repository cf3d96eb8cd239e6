#include "documents/ocr/recognise_document.h"

#include <cmath>
#include <new>
#include <string>
#include <utility>

#include "documents/format_detection.h"
#include "documents/pdf/document_style.h"
#include "documents/pdf/layout.h"
#include "documents/pdf/page_blocks.h"

namespace aiva::documents {
namespace {

// What is read with less is no text: a photograph, a drawing, a page of stains.
constexpr float legible_confidence_min = 35;
// What is read with less deserves a word of warning.
constexpr float good_confidence_min = 60;

std::string page_name(int number) { return "page " + std::to_string(number); }

class Recognition {
 public:
  Recognition(const PageImages& pages, const Recogniser& recogniser, BlockOutput& out)
      : pages_(pages), recogniser_(recogniser), out_(out) {}

  Result<DocumentSummary> run(const std::vector<int>& numbers) {
    auto wanted = static_cast<int>(numbers.size());
    int done = 0;
    for (int number : numbers) {
      TRY_VOID(recognise(number));
      TRY_VOID(out_.end_page(++done, wanted));
    }
    if (recognised_ == 0) return fail(*std::move(failure_));
    return DocumentSummary{
        .pages = wanted, .pages_read = recognised_, .partial_reason = std::move(reason_)};
  }

 private:
  // Only what concerns the whole reading is a failure here.
  Result<void> recognise(int number) {
    if (number < 1 || number > pages_.page_count())
      return note(number, {.code = ErrorCode::invalid,
                           .message = "The document has no " + page_name(number)});
    auto page = look_at(number);
    if (!page) return note(number, std::move(page).error());
    ++recognised_;
    if (page->confidence < good_confidence_min && !page->glyphs.glyphs.empty())
      remember("The print on " + page_name(number) + " could be recognised with a confidence of " +
               std::to_string(std::lround(page->confidence)) + " % only");
    if (page->confidence < legible_confidence_min) return {};
    auto layout = lay_out_page(std::move(page->glyphs), number);
    statistics_.add(layout);
    for (auto& block : blocks_.make(layout, statistics_.style()))
      TRY_VOID(out_.add(std::move(block)));
    return {};
  }

  Result<RecognisedPage> look_at(int number) {
    try {
      TRY(auto image, pages_.draw(number));
      return recogniser_.recognise(image);
    } catch (const std::bad_alloc&) {
      return fail(ErrorCode::too_large,
                  "Recognising " + page_name(number) + " needs more memory than it may use");
    }
  }

  Result<void> note(int number, Error error) {
    remember(error.message.empty() ? "The print on " + page_name(number) + " is damaged"
                                   : error.message);
    if (!failure_) failure_ = std::move(error);
    return {};
  }

  void remember(std::string reason) {
    if (reason_.empty()) reason_ = std::move(reason);
  }

  const PageImages& pages_;
  const Recogniser& recogniser_;
  BlockOutput& out_;
  PageBlocks blocks_{Outline()};
  StyleStatistics statistics_;
  int recognised_ = 0;
  std::string reason_;
  std::optional<Error> failure_;
};

}  // namespace

Result<DocumentSummary> recognise_document(std::string_view bytes, const ReadRequest& request,
                                           const PageLibraries& libraries,
                                           const Recogniser& recogniser, const DocumentSink& sink,
                                           const ReadLimits& limits) {
  auto format = detect_format(bytes, request.file_name);
  TRY(auto pages, open_pages(format, bytes, libraries, recogniser.functions()));
  TRY(auto summary, recognise_pages(*pages, request, recogniser, sink, limits));
  summary.format = format;
  return summary;
}

Result<DocumentSummary> recognise_pages(const PageImages& pages, const ReadRequest& request,
                                        const Recogniser& recogniser, const DocumentSink& sink,
                                        const ReadLimits& limits) {
  BlockOutput out(sink, request, limits);
  return Recognition(pages, recogniser, out).run(request.pages_to_recognise);
}

}  // namespace aiva::documents
