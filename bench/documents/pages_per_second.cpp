// Reads documents in this process, as a child of the worker does, and prints how many pages a
// second of CPU time come out as blocks. With --dump it prints the blocks instead, to judge them by
// eye.
//
//   documents_bench [--dump] [--rounds N] [--pdfium LIBRARY] FILE…

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/docworker/document_reader.h"
#include "documents/read_document.h"

namespace aiva::documents {
namespace {

struct Arguments {
  bool is_dump = false;
  int rounds = 5;
  std::string pdfium = "native/unpacked/pdfium/libpdfium.so";
  std::string worker;
  std::vector<std::string> files;
};

Arguments parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "--dump")
      arguments.is_dump = true;
    else if (word == "--rounds" && i + 1 < argc)
      arguments.rounds = std::atoi(argv[++i]);
    else if (word == "--pdfium" && i + 1 < argc)
      arguments.pdfium = argv[++i];
    else if (word == "--worker" && i + 1 < argc)
      arguments.worker = argv[++i];
    else
      arguments.files.emplace_back(word);
  }
  return arguments;
}

struct Usage {
  double cpu_seconds = 0;
  long peak_memory_mb = 0;
};

// Of this process, or of the children that have ended.
Usage usage_of(int who) {
  rusage usage{};
  getrusage(who, &usage);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss / 1024};
}

const char* name_of(BlockKind kind) {
  switch (kind) {
    case BlockKind::heading: return "heading";
    case BlockKind::paragraph: return "paragraph";
    case BlockKind::list_item: return "list_item";
    case BlockKind::table: return "table";
    case BlockKind::code: return "code";
    case BlockKind::quote: return "quote";
  }
  return "?";
}

void dump(const std::vector<Block>& blocks) {
  for (const auto& block : blocks) {
    auto box = block.box.value_or(Box{});
    std::printf("[p%d %s %d  %.0f %.0f %.0f %.0f] %s\n", block.page, name_of(block.kind),
                block.level, box.left, box.top, box.right, box.bottom, block.text.c_str());
  }
}

// Counts what a reading delivers.
struct Counts {
  std::size_t blocks = 0;
  std::size_t text_bytes = 0;

  DocumentSink sink(bool is_dump) {
    return {.blocks = [this, is_dump](std::vector<Block> batch) -> Result<void> {
              blocks += batch.size();
              for (const auto& block : batch) text_bytes += block.text.size();
              if (is_dump) dump(batch);
              return {};
            },
            .progress = {}};
  }
};

void report(const std::string& file, const Result<DocumentSummary>& summary, const Counts& counts,
            int rounds, const Usage& usage) {
  if (!summary) {
    std::printf("%s: %s (%s)\n", file.c_str(), summary.error().message.c_str(),
                summary.error().cause.c_str());
    return;
  }
  auto seconds = usage.cpu_seconds / rounds;
  auto count = static_cast<std::size_t>(rounds);
  std::printf(
      "%s: \"%s\" %d/%d pages, %zu blocks, %zu bytes of text, %.3f s CPU, %.0f pages/s, "
      "peak %ld MB%s%s\n",
      file.c_str(), summary->title.c_str(), summary->pages_read, summary->pages,
      counts.blocks / count, counts.text_bytes / count, seconds, summary->pages_read / seconds,
      usage.peak_memory_mb, summary->partial_reason.empty() ? "" : "; ",
      summary->partial_reason.c_str());
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
    int rounds = arguments.is_dump ? 1 : arguments.rounds;
    Counts counts;
    Result<DocumentSummary> summary = DocumentSummary{};
    auto before = usage_of(RUSAGE_SELF);
    for (int round = 0; round < rounds; ++round)
      summary = read_document(bytes, {.file_name = file}, formats, counts.sink(arguments.is_dump));
    auto usage = usage_of(RUSAGE_SELF);
    usage.cpu_seconds -= before.cpu_seconds;
    report(file, summary, counts, rounds, usage);
  }
  return 0;
}

// The time includes the worker's start; memory is that of its largest child.
int run_in_worker(const Arguments& arguments) {
  for (const auto& file : arguments.files) {
    Counts counts;
    Result<DocumentSummary> summary = DocumentSummary{};
    auto before = usage_of(RUSAGE_CHILDREN);
    {
      auto reader =
          make_document_reader({.worker_path = arguments.worker, .pdfium_path = arguments.pdfium});
      if (!reader) {
        std::fprintf(stderr, "%s\n", reader.error().message.c_str());
        return 1;
      }
      for (int round = 0; round < arguments.rounds; ++round)
        summary = sync_wait((*reader)->read({}, file, file, counts.sink(arguments.is_dump)));
    }
    auto usage = usage_of(RUSAGE_CHILDREN);
    usage.cpu_seconds -= before.cpu_seconds;
    report(file, summary, counts, arguments.rounds, usage);
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
