// Reads documents in this process, as a child of the worker does, and prints how many pages a
// second of CPU time come out as blocks and as pieces, how long single pages take, and how many
// pages PDFium alone would read.
//
//   documents_bench [--rounds N] [--pdfium LIBRARY] [--worker PROGRAM] FILE…
//   documents_bench --dump FILE…      the blocks with kind and place, to judge them by eye
//   documents_bench --text FILE…      their text alone
//   documents_bench --raw FILE…       the text of a PDF as PDFium itself puts it
//   documents_bench --summary FILE…   the summary alone
//
// With --worker it reads through that worker, once, and prints the memory of its largest child.

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/docworker/document_reader.h"
#include "documents/chunker.h"
#include "documents/pdf/pdfium_functions.h"
#include "documents/read_document.h"
#include "foundation/text/utf8.h"
#include "reading_modes.h"
#include "worker_usage.h"

namespace aiva::documents {
namespace {

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--dump")
      arguments.is_dump = true;
    else if (word == "--text")
      arguments.is_text = true;
    else if (word == "--summary")
      arguments.is_summary = true;
    else if (word == "--raw")
      arguments.is_raw = true;
    else if (word == "--rounds" && i + 1 < argc)
      arguments.rounds = std::max(std::atoi(argv[++i]), 1);
    else if (word == "--pdfium" && i + 1 < argc)
      arguments.pdfium = argv[++i];
    else if (word == "--worker" && i + 1 < argc)
      arguments.worker = argv[++i];
    else
      arguments.files.emplace_back(word);
  }
  return arguments;
}

long peak_memory_mb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

double cpu_now() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Receives what a reading delivers, counts it, and notes when each page was done.
class Counts {
 public:
  DocumentSink sink(const Arguments& arguments) {
    last_ = cpu_now();
    return {.blocks = [this, &arguments](std::vector<Block> batch) -> Result<void> {
              blocks_ += batch.size();
              for (const auto& block : batch) text_bytes_ += block.text.size();
              if (arguments.is_dump) dump_blocks(batch);
              if (arguments.is_text) print_text(batch);
              return {};
            },
            .progress = [this](int, int) -> Result<void> {
              double now = cpu_now();
              page_seconds_.push_back(now - last_);
              last_ = now;
              return {};
            }};
  }

  [[nodiscard]] double page_ms(double share) {
    if (page_seconds_.empty()) return 0;
    std::ranges::sort(page_seconds_);
    auto at = static_cast<std::size_t>(static_cast<double>(page_seconds_.size() - 1) * share);
    return page_seconds_[at] * 1000;
  }
  [[nodiscard]] std::size_t blocks() const { return blocks_; }
  [[nodiscard]] std::size_t text_bytes() const { return text_bytes_; }

 private:
  std::size_t blocks_ = 0;
  std::size_t text_bytes_ = 0;
  std::vector<double> page_seconds_;
  double last_ = 0;
};

void print_failure(const std::string& file, const Error& error) {
  std::printf("%s: %s (%s)\n", file.c_str(), error.message.c_str(), error.cause.c_str());
}

void print_summary(const std::string& file, const DocumentSummary& summary) {
  std::printf("%s: \"%s\" %d/%d pages%s%s", file.c_str(), summary.title.c_str(), summary.pages_read,
              summary.pages, summary.partial_reason.empty() ? "" : "; ",
              summary.partial_reason.c_str());
  if (!summary.pages_without_text.empty()) std::printf("; without text:");
  for (int page : summary.pages_without_text) std::printf(" %d", page);
  std::printf("\n");
}

// The pages a second that PDFium opens, parses and turns into characters, nothing of ours.
double pages_per_second_alone(const Pdfium& pdfium, const std::string& bytes, int rounds) {
  const auto& f = pdfium.functions();
  int pages = 0;
  double before = cpu_now();
  for (int round = 0; round < rounds; ++round) {
    void* document = f.FPDF_LoadMemDocument64(bytes.data(), bytes.size(), nullptr);
    if (document == nullptr) return 0;
    int count = f.FPDF_GetPageCount(document);
    for (int i = 0; i < count; ++i) {
      void* page = f.FPDF_LoadPage(document, i);
      if (page == nullptr) continue;
      if (void* text = f.FPDFText_LoadPage(page); text != nullptr) {
        f.FPDFText_CountChars(text);
        f.FPDFText_ClosePage(text);
      }
      f.FPDF_ClosePage(page);
      ++pages;
    }
    f.FPDF_CloseDocument(document);
  }
  return pages / (cpu_now() - before);
}

void print_raw(const Pdfium& pdfium, const std::string& bytes) {
  const auto& f = pdfium.functions();
  void* document = f.FPDF_LoadMemDocument64(bytes.data(), bytes.size(), nullptr);
  if (document == nullptr) return;
  int count = f.FPDF_GetPageCount(document);
  for (int i = 0; i < count; ++i) {
    void* page = f.FPDF_LoadPage(document, i);
    void* text = page == nullptr ? nullptr : f.FPDFText_LoadPage(page);
    std::string out;
    int characters = text == nullptr ? 0 : f.FPDFText_CountChars(text);
    for (int c = 0; c < characters; ++c)
      if (unsigned code = f.FPDFText_GetUnicode(text, c); code != 2 && code != 0xFFFE)
        append_utf8(out, code);
    std::printf("%s\n", out.c_str());
    if (text != nullptr) f.FPDFText_ClosePage(text);
    if (page != nullptr) f.FPDF_ClosePage(page);
  }
  f.FPDF_CloseDocument(document);
}

using Formats = std::vector<std::unique_ptr<Format>>;

// The pages a second that come out as pieces of a usual size.
double pages_per_second_in_pieces(const Formats& formats, const std::string& bytes, int rounds) {
  int pages = 0;
  double before = cpu_now();
  for (int round = 0; round < rounds; ++round) {
    Chunker chunker(
        {.measure = count_characters, .size_target = 1500, .size_max = 2000, .overlap = 200},
        [](const Piece&) -> Result<void> { return {}; });
    DocumentSink sink{
        .blocks = [&](const std::vector<Block>& batch) { return chunker.add(batch); }};
    auto summary = read_document(bytes, {}, formats, sink);
    if (!summary || !chunker.finish()) return 0;
    pages += summary->pages_read;
  }
  return pages / (cpu_now() - before);
}

void measure(const Arguments& arguments, const Pdfium& pdfium, const Formats& formats,
             const std::string& file, const std::string& bytes) {
  Counts counts;
  Result<DocumentSummary> summary = DocumentSummary{};
  double before = cpu_now();
  for (int round = 0; round < arguments.rounds; ++round) {
    summary = read_document(bytes, {.file_name = file}, formats, counts.sink(arguments));
    if (!summary) return print_failure(file, summary.error());
  }
  double seconds = (cpu_now() - before) / arguments.rounds;
  auto rounds = static_cast<std::size_t>(arguments.rounds);
  print_summary(file, *summary);
  std::printf(
      "  %zu blocks, %zu bytes; %.0f pages/s, with pieces %.0f, PDFium alone %.0f; a page "
      "p50 %.2f p99 %.2f max %.2f ms; peak %ld MB\n",
      counts.blocks() / rounds, counts.text_bytes() / rounds, summary->pages_read / seconds,
      pages_per_second_in_pieces(formats, bytes, arguments.rounds),
      pages_per_second_alone(pdfium, bytes, arguments.rounds), counts.page_ms(0.5),
      counts.page_ms(0.99), counts.page_ms(1), peak_memory_mb());
}

int run_here(const Arguments& arguments) {
  auto pdfium = Pdfium::open(arguments.pdfium);
  if (!pdfium) {
    std::fprintf(stderr, "%s: %s\n", pdfium.error().message.c_str(), pdfium.error().cause.c_str());
    return 1;
  }
  auto formats = make_all_formats(pdfium->get());
  for (const auto& file : arguments.files) {
    std::ifstream stream(file, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    if (arguments.is_raw) {
      print_raw(**pdfium, bytes);
      continue;
    }
    if (!arguments.is_dump && !arguments.is_text && !arguments.is_summary) {
      measure(arguments, **pdfium, formats, file, bytes);
      continue;
    }
    Counts counts;
    auto summary = read_document(bytes, {.file_name = file}, formats, counts.sink(arguments));
    if (!summary)
      print_failure(file, summary.error());
    else if (!arguments.is_text)
      print_summary(file, *summary);
  }
  return 0;
}

// A sink that looks at the worker every so many pages.
DocumentSink watching_sink(WorkerUsage& usage) {
  constexpr int pages_between = 25;
  return {.blocks = [](const std::vector<Block>&) -> Result<void> { return {}; },
          .progress = [&usage](int pages_read, int pages) -> Result<void> {
            if (pages_read % pages_between != 0 && pages_read + pages_between < pages) return {};
            auto seen = look_at_workers();
            usage.peak_memory_mb = std::max(usage.peak_memory_mb, seen.peak_memory_mb);
            usage.cpu_seconds = std::max(usage.cpu_seconds, seen.cpu_seconds);
            return {};
          }};
}

int run_in_worker(const Arguments& arguments) {
  for (const auto& file : arguments.files) {
    auto reader =
        make_document_reader({.worker_path = arguments.worker, .pdfium_path = arguments.pdfium});
    if (!reader) {
      std::fprintf(stderr, "%s\n", reader.error().message.c_str());
      return 1;
    }
    WorkerUsage usage;
    auto summary = sync_wait((*reader)->read({}, file, {.file_name = file}, watching_sink(usage)));
    if (!summary) {
      print_failure(file, summary.error());
      continue;
    }
    print_summary(file, *summary);
    std::printf("  %.2f s CPU in the worker, largest child %ld MB\n", usage.cpu_seconds,
                usage.peak_memory_mb);
  }
  return 0;
}

}  // namespace
}  // namespace aiva::documents

int main(int argc, char** argv) {
  auto arguments = aiva::documents::parse(argc, argv);
  return arguments.worker.empty() ? aiva::documents::run_here(arguments)
                                  : aiva::documents::run_in_worker(arguments);
}
