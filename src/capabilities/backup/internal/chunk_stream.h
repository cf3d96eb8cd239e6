#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "capabilities/backup/internal/cutter.h"
#include "capabilities/backup/internal/row_format.h"
#include "capabilities/backup/internal/vault.h"
#include "foundation/result.h"

namespace aiva::backup {

// What was added to a vault.
struct Additions {
  std::int64_t chunks = 0;
  std::int64_t bytes = 0;
  std::int64_t mended = 0;
};

// Writes streams into a vault, one after the other. Borrows both.
class ChunkWriter {
 public:
  ChunkWriter(Vault& vault, Additions& additions);

  Result<void> add(std::string_view piece);
  // Adds a row, framed.
  Result<void> add_row(std::string_view row);
  // Ends the stream and says what it consists of.
  Result<std::vector<ChunkId>> finish();

 private:
  Result<void> keep(std::string_view chunk);

  Vault& vault_;
  Additions& additions_;
  Cutter cutter_;
  Cutter::Sink sink_;
  std::string frame_;
  std::vector<ChunkId> chunks_;
};

using EachRowBytes = std::function<Result<void>(std::string_view row)>;

// Calls `each` for the rows of a stream. Fails with `internal` for one that ends within a row.
Result<void> read_rows(Vault& vault, const std::vector<ChunkId>& chunks, const EachRowBytes& each);

}  // namespace aiva::backup
