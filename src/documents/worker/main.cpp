// aiva-docworker: reads documents for the server, each in a confined child.
//
//   aiva-docworker --pdfium LIBRARY    serves requests on the socket that is descriptor 3
//   aiva-docworker --self-check        shows that a confined child can do no harm

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string_view>

#include "documents/worker/fork_server.h"
#include "documents/worker/self_check.h"

namespace {

constexpr int control_descriptor = 3;
constexpr int niceness = 5;  // serving users comes before reading documents

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
  std::string_view mode = argc > 1 ? argv[1] : "";
  auto filter = SystemCallFilter::make();
  if (!filter) return fail_with(filter.error());
  if (mode == "--self-check") return check_confinement(*filter);
  if (mode != "--pdfium" || argc != 3) {
    std::fprintf(stderr, "usage: aiva-docworker --pdfium LIBRARY | --self-check\n");
    return 2;
  }
  // Text, Markdown and HTML can be read without PDFium.
  auto pdfium = Pdfium::open(argv[2]);
  if (!pdfium) fail_with(pdfium.error());
  auto formats = make_all_formats(pdfium ? pdfium->get() : nullptr);
  volunteer_for_the_oom_killer();
  setpriority(PRIO_PROCESS, 0, niceness);
  leave_namespaces();
  return serve_requests(control_descriptor, formats, *filter);
}
