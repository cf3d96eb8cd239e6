#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "documents/chunker_units.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

struct ChunkerOptions {
  // How large a text is, in the unit of the sizes below: tokens of the embedder, or characters.
  std::function<int(std::string_view)> measure;
  int size_target = 384;  // whole blocks are packed up to this
  int size_max = 512;     // only larger blocks are split
  int overlap = 58;       // repeated between the parts of one split block, in whole sentences
  int size_small = 96;    // shorter pieces join their neighbours; at most a quarter of the target
};

// The number of characters (code points) of a UTF-8 text.
int count_characters(std::string_view text);

// Bytes [begin, end) of a piece's text are the text of one block, or a part of it, on `page`.
struct PieceSpan {
  int page = 1;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::optional<Box> box{};
};

// A piece of a document, to be embedded and found as one. What its spans leave out are separators
// and the header rows of a table that is split.
struct Piece {
  std::string text;
  std::string heading_path{};  // "Part > Chapter > Section"
  std::string type = "text";   // text | table | code
  int page_first = 1;
  int page_last = 1;
  int size = 0;  // as measured
  std::vector<PieceSpan> spans{};
};

// Cuts a stream of blocks into pieces along the document's own structure: a heading starts a new
// piece, blocks stay whole unless they alone are too large; then they are split between sentences
// (tables between rows with their header rows repeated, code at blank lines), and only what is too
// large itself between words. A sentence that ends in a colon stays with the list or code it
// announces, a footnote with the text of its page. Pieces that are too short to be found by
// themselves are joined: with their neighbour under the same heading, or short sections that follow
// each other under one heading, whose own headings then stand in the text.
class Chunker {
 public:
  // `deliver` receives each finished piece; its failure stops the chunker.
  Chunker(ChunkerOptions options, std::function<Result<void>(Piece)> deliver);

  Result<void> add(const std::vector<Block>& blocks);
  // Delivers what is left; call once, at the end.
  Result<void> finish();

 private:
  struct Heading {
    int level = 1;
    std::string text;
    int page = 1;
    std::optional<Box> box{};
    std::uint64_t section = 0;
  };
  // A piece that is not delivered yet, and where it stands.
  struct Draft {
    Piece piece{};
    Heading heading{};          // of its section; level 0 before the first heading
    std::uint64_t parent = 0;   // the section around its section; 0: none
    std::string parent_path{};  // of headings
    bool begins_section = false;
    bool ends_section = false;
    bool shows_heading = false;    // the text holds the heading
    bool continues_block = false;  // begins within a block
    BlockKind last_kind = BlockKind::paragraph;
    std::size_t before_last = 0;  // the size of the text before its last block
    int last_size = 0;
  };
  struct Split;

  Result<void> add_heading(const Block& block);
  Result<void> add_content(const Block& block);
  Result<void> add_whole(const Block& block, int size);
  Result<void> add_split(const Block& block, const std::vector<Unit>& units);
  Result<void> add_slices(Split& split);
  [[nodiscard]] bool goes_on(const Block& block) const;
  bool add_footnote(const Block& block, int size);
  Result<void> make_room(const Block& block, int size);
  Result<void> carry_lead_in(int size);
  Result<void> add_bare_heading();
  Result<void> finish_draft(bool ends_section);

  void begin_draft();
  void append(Draft& draft, const Block& block, std::string_view text, int size);
  void append_piece(Draft& draft, const Piece& more) const;
  [[nodiscard]] bool leads_in(const Block& block) const;
  [[nodiscard]] bool may_join(const Draft& before, const Draft& next) const;
  [[nodiscard]] bool may_join_sections(const Draft& before, const Draft& next) const;
  void join_sections(Draft& before, const Draft& next) const;
  [[nodiscard]] int repeated_header_size() const;
  void update_paths();

  ChunkerOptions options_;
  UnitLimits limits_;
  int separator_size_ = 0;
  std::function<Result<void>(Piece)> deliver_;
  std::vector<Heading> headings_;
  std::string path_;
  std::string parent_path_;
  std::uint64_t sections_ = 0;
  bool is_heading_bare_ = false;     // nothing has followed the last heading yet
  bool is_heading_in_text_ = false;  // the text of the section begins with its heading
  bool has_section_begun_ = false;   // a draft of the section was begun
  TableHeader header_;               // of the table that was added last
  bool may_table_go_on_ = false;     // the last block was a long table
  Draft draft_;                      // blocks are added to it
  std::optional<Draft> held_;        // finished; the next may join it
};

}  // namespace aiva::documents
