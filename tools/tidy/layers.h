// src/layers.txt: who may include whom, and which folder owns which library.
//
//   capabilities/chat: foundation ports capabilities/search    a folder and what it may include
//   adapters/*: foundation ports                               the same for each folder in adapters
//   @library sqlite3.h: adapters/sqlite                        only there may <sqlite3.h> stand
//   @library sys/: *                                           anywhere
//   @library gtest/: @test                                     in test files only
//   @test: ports/testing                                       what test files may include besides
//
// The most specific folder wins; a folder may always include itself; entries are folders or files.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tidy/repository.h"
#include "tidy/tidy.h"

namespace aiva::tidy {

// One line about a folder; for `adapters/*` each child folder is a module of its own.
struct LayerRule {
  std::string folder;
  bool each_child = false;
  std::vector<std::string> allowed;
  std::size_t line = 0;
};

// One line about a library: includes that start with `prefix` may stand in `owners` only.
struct LibraryRule {
  std::string prefix;
  std::vector<std::string> owners;
};

// The module a file belongs to and the rule that speaks about it.
struct Module {
  std::string folder;
  const LayerRule* rule = nullptr;
};

struct Layers {
  std::vector<LayerRule> rules;
  std::vector<LibraryRule> libraries;
  std::vector<std::string> test_allowed;

  // The module of a path below src/, nothing when no rule speaks about it.
  std::optional<Module> find_module(std::string_view path) const;
  // The rule with the longest prefix that fits a library include, nullptr when there is none.
  const LibraryRule* find_library(std::string_view include) const;
};

// Reads the file; lines it cannot understand and circles among the folders become findings.
Layers parse_layers(const SourceFile& file, Findings& findings);

}  // namespace aiva::tidy
