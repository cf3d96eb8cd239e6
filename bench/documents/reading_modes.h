#pragma once

#include <string>
#include <vector>

#include "ports/document_reader.h"

namespace aiva::documents {

// What the command line asks of documents_bench.
struct Arguments {
  bool is_dump = false;
  bool is_text = false;
  bool is_summary = false;
  bool is_raw = false;
  int rounds = 5;
  std::string pdfium = "native/unpacked/pdfium/libpdfium.so";
  std::string worker;
  std::vector<std::string> files;
};

// One block a line with its kind and place, its links below.
void dump_blocks(const std::vector<Block>& blocks);

// The text of the blocks alone, an empty line between two.
void print_text(const std::vector<Block>& blocks);

}  // namespace aiva::documents
