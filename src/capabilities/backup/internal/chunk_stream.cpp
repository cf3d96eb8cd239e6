#include "capabilities/backup/internal/chunk_stream.h"

#include <utility>

namespace aiva::backup {

ChunkWriter::ChunkWriter(Vault& vault, Additions& additions)
    : vault_(vault),
      additions_(additions),
      cutter_(vault.cut_seed()),
      sink_([this](std::string_view chunk) { return keep(chunk); }) {}

Result<void> ChunkWriter::add(std::string_view piece) { return cutter_.add(piece, sink_); }

Result<void> ChunkWriter::add_row(std::string_view row) {
  frame_.clear();
  append_framed(frame_, row);
  return cutter_.add(frame_, sink_);
}

Result<std::vector<ChunkId>> ChunkWriter::finish() {
  TRY_VOID(cutter_.finish(sink_));
  return std::exchange(chunks_, {});
}

Result<void> ChunkWriter::keep(std::string_view chunk) {
  TRY(auto kept, vault_.keep(chunk));
  chunks_.push_back(kept.id);
  if (kept.stored_bytes > 0) ++additions_.chunks;
  if (kept.was_damaged) ++additions_.mended;
  additions_.bytes += kept.stored_bytes;
  return {};
}

Result<void> read_rows(Vault& vault, const std::vector<ChunkId>& chunks, const EachRowBytes& each) {
  RowStream stream;
  for (const auto& chunk : chunks) {
    TRY(auto bytes, vault.load(chunk));
    stream.add(bytes);
    for (;;) {
      TRY(auto row, stream.next());
      if (row.empty()) break;
      TRY_VOID(each(row));
    }
  }
  if (!stream.is_at_end()) return fail(internal_error("rows of a backup end within a row"));
  return {};
}

}  // namespace aiva::backup
