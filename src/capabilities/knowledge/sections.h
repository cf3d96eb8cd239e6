#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "capabilities/knowledge/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/database.h"

namespace aiva::knowledge {

// A chunk among its neighbours in the document: those that follow each other under its heading or
// a heading below that.
struct Section {
  std::vector<Chunk> chunks{};  // in the order of the document, without gaps
  std::size_t at = 0;           // which of them it is the section of
};

// The section around chunk `at` of `neighbours`, which are consecutive chunks of one document: as
// many on both sides as have at most `tokens_max` tokens together with it, the nearest first.
Section section_around(std::vector<Chunk> neighbours, std::size_t at, int tokens_max);

// Finds what stands around chunks.
class Sections {
 public:
  virtual ~Sections() = default;
  // The section around each of these chunks, in their order; of a chunk that is gone or of another
  // tenant the section is empty. At most `tokens_max` tokens each, but never less than the chunk.
  virtual Task<Result<std::vector<Section>>> around(CallContext context, std::vector<ChunkId> ids,
                                                    int tokens_max) = 0;
};

// Reads sections from the rows of chunks; `database` is borrowed.
std::unique_ptr<Sections> make_sections(Database& database);

}  // namespace aiva::knowledge
