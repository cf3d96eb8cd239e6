#include "adapters/docworker/legacy_converter.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

namespace aiva {
namespace {

namespace fs = std::filesystem;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

// soffice.bin itself: the script "soffice" before it starts further programs, which is not allowed.
LegacyConverter find_libreoffice(const fs::path& folder) {
  std::vector<fs::path> folders;
  if (!folder.empty()) {
    folders = {folder, folder / "program"};
  } else {
    folders = {"/usr/lib/libreoffice/program", "/usr/lib64/libreoffice/program"};
    // What the project itself distributes: /opt/libreoffice24.2/program.
    std::vector<fs::path> versions;
    std::error_code error;
    for (fs::directory_iterator entry("/opt", error), end; !error && entry != end;
         entry.increment(error))
      if (entry->path().filename().string().starts_with("libreoffice"))
        versions.push_back(entry->path() / "program");
    std::ranges::sort(versions, std::greater());
    folders.insert(folders.end(), versions.begin(), versions.end());
  }
  for (const auto& each : folders)
    if (auto program = each / "soffice.bin"; is_program(program))
      return {.name = "libreoffice", .for_doc = program, .for_ppt = program};
  return {};
}

LegacyConverter find_catdoc(const fs::path& folder) {
  std::vector<fs::path> folders = {"/usr/bin", "/usr/local/bin"};
  if (!folder.empty()) folders = {folder};
  for (const auto& each : folders)
    if (is_program(each / "catdoc") && is_program(each / "catppt"))
      return {.name = "catdoc", .for_doc = each / "catdoc", .for_ppt = each / "catppt"};
  return {};
}

}  // namespace

Result<LegacyConverter> find_legacy_converter(std::string_view name, const fs::path& folder) {
  if (name.empty() || name == "none") return LegacyConverter{};
  bool may_be_any = name == "auto";
  if (may_be_any || name == "libreoffice")
    if (auto found = find_libreoffice(folder); !found.is_none()) return found;
  if (may_be_any || name == "catdoc")
    if (auto found = find_catdoc(folder); !found.is_none()) return found;
  if (may_be_any) return LegacyConverter{};
  if (name == "libreoffice")
    return fail(ErrorCode::unavailable,
                "The converter of old Office documents, LibreOffice, is not installed (Debian: "
                "libreoffice-writer-nogui and libreoffice-impress-nogui)");
  return fail(ErrorCode::unavailable, "The converter of old Office documents, " +
                                          std::string(name) +
                                          ", is not installed (Debian: " + std::string(name) + ")");
}

}  // namespace aiva
