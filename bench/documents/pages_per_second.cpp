// Reads documents in this process, as a child of the worker does, and prints how many pages a
// second of CPU time come out as blocks. With --dump it prints the blocks instead, to judge them by
// eye.
//
//   documents_bench [--dump] [--rounds N] [--pdfium LIBRARY] FILE…

#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "documents/read_document.h"

namespace aiva::documents {
namespace {

struct Arguments {
  bool is_dump = false;
  int rounds = 5;
  std::string pdfium = "native/unpacked/pdfium/libpdfium.so";
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
    else
      arguments.files.emplace_back(word);
  }
  return arguments;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

long peak_memory_kb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
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

int run(const Arguments& arguments) {
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
    std::size_t blocks = 0;
    std::size_t text_bytes = 0;
    Result<DocumentSummary> summary = DocumentSummary{};
    DocumentSink sink{.blocks = [&](std::vector<Block> batch) -> Result<void> {
                        blocks += batch.size();
                        for (const auto& block : batch) text_bytes += block.text.size();
                        if (arguments.is_dump) dump(batch);
                        return {};
                      },
                      .progress = {}};
    double start = cpu_seconds();
    for (int round = 0; round < rounds; ++round)
      summary = read_document(bytes, file, formats, sink);
    double seconds = (cpu_seconds() - start) / rounds;
    if (!summary) {
      std::printf("%s: %s\n", file.c_str(), summary.error().message.c_str());
      continue;
    }
    std::printf(
        "%s: \"%s\" %d/%d pages, %zu blocks, %zu bytes of text, %.3f s CPU, %.0f pages/s, "
        "peak %ld MB%s%s\n",
        file.c_str(), summary->title.c_str(), summary->pages_read, summary->pages,
        blocks / static_cast<std::size_t>(rounds), text_bytes / static_cast<std::size_t>(rounds),
        seconds, summary->pages_read / seconds, peak_memory_kb() / 1024,
        summary->partial_reason.empty() ? "" : "; partial: ", summary->partial_reason.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace aiva::documents

int main(int argc, char** argv) { return aiva::documents::run(aiva::documents::parse(argc, argv)); }
