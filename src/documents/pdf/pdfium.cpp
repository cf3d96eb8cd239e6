#include "documents/pdf/pdfium.h"

#include <dlfcn.h>

#include <array>
#include <cstdlib>

#include "documents/pdf/glyph_reader.h"
#include "documents/pdf/pdfium_functions.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int outline_depth_max = 6;

// Looks functions up in the library and remembers the first that is missing.
class Symbols {
 public:
  explicit Symbols(void* library) : library_(library) {}

  template <class Function>
  void find(Function*& function, const char* name) {
    find_optional(function, name);
    if (function == nullptr && missing_.empty()) missing_ = name;
  }
  template <class Function>
  void find_optional(Function*& function, const char* name) {
    function = reinterpret_cast<Function*>(dlsym(library_, name));
  }
  [[nodiscard]] const std::string& missing() const { return missing_; }

 private:
  void* library_;
  std::string missing_;
};

std::string find_functions(void* library, PdfiumFunctions& f) {
  Symbols symbols(library);
#define AIVA_FIND(name) symbols.find(f.name, #name)
  AIVA_FIND(FPDF_InitLibraryWithConfig);
  AIVA_FIND(FPDF_LoadMemDocument64);
  AIVA_FIND(FPDF_CloseDocument);
  AIVA_FIND(FPDF_GetLastError);
  AIVA_FIND(FPDF_GetPageCount);
  AIVA_FIND(FPDF_GetMetaText);
  AIVA_FIND(FPDF_LoadPage);
  AIVA_FIND(FPDF_ClosePage);
  AIVA_FIND(FPDF_GetPageBoundingBox);
  AIVA_FIND(FPDFPage_GetRotation);
  AIVA_FIND(FPDFText_LoadPage);
  AIVA_FIND(FPDFText_ClosePage);
  AIVA_FIND(FPDFText_CountChars);
  AIVA_FIND(FPDFText_GetUnicode);
  AIVA_FIND(FPDFText_GetFontSize);
  AIVA_FIND(FPDFText_GetFontWeight);
  AIVA_FIND(FPDFText_GetFontInfo);
  AIVA_FIND(FPDFText_GetLooseCharBox);
  AIVA_FIND(FPDFText_GetMatrix);
  AIVA_FIND(FPDFBookmark_GetFirstChild);
  AIVA_FIND(FPDFBookmark_GetNextSibling);
  AIVA_FIND(FPDFBookmark_GetTitle);
  AIVA_FIND(FPDFBookmark_GetDest);
  AIVA_FIND(FPDFBookmark_GetAction);
  AIVA_FIND(FPDFAction_GetDest);
  AIVA_FIND(FPDFDest_GetDestPageIndex);
#undef AIVA_FIND
  return symbols.missing();
}

// What newer functions there are; without them pages have no pictures, links or ruled tables.
void find_optional_functions(void* library, PdfiumFunctions& f) {
  Symbols symbols(library);
#define AIVA_FIND_OPTIONAL(name) symbols.find_optional(f.name, #name)
  AIVA_FIND_OPTIONAL(FPDFText_GetTextObject);
  AIVA_FIND_OPTIONAL(FPDF_GetPageWidthF);
  AIVA_FIND_OPTIONAL(FPDF_GetPageHeightF);
  AIVA_FIND_OPTIONAL(FPDFBitmap_CreateEx);
  AIVA_FIND_OPTIONAL(FPDFBitmap_FillRect);
  AIVA_FIND_OPTIONAL(FPDF_RenderPageBitmap);
  AIVA_FIND_OPTIONAL(FPDFBitmap_Destroy);
  AIVA_FIND_OPTIONAL(FPDFPage_CountObjects);
  AIVA_FIND_OPTIONAL(FPDFPage_GetObject);
  AIVA_FIND_OPTIONAL(FPDFPageObj_GetType);
  AIVA_FIND_OPTIONAL(FPDFPageObj_GetBounds);
  AIVA_FIND_OPTIONAL(FPDFImageObj_GetImagePixelSize);
  AIVA_FIND_OPTIONAL(FPDFFormObj_CountObjects);
  AIVA_FIND_OPTIONAL(FPDFFormObj_GetObject);
  AIVA_FIND_OPTIONAL(FPDFPageObj_GetMatrix);
  AIVA_FIND_OPTIONAL(FPDFPath_CountSegments);
  AIVA_FIND_OPTIONAL(FPDFPath_GetPathSegment);
  AIVA_FIND_OPTIONAL(FPDFPathSegment_GetPoint);
  AIVA_FIND_OPTIONAL(FPDFPathSegment_GetType);
  AIVA_FIND_OPTIONAL(FPDFPathSegment_GetClose);
  AIVA_FIND_OPTIONAL(FPDFPath_GetDrawMode);
  AIVA_FIND_OPTIONAL(FPDFLink_Enumerate);
  AIVA_FIND_OPTIONAL(FPDFLink_GetAction);
  AIVA_FIND_OPTIONAL(FPDFLink_GetAnnotRect);
  AIVA_FIND_OPTIONAL(FPDFAction_GetType);
  AIVA_FIND_OPTIONAL(FPDFAction_GetURIPath);
  AIVA_FIND_OPTIONAL(FPDFImageObj_GetImageFilterCount);
  AIVA_FIND_OPTIONAL(FPDFImageObj_GetImageFilter);
  AIVA_FIND_OPTIONAL(FPDFImageObj_GetImageDataRaw);
  AIVA_FIND_OPTIONAL(FPDFImageObj_GetBitmap);
  AIVA_FIND_OPTIONAL(FPDFBitmap_GetFormat);
  AIVA_FIND_OPTIONAL(FPDFBitmap_GetWidth);
  AIVA_FIND_OPTIONAL(FPDFBitmap_GetHeight);
  AIVA_FIND_OPTIONAL(FPDFBitmap_GetStride);
  AIVA_FIND_OPTIONAL(FPDFBitmap_GetBuffer);
  AIVA_FIND_OPTIONAL(FPDFText_HasUnicodeMapError);
  AIVA_FIND_OPTIONAL(FPDFText_GetCharBox);
  AIVA_FIND_OPTIONAL(FPDFText_GetCharOrigin);
#undef AIVA_FIND_OPTIONAL
}

// Text as PDFium returns it: UTF-16LE with a zero at the end, in as many bytes as `fill` says.
template <class Fill>
std::string read_utf16(Fill fill) {
  std::array<std::uint16_t, 1024> units{};
  auto bytes = static_cast<std::size_t>(
      fill(static_cast<void*>(units.data()), static_cast<unsigned long>(sizeof(units))));
  if (bytes < 2 || bytes > sizeof(units)) return {};
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes / 2; ++i) {
    char32_t c = units[i];
    bool is_pair = (c & 0xFC00) == 0xD800 && (units[i + 1] & 0xFC00) == 0xDC00;
    if (is_pair) c = 0x10000 + ((c & 0x3FF) << 10) + (units[++i] & 0x3FF);
    append_utf8(text, c);
  }
  return text;
}

}  // namespace

Pdfium::Pdfium(std::unique_ptr<PdfiumFunctions> functions) : functions_(std::move(functions)) {}
Pdfium::~Pdfium() = default;

Result<std::unique_ptr<Pdfium>> Pdfium::open(const std::filesystem::path& library) {
  const char* const message = "The PDF library cannot be loaded";
  // The packaged build allocates with mimalloc, which by default claims a gigabyte of addresses at
  // once; a confined child may have less than that.
  setenv("MIMALLOC_ARENA_RESERVE", "64M", 0);
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) return fail(ErrorCode::unavailable, message, dlerror());
  auto functions = std::make_unique<PdfiumFunctions>();
  if (auto missing = find_functions(handle, *functions); !missing.empty())
    return fail(ErrorCode::unavailable, message, library.string() + " lacks " + missing);
  find_optional_functions(handle, *functions);
  // No font folders: text must come out the same on every machine, and the worker opens no files.
  static const char* no_folders[] = {nullptr};
  PdfiumFunctions::LibraryConfig config{};
  config.version = 2;
  config.user_font_paths = no_folders;
  functions->FPDF_InitLibraryWithConfig(&config);
  return std::unique_ptr<Pdfium>(new Pdfium(std::move(functions)));
}

PdfDocument::PdfDocument(const PdfiumFunctions& functions, void* document)
    : functions_(functions), document_(document) {}

PdfDocument::~PdfDocument() { functions_.FPDF_CloseDocument(document_); }

Result<std::unique_ptr<PdfDocument>> PdfDocument::open(const Pdfium& pdfium,
                                                       std::string_view bytes) {
  const auto& functions = pdfium.functions();
  void* document = functions.FPDF_LoadMemDocument64(bytes.data(), bytes.size(), nullptr);
  if (document != nullptr)
    return std::unique_ptr<PdfDocument>(new PdfDocument(functions, document));
  auto error = functions.FPDF_GetLastError();
  if (error == PdfiumFunctions::password)
    return fail(ErrorCode::invalid, "The PDF is protected by a password");
  if (error == PdfiumFunctions::security)
    return fail(ErrorCode::invalid, "The PDF is encrypted in a way that cannot be read");
  return fail(ErrorCode::invalid, "The PDF is damaged and cannot be opened");
}

int PdfDocument::page_count() const { return functions_.FPDF_GetPageCount(document_); }

std::string PdfDocument::title() const {
  return read_utf16([this](void* buffer, unsigned long bytes) {
    return functions_.FPDF_GetMetaText(document_, "Title", buffer, bytes);
  });
}

std::vector<OutlineEntry> PdfDocument::outline(std::size_t entries_max) const {
  std::vector<OutlineEntry> entries;
  // A damaged outline can be a circle, so that only the count ends the walk.
  std::vector<void*> open = {functions_.FPDFBookmark_GetFirstChild(document_, nullptr)};
  while (!open.empty() && entries.size() < entries_max) {
    void* bookmark = open.back();
    if (bookmark == nullptr) {
      open.pop_back();
      continue;
    }
    void* destination = functions_.FPDFBookmark_GetDest(document_, bookmark);
    if (destination == nullptr)
      if (void* action = functions_.FPDFBookmark_GetAction(bookmark); action != nullptr)
        destination = functions_.FPDFAction_GetDest(document_, action);
    int page =
        destination == nullptr ? -1 : functions_.FPDFDest_GetDestPageIndex(document_, destination);
    auto title = read_utf16([&](void* buffer, unsigned long bytes) {
      return functions_.FPDFBookmark_GetTitle(bookmark, buffer, bytes);
    });
    entries.push_back({std::move(title), static_cast<int>(open.size()), page + 1});
    open.back() = functions_.FPDFBookmark_GetNextSibling(document_, bookmark);
    if (open.size() < outline_depth_max)
      open.push_back(functions_.FPDFBookmark_GetFirstChild(document_, bookmark));
  }
  return entries;
}

Result<PageGlyphs> PdfDocument::read_page(int number, std::size_t glyphs_max) const {
  return read_glyphs(functions_, document_, number - 1, glyphs_max);
}

}  // namespace aiva::documents
