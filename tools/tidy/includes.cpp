#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "tidy/layers.h"
#include "tidy/tidy.h"

namespace aiva::tidy {
namespace {

constexpr std::string_view layers_path = "src/layers.txt";

struct Include {
  std::string target;
  bool is_library = false;
  std::size_t line = 0;
};

std::string_view trim_front(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

std::vector<Include> list_includes(const SourceFile& file) {
  std::vector<Include> includes;
  for (std::size_t index = 0; index < file.lines.size(); ++index) {
    std::string_view rest = trim_front(file.lines[index]);
    if (!rest.starts_with('#')) continue;
    rest = trim_front(rest.substr(1));
    if (!rest.starts_with("include")) continue;
    rest = trim_front(rest.substr(std::string_view("include").size()));
    if (rest.empty() || (rest[0] != '<' && rest[0] != '"')) continue;
    const std::size_t end = rest.find(rest[0] == '<' ? '>' : '"', 1);
    if (end == std::string_view::npos) continue;
    includes.push_back({.target = std::string(rest.substr(1, end - 1)),
                        .is_library = rest[0] == '<',
                        .line = index + 1});
  }
  return includes;
}

bool is_any_under(std::string_view path, const std::vector<std::string>& folders) {
  return std::ranges::any_of(folders,
                             [&](const std::string& folder) { return is_under(path, folder); });
}

// Applies layers.txt to one file of src/; `inner_path` is its path below src/.
class FileCheck {
 public:
  FileCheck(const Repository& repository, const Layers& layers, const SourceFile& file,
            Findings& findings)
      : repository_(repository),
        layers_(layers),
        file_(file),
        inner_path_(std::string_view(file.path).substr(std::string_view("src/").size())),
        findings_(findings) {}

  void run() {
    const std::optional<Module> module = layers_.find_module(inner_path_);
    if (!module) return report(0, "layers", "its folder has no line in src/layers.txt");
    for (const Include& include : list_includes(file_)) {
      if (include.is_library) {
        check_library(include);
      } else {
        check_layer(*module, include);
      }
    }
  }

 private:
  void check_layer(const Module& module, const Include& include) {
    if (include.target.starts_with("generated/")) return;
    if (repository_.find("src/" + include.target) == nullptr) {
      return report(include.line, "layers",
                    fmt::format("\"{}\" is no path from src/", include.target));
    }
    check_internal(include);
    if (is_under(include.target, module.folder)) return;
    if (is_any_under(include.target, module.rule->allowed)) return;
    if (file_.is_test() && is_any_under(include.target, layers_.test_allowed)) return;
    report(include.line, "layers",
           fmt::format("{} may not include \"{}\"", module.folder, include.target));
  }

  // What lies in X/internal/ is for files under X only.
  void check_internal(const Include& include) {
    const std::size_t internal = include.target.find("/internal/");
    if (internal == std::string::npos) return;
    const std::string_view owner = std::string_view(include.target).substr(0, internal);
    if (is_under(inner_path_, owner)) return;
    report(include.line, "internal",
           fmt::format("\"{}\" is internal to {}", include.target, owner));
  }

  void check_library(const Include& include) {
    const bool is_standard = include.target.find_first_of("./") == std::string::npos;
    if (is_standard) return;
    const LibraryRule* library = layers_.find_library(include.target);
    if (library == nullptr) {
      return report(include.line, "library",
                    fmt::format("<{}> has no owner in src/layers.txt", include.target));
    }
    const bool is_owner = std::ranges::any_of(library->owners, [&](const std::string& owner) {
      if (owner == "*") return true;
      if (owner == "@test") return file_.is_test();
      return is_under(inner_path_, owner);
    });
    if (is_owner) return;
    report(include.line, "library", fmt::format("<{}> may not be included here", include.target));
  }

  void report(std::size_t line, std::string check, std::string message) {
    findings_.push_back({file_.path, line, std::move(check), std::move(message)});
  }

  const Repository& repository_;
  const Layers& layers_;
  const SourceFile& file_;
  std::string_view inner_path_;
  Findings& findings_;
};

}  // namespace

void check_includes(const Repository& repository, Findings& findings) {
  const SourceFile* layers_file = repository.find(layers_path);
  if (layers_file == nullptr) {
    const bool has_sources = std::ranges::any_of(repository.files, [](const SourceFile& file) {
      return file.is_cpp() && file.is_in("src");
    });
    if (has_sources) {
      findings.push_back({std::string(layers_path), 0, "layers", "the file is missing"});
    }
    return;
  }
  const Layers layers = parse_layers(*layers_file, findings);
  for (const SourceFile& file : repository.files) {
    if (file.is_cpp() && file.is_in("src")) FileCheck(repository, layers, file, findings).run();
  }
}

}  // namespace aiva::tidy
