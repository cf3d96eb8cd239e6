// Reads hostile documents the way the server does and watches what becomes of it.
//
//   hostile_documents --worker PROGRAM --pdfium LIBRARY --limit SECONDS MANIFEST
//
// Each line of the manifest is FILE <tab> NAME <tab> MODE; the mode is read, files (figures and
// documents inside are wanted too) or recognise (the first page's print). For each it prints
//
//   FILE <tab> OUTCOME <tab> SECONDS <tab> MB OF THE CHILD <tab> MB OF THIS PROCESS <tab> WHY
//
// and fails when a document ends otherwise than read, read in part or refused with a typed error,
// when that takes longer than the limit and half a second, when the next small document is not read
// at once by the same worker, when text of this machine's files comes out, or when this process
// grows.

#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "adapters/docworker/document_reader.h"
#include "foundation/log.h"

namespace {

using namespace aiva;
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

struct Process {
  pid_t id = 0;
  pid_t parent = 0;
};

std::vector<Process> list_processes() {
  std::vector<Process> processes;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    auto name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file(entry.path() / "stat");
    std::ostringstream content;
    content << file.rdbuf();  // a process that has just ended leaves it empty
    auto stat = content.str();
    auto end_of_name = stat.rfind(')');
    if (end_of_name == std::string::npos) continue;
    Process process{.id = std::stoi(name)};
    char state = 0;
    std::istringstream(stat.substr(end_of_name + 1)) >> state >> process.parent;
    processes.push_back(process);
  }
  return processes;
}

std::vector<pid_t> children_of(const std::vector<Process>& all, pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& process : all)
    if (process.parent == parent) children.push_back(process.id);
  return children;
}

// The workers: what forks a child for each document is a child of the program that was started.
std::vector<pid_t> find_workers(const std::vector<Process>& all) {
  std::vector<pid_t> workers;
  for (pid_t program : children_of(all, getpid()))
    for (pid_t worker : children_of(all, program)) workers.push_back(worker);
  std::ranges::sort(workers);
  return workers;
}

long read_status_megabytes(pid_t id, std::string_view field) {
  std::ifstream file("/proc/" + std::to_string(id) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(field))
      return std::strtol(line.c_str() + field.size() + 1, nullptr, 10) / 1024;
  return 0;
}

// Looks again and again at how much memory the children of the workers have used.
class ChildWatch {
 public:
  ChildWatch() : thread_([this](std::stop_token stop) { run(stop); }) {}
  long take_peak() { return peak_.exchange(0); }

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      auto all = list_processes();
      for (pid_t worker : find_workers(all))
        for (pid_t child : children_of(all, worker))
          peak_ = std::max<long>(peak_, read_status_megabytes(child, "VmHWM:"));
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }
  std::atomic<long> peak_ = 0;
  std::jthread thread_;
};

struct Outcome {
  std::string word;  // ok, partial, or the code of the failure
  std::string why;
  double seconds = 0;
  bool is_sound = false;
  bool has_leaked = false;
};

class Trial {
 public:
  explicit Trial(const Options& options)
      : options_(options),
        reader_(*make_document_reader({.worker_path = options.worker,
                                       .pdfium_path = options.pdfium,
                                       .ocr_data = "/usr/share/tesseract-ocr/5/tessdata",
                                       .ocr_languages = {"eng"},
                                       .wall_timeout = std::chrono::milliseconds(
                                           static_cast<long>(options.limit_s * 1000))})) {
    small_ = fs::temp_directory_path() / ("aiva-hostile-" + std::to_string(getpid()) + ".txt");
    std::ofstream(small_) << "Still here.\n";
  }
  ~Trial() { fs::remove(small_); }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  Outcome read(const fs::path& file, ReadRequest request) {
    Outcome outcome;
    auto look = [&](std::string_view text) {
      outcome.has_leaked |= text.find("root:x:0:0") != std::string_view::npos;
    };
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
    } else {
      outcome.word = to_string(summary.error().code);
      outcome.why = summary.error().message;
      if (!summary.error().cause.empty()) outcome.why += " (" + summary.error().cause + ")";
    }
    bool is_typed = summary || summary.error().code == ErrorCode::invalid ||
                    summary.error().code == ErrorCode::too_large ||
                    summary.error().code == ErrorCode::timeout;
    outcome.is_sound = is_typed && !outcome.has_leaked && outcome.seconds <= limit + patience_s;
    return outcome;
  }

  // Whether a small document is read at once.
  bool answers() {
    auto outcome = read(small_, {.file_name = "small.txt"});
    return outcome.word == "ok" && outcome.seconds < next_document_s_max;
  }

 private:
  Options options_;
  std::unique_ptr<DocumentReader> reader_;
  fs::path small_;
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
  if (!trial.answers()) {
    std::fprintf(stderr, "hostile_documents: not even a small document is read\n");
    return 1;
  }
  auto workers = find_workers(list_processes());
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
    auto outcome = trial.read(folder / file, make_request(name, mode));
    bool answers = trial.answers();
    auto workers_now = find_workers(list_processes());
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
