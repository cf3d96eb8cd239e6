// Reads hostile documents the way the server does and watches what becomes of it.
//
//   hostile_documents --worker PROGRAM --pdfium LIBRARY --limit SECONDS MANIFEST
//
// Each line of the manifest is FILE <tab> NAME <tab> MODE; the mode is read, files (figures and
// documents inside are wanted too), recognise (the first page's print) or picture (the file is
// decoded as an uploaded image). For each it prints
//
//   FILE <tab> OUTCOME <tab> SECONDS <tab> MB OF THE CHILD <tab> MB OF THIS PROCESS <tab> WHY
//
// and fails when a document ends otherwise than read, read in part or refused with a typed error,
// when that takes longer than the limit and half a second, when the next small document or picture
// is not read at once by the same worker, when text of this machine's files comes out, or when this
// process grows.

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/docworker/document_reader.h"
#include "adapters/docworker/picture_reader.h"
#include "foundation/log.h"
#include "processes.h"

namespace {

using namespace aiva;
using hostile::ChildWatch;
using hostile::find_workers;
using hostile::read_status_megabytes;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr double patience_s = 0.5;
constexpr long child_megabytes_max = 768;
constexpr long growth_megabytes_max = 32;
constexpr double next_document_s_max = 2;

struct Options {
  std::string worker;
  std::string pdfium;
  double limit_s = 30;
  std::string manifest;
};

struct Outcome {
  std::string word;  // ok, partial, or the code of the failure
  std::string why;
  double seconds = 0;
  bool is_sound = false;
  bool has_leaked = false;
};

// A picture of one pixel.
const std::string tiny_gif(
    "GIF89a\x01\0\x01\0\x80\0\0\xFF\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0;", 35);

std::chrono::milliseconds in_milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

class Trial {
 public:
  explicit Trial(const Options& options)
      : options_(options),
        reader_(*make_document_reader({.worker_path = options.worker,
                                       .pdfium_path = options.pdfium,
                                       .ocr_data = "/usr/share/tesseract-ocr/5/tessdata",
                                       .ocr_languages = {"eng"},
                                       .wall_timeout = in_milliseconds(options.limit_s)})),
        pictures_(*make_picture_reader(
            {.worker_path = options.worker, .wall_timeout = in_milliseconds(options.limit_s)})) {
    auto name = "aiva-hostile-" + std::to_string(getpid());
    small_ = fs::temp_directory_path() / (name + ".txt");
    small_picture_ = fs::temp_directory_path() / (name + ".gif");
    std::ofstream(small_) << "Still here.\n";
    std::ofstream(small_picture_, std::ios::binary) << tiny_gif;
  }
  ~Trial() {
    fs::remove(small_);
    fs::remove(small_picture_);
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  Outcome read(const fs::path& file, ReadRequest request) {
    Outcome outcome;
    auto look = [&](std::string_view text) { look_at(text, outcome); };
    DocumentSink sink{
        .blocks = [&](std::vector<Block> blocks) -> Result<void> {
          for (const auto& block : blocks) look(block.text);
          return {};
        },
        .progress = {},
        .file = [&](const EmbeddedFile&, std::string_view bytes, bool) -> Result<void> {
          look(bytes);
          return {};
        }};
    // What is recognised has its time for the document and again for the page.
    double limit = options_.limit_s * (request.pages_to_recognise.empty() ? 1 : 2);
    auto begin = Clock::now();
    auto summary = sync_wait(reader_->read({}, file, std::move(request), sink));
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (summary) {
      bool is_whole = summary->pages_read == summary->pages && summary->partial_reason.empty();
      outcome.word = is_whole ? "ok" : "partial";
      outcome.why = summary->partial_reason;
    }
    judge(outcome, summary ? nullptr : &summary.error(), limit);
    return outcome;
  }

  Outcome read_picture(const fs::path& file) {
    Outcome outcome;
    auto begin = Clock::now();
    auto picture = sync_wait(pictures_->read({}, file, {.side = 224}));
    outcome.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (picture) {
      outcome.word = "ok";
      outcome.why = picture->media_type + " " + std::to_string(picture->width) + "x" +
                    std::to_string(picture->height);
      look_at(picture->thumbnail, outcome);
    }
    judge(outcome, picture ? nullptr : &picture.error(), options_.limit_s);
    return outcome;
  }

  // Whether a small document is read at once.
  bool answers() { return is_quick(read(small_, {.file_name = "small.txt"})); }
  bool answers_with_picture() { return is_quick(read_picture(small_picture_)); }

 private:
  static bool is_quick(const Outcome& outcome) {
    return outcome.word == "ok" && outcome.seconds < next_document_s_max;
  }
  static void look_at(std::string_view text, Outcome& outcome) {
    outcome.has_leaked |= text.find("root:x:0:0") != std::string_view::npos;
  }
  static void judge(Outcome& outcome, const Error* error, double limit) {
    if (error != nullptr) {
      outcome.word = to_string(error->code);
      outcome.why = error->message;
      if (!error->cause.empty()) outcome.why += " (" + error->cause + ")";
    }
    bool is_typed = error == nullptr || error->code == ErrorCode::invalid ||
                    error->code == ErrorCode::too_large || error->code == ErrorCode::timeout;
    outcome.is_sound = is_typed && !outcome.has_leaked && outcome.seconds <= limit + patience_s;
  }

  Options options_;
  std::unique_ptr<DocumentReader> reader_;
  std::unique_ptr<PictureReader> pictures_;
  fs::path small_;
  fs::path small_picture_;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    std::string_view name = argv[i];
    bool has_value = i + 1 < argc;
    if (name == "--worker" && has_value)
      options.worker = argv[++i];
    else if (name == "--pdfium" && has_value)
      options.pdfium = argv[++i];
    else if (name == "--limit" && has_value)
      options.limit_s = std::strtod(argv[++i], nullptr);
    else
      options.manifest = name;
  }
  return options;
}

ReadRequest make_request(std::string name, const std::string& mode) {
  ReadRequest request{.file_name = std::move(name)};
  if (mode == "files") request.wants_images = request.wants_documents = true;
  if (mode == "recognise") request.pages_to_recognise = {1};
  return request;
}

int run(const Options& options) {
  log::start({.level = log::Level::error});
  Trial trial(options);
  if (!trial.answers() || !trial.answers_with_picture()) {
    std::fprintf(stderr, "hostile_documents: not even what is small is read\n");
    return 1;
  }
  auto workers = find_workers();
  ChildWatch watch;
  long before = read_status_megabytes(getpid(), "VmRSS:");
  int bad = 0;
  int count = 0;
  std::ifstream manifest(options.manifest);
  auto folder = fs::path(options.manifest).parent_path();
  for (std::string line; std::getline(manifest, line); ++count) {
    std::istringstream fields(line);
    std::string file;
    std::string name;
    std::string mode;
    std::getline(fields, file, '\t');
    std::getline(fields, name, '\t');
    std::getline(fields, mode, '\t');
    bool is_picture = mode == "picture";
    auto outcome = is_picture ? trial.read_picture(folder / file)
                              : trial.read(folder / file, make_request(name, mode));
    bool answers = is_picture ? trial.answers_with_picture() : trial.answers();
    auto workers_now = find_workers();
    bool is_same_worker = std::ranges::includes(workers_now, workers);
    workers = workers_now;
    long child = watch.take_peak();
    long own = read_status_megabytes(getpid(), "VmRSS:");
    bool is_good = outcome.is_sound && answers && is_same_worker && child <= child_megabytes_max &&
                   own - before <= growth_megabytes_max;
    bad += is_good ? 0 : 1;
    std::printf("%s\t%s\t%.2f\t%ld\t%ld\t%s%s%s%s%s\n", file.c_str(), outcome.word.c_str(),
                outcome.seconds, child, own, is_good ? "" : "BAD ", answers ? "" : "NO ANSWER ",
                is_same_worker ? "" : "WORKER LOST ", outcome.has_leaked ? "LEAK " : "",
                outcome.why.c_str());
    std::fflush(stdout);
  }
  std::fprintf(stderr, "%d documents, %d bad; this process: %ld MB before, %ld MB after\n", count,
               bad, before, read_status_megabytes(getpid(), "VmRSS:"));
  return bad == 0 && count > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  auto options = read_options(argc, argv);
  if (options.worker.empty() || options.manifest.empty()) {
    std::fprintf(stderr,
                 "usage: hostile_documents --worker PROGRAM --pdfium LIBRARY [--limit SECONDS] "
                 "MANIFEST\n");
    return 2;
  }
  return run(options);
}
