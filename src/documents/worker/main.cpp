// aiva-docworker: reads documents for the server, each in a confined child.
//
//   aiva-docworker --pdfium LIBRARY [--ocr-data FOLDER] [--ocr-languages eng,deu] [--recognise]
//       serves requests on the socket that is descriptor 3; with --recognise those that want print
//       recognised, whose libraries and data no other worker loads
//   aiva-docworker --pictures [--ocr-data FOLDER] [--ocr-languages eng,deu]
//       serves those that want image files decoded
//   aiva-docworker --convert libreoffice|catdoc --program PROGRAM --from doc|ppt --seconds N
//       has another program convert the document that is descriptor 3, confined; the result goes to
//       descriptor 4, and letting go the other end of descriptor 5 ends it
//   aiva-docworker --self-check
//       shows that a confined child can do no harm

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "documents/worker/convert.h"
#include "documents/worker/fork_server.h"
#include "documents/worker/namespaces.h"
#include "documents/worker/self_check.h"

namespace {

constexpr int control_descriptor = 3;
constexpr int niceness = 10;  // serving users comes before reading documents
constexpr int niceness_of_recognition = 15;
constexpr const char* usage =
    "usage: aiva-docworker --pdfium LIBRARY [--ocr-data FOLDER] [--ocr-languages LIST]\n"
    "                      [--recognise]\n"
    "       aiva-docworker --pictures [--ocr-data FOLDER] [--ocr-languages LIST]\n"
    "       aiva-docworker --convert libreoffice|catdoc --program PROGRAM --from doc|ppt\n"
    "                      --seconds N\n"
    "       aiva-docworker --self-check\n";

struct Options {
  bool is_self_check = false;
  bool is_recogniser = false;
  bool is_for_pictures = false;
  std::string pdfium{};
  aiva::documents::RecogniserOptions recogniser{.languages = {}};
  std::optional<aiva::documents::ConversionOrder> conversion{};
};

std::vector<std::string> split_at_commas(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    auto item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

// Says false where there is no such option or value.
bool read_conversion(aiva::documents::ConversionOrder& order, std::string_view name,
                     std::string_view value) {
  using aiva::documents::ConverterKind;
  if (name == "--convert" && (value == "libreoffice" || value == "catdoc"))
    order.kind = value == "catdoc" ? ConverterKind::catdoc : ConverterKind::libreoffice;
  else if (name == "--from" && (value == "doc" || value == "ppt"))
    order.from = value == "doc" ? aiva::FileFormat::doc : aiva::FileFormat::ppt;
  else if (name == "--program")
    order.program = value;
  else if (name == "--seconds")
    return std::from_chars(value.data(), value.data() + value.size(), order.seconds_max).ec ==
           std::errc();
  else
    return false;
  return true;
}

std::optional<Options> read_options(std::span<char* const> arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string_view name = arguments[i];
    options.is_self_check |= name == "--self-check";
    options.is_recogniser |= name == "--recognise";
    options.is_for_pictures |= name == "--pictures";
    if (name == "--self-check" || name == "--recognise" || name == "--pictures") continue;
    if (++i == arguments.size()) return std::nullopt;
    if (name == "--convert") options.conversion.emplace();
    if (options.conversion) {
      if (!read_conversion(*options.conversion, name, arguments[i])) return std::nullopt;
      continue;
    }
    if (name == "--pdfium")
      options.pdfium = arguments[i];
    else if (name == "--ocr-data")
      options.recogniser.data_folder = arguments[i];
    else if (name == "--ocr-languages")
      options.recogniser.languages = split_at_commas(arguments[i]);
    else
      return std::nullopt;
  }
  bool has_no_program = options.conversion && options.conversion->program.empty();
  if (has_no_program) return std::nullopt;
  if (options.conversion) return options;
  bool needs_pdfium = !options.is_self_check && !options.is_for_pictures;
  if (options.pdfium.empty() && needs_pdfium) return std::nullopt;
  return options;
}

aiva::Result<std::unique_ptr<aiva::documents::Recogniser>> open_recogniser(const Options& options) {
  if (!options.is_recogniser && !options.is_for_pictures)
    return aiva::fail(aiva::internal_error("this worker does not recognise print"));
  return aiva::documents::Recogniser::open(options.recogniser);
}

// In the workers that decode image files.
std::optional<aiva::documents::HeifFunctions> load_heif(const Options& options) {
  if (!options.is_for_pictures && !options.is_recogniser) return std::nullopt;
  auto heif = aiva::documents::HeifFunctions::load();
  if (heif) return *heif;
  std::fprintf(stderr, "aiva-docworker: %s\n", heif.error().cause.c_str());
  return std::nullopt;
}

// What decodes image files for the model of images, in the worker that does that.
std::optional<aiva::documents::PictureFunctions> load_pictures(
    const Options& options, const std::optional<aiva::documents::HeifFunctions>& heif) {
  if (!options.is_for_pictures) return std::nullopt;
  auto leptonica = aiva::documents::OcrFunctions::load(options.recogniser.library);
  if (!leptonica) {
    std::fprintf(stderr, "aiva-docworker: %s\n", leptonica.error().cause.c_str());
    return std::nullopt;
  }
  leptonica->setMsgSeverity(L_SEVERITY_NONE);
  return aiva::documents::PictureFunctions{.leptonica = *leptonica, .heif = heif};
}

// When memory is short the reader of a document shall go before anything else.
void volunteer_for_the_oom_killer() {
  aiva::documents::FileDescriptor file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (file.is_open()) (void)aiva::documents::write_all(file.number(), "800");
}

int fail_with(const aiva::Error& error) {
  std::fprintf(stderr, "aiva-docworker: %s: %s\n", error.message.c_str(), error.cause.c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace aiva::documents;
  auto options = read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!options) {
    std::fprintf(stderr, "%s", usage);
    return 2;
  }
  if (options->conversion) {
    volunteer_for_the_oom_killer();
    setpriority(PRIO_PROCESS, 0, niceness);
    _exit(static_cast<int>(convert_document(*options->conversion, {})));
  }
  auto filter = SystemCallFilter::make();
  if (!filter) return fail_with(filter.error());
  if (options->is_self_check) return check_confinement(*filter);
  // Text, Markdown and HTML can be read without PDFium.
  auto pdfium = Pdfium::open(options->pdfium);
  if (!pdfium && !options->is_for_pictures) fail_with(pdfium.error());
  auto formats = make_all_formats(pdfium ? pdfium->get() : nullptr,
                                  check_recognition_data(options->recogniser));
  auto opened = open_recogniser(*options);
  aiva::Result<const Recogniser*> recogniser = aiva::fail(aiva::Error{});
  if (opened)
    recogniser = opened->get();
  else
    recogniser = aiva::fail(opened.error());
  auto heif = load_heif(*options);
  auto pictures = load_pictures(*options, heif);
  volunteer_for_the_oom_killer();
  setpriority(PRIO_PROCESS, 0, options->is_recogniser ? niceness_of_recognition : niceness);
  FileDescriptor nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  leave_namespaces();
  auto serve = [&] {
    return serve_requests(control_descriptor, {.formats = formats,
                                               .filter = *filter,
                                               .pdfium = pdfium ? pdfium->get() : nullptr,
                                               .recogniser = recogniser,
                                               .pictures = pictures ? &*pictures : nullptr,
                                               .heif = heif ? &*heif : nullptr,
                                               .nowhere = nowhere.number(),
                                               .worker_id = getpid()});
  };
  // Without a look at what was allocated: what could be said about it lies in files out of reach.
  _exit(serve_in_own_process(control_descriptor, serve));
}
