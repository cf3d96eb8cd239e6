#include "app/paths.h"

#include <initializer_list>
#include <system_error>

namespace aiva::app {
namespace {

namespace fs = std::filesystem;

fs::path program_folder() {
  std::error_code error;
  auto program = fs::read_symlink("/proc/self/exe", error);
  return error ? fs::current_path(error) : program.parent_path();
}

fs::path first_existing(std::initializer_list<fs::path> candidates) {
  std::error_code error;
  for (const auto& candidate : candidates)
    if (fs::exists(candidate, error)) return fs::weakly_canonical(candidate, error);
  return *candidates.begin();
}

}  // namespace

Paths find_paths(const Config& config) {
  auto here = program_folder();
  Paths paths;
  paths.native = config.native.folder.empty()
                     ? first_existing({here / "native", here / "../lib/aiva/native",
                                       here / "../../../native/unpacked", "native/unpacked"})
                     : fs::path(config.native.folder);
  paths.onnxruntime = config.native.onnxruntime.empty()
                          ? paths.native / "onnxruntime/libonnxruntime.so"
                          : fs::path(config.native.onnxruntime);
  paths.pdfium = config.native.pdfium.empty() ? paths.native / "pdfium/libpdfium.so"
                                              : fs::path(config.native.pdfium);
  paths.token_ranks = config.native.token_ranks.empty()
                          ? paths.native / "tokens/o200k_base.tiktoken"
                          : fs::path(config.native.token_ranks);
  paths.document_worker =
      first_existing({here / "aiva-docworker", here / "../lib/aiva/aiva-docworker"});
  paths.console = config.server.console.empty()
                      ? first_existing({here / "../share/aiva/console",
                                        here / "../../../console/dist", "console/dist"})
                      : fs::path(config.server.console);
  return paths;
}

}  // namespace aiva::app
