#include "tidy/layers.h"

#include <fmt/format.h>

#include <map>
#include <sstream>

namespace aiva::tidy {
namespace {

std::vector<std::string> split_words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(std::move(word));
  return words;
}

std::string without_comment(std::string line) {
  if (const std::size_t hash = line.find('#'); hash != std::string::npos) line.resize(hash);
  return line;
}

LayerRule make_rule(std::string folder, std::vector<std::string> allowed, std::size_t line) {
  const bool each_child = folder.ends_with("/*");
  if (each_child) folder.resize(folder.size() - 2);
  return {.folder = std::move(folder),
          .each_child = each_child,
          .allowed = std::move(allowed),
          .line = line};
}

// Depth-first search for a folder that can include itself through others.
class CircleSearch {
 public:
  CircleSearch(const Layers& layers, const SourceFile& file, Findings& findings)
      : layers_(layers), file_(file), findings_(findings) {}

  void run() {
    for (const LayerRule& rule : layers_.rules) visit(rule, rule.folder);
  }

 private:
  enum class State { unseen, open, closed };

  void visit(const LayerRule& rule, const std::string& trail) {
    State& state = states_[&rule];
    if (state == State::closed) return;
    if (state == State::open) {
      findings_.push_back({file_.path, rule.line, "layers", fmt::format("circle: {}", trail)});
      return;
    }
    state = State::open;
    for (const std::string& entry : rule.allowed) {
      const std::optional<Module> next = layers_.find_module(entry);
      if (next && next->rule != &rule) {
        visit(*next->rule, fmt::format("{} -> {}", trail, next->folder));
      }
    }
    states_[&rule] = State::closed;
  }

  const Layers& layers_;
  const SourceFile& file_;
  Findings& findings_;
  std::map<const LayerRule*, State> states_;
};

}  // namespace

std::optional<Module> Layers::find_module(std::string_view path) const {
  std::optional<Module> best;
  for (const LayerRule& rule : rules) {
    if (!is_under(path, rule.folder)) continue;
    std::string folder = rule.folder;
    if (rule.each_child) {
      if (path.size() <= folder.size()) continue;
      const std::size_t end = path.find('/', folder.size() + 1);
      folder = std::string(path.substr(0, end));
    }
    const bool is_better = !best || folder.size() > best->folder.size() ||
                           (folder.size() == best->folder.size() && best->rule->each_child);
    if (is_better) best = Module{.folder = std::move(folder), .rule = &rule};
  }
  return best;
}

const LibraryRule* Layers::find_library(std::string_view include) const {
  const LibraryRule* best = nullptr;
  for (const LibraryRule& library : libraries) {
    if (!include.starts_with(library.prefix)) continue;
    if (best == nullptr || library.prefix.size() > best->prefix.size()) best = &library;
  }
  return best;
}

Layers parse_layers(const SourceFile& file, Findings& findings) {
  Layers layers;
  for (std::size_t index = 0; index < file.lines.size(); ++index) {
    const std::string line = without_comment(file.lines[index]);
    const std::size_t colon = line.find(':');
    std::vector<std::string> subject = split_words(line.substr(0, colon));
    if (subject.empty()) continue;
    std::vector<std::string> entries;
    if (colon != std::string::npos) entries = split_words(line.substr(colon + 1));
    if (colon != std::string::npos && subject.size() == 1 && subject[0] == "@test") {
      layers.test_allowed = std::move(entries);
    } else if (colon != std::string::npos && subject.size() >= 2 && subject[0] == "@library") {
      for (std::size_t word = 1; word < subject.size(); ++word) {
        layers.libraries.push_back({.prefix = subject[word], .owners = entries});
      }
    } else if (colon != std::string::npos && subject.size() == 1 && !subject[0].starts_with('@')) {
      layers.rules.push_back(make_rule(std::move(subject[0]), std::move(entries), index + 1));
    } else {
      findings.push_back({file.path, index + 1, "layers", "not understood: " + file.lines[index]});
    }
  }
  CircleSearch(layers, file, findings).run();
  return layers;
}

}  // namespace aiva::tidy
