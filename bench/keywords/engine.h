#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aiva::bench {

// A text of lower-case words with one space between them.
using Texts = std::vector<std::string>;

// A way to find the best rows for the words of a query.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  virtual void build(const Texts& texts) = 0;
  [[nodiscard]] virtual std::size_t bytes() const = 0;
  virtual std::vector<std::uint32_t> search(const std::string& query, std::size_t count_max) = 0;
};

// Ours; words are stemmed too where a language is given.
std::unique_ptr<Engine> make_own_engine(std::string language);
// BM25 over lists of postings, row by row, the measure of quality.
std::unique_ptr<Engine> make_plain_engine();
// SQLite's FTS5 with ORDER BY rank.
std::unique_ptr<Engine> make_sqlite_engine();
// Xapian's BM25, in a temporary folder.
std::unique_ptr<Engine> make_xapian_engine();

}  // namespace aiva::bench
