#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/docworker/conversion.h"
#include "adapters/docworker/worker_link.h"
#include "documents/protocol.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva {

// Follows one child from its first record to its end.
class Reading {
 public:
  struct Limits {
    // For all tries together, from now on; the time the sink takes does not count.
    std::chrono::milliseconds wall_timeout;
    std::stop_token shutdown;
  };

  // `sink`, `context` and `conversion` are borrowed.
  Reading(const CallContext& context, const DocumentSink& sink, Limits limits,
          const Conversion& conversion);

  // Delivers what the child sends and says how it went: the summary; a partial one when the child
  // ended early after a page had come; else why nothing could be read. Ends the child in any case.
  Result<DocumentSummary> follow(ChildLink link);
  // Whether the worker itself was lost before anything came, so that another try can help, and
  // there is time left for it.
  [[nodiscard]] bool may_try_again() const {
    return is_worker_lost_ && !has_blocks_ && std::chrono::steady_clock::now() < wall_deadline_;
  }

 private:
  enum class Wake { bytes, wall_timeout };

  Result<Wake> wait(int results);
  Result<bool> take_bytes(int results);
  Result<void> handle_records();
  Result<void> deliver(std::vector<Block> blocks);
  Result<void> deliver(const documents::Progress& progress);
  Result<void> deliver(const documents::FilePiece& piece);
  Result<void> convert(documents::ConversionPiece piece);
  Result<void> reply(std::string_view bytes);
  Result<DocumentSummary> end_early(Error error);
  Result<DocumentSummary> end_by_status(int leash);

  const CallContext& context_;
  const DocumentSink& sink_;
  Limits limits_;
  const Conversion& conversion_;
  int replies_ = -1;                           // the child reads there
  std::string legacy_bytes_;                   // of the document the child wants converted
  std::chrono::milliseconds conversion_left_;  // time for further conversions
  std::chrono::steady_clock::time_point wall_deadline_;
  documents::FileDescriptor wake_up_;  // readable when the call or the reader is cancelled
  documents::RecordDecoder decoder_;
  DocumentSummary so_far_;
  std::optional<Result<DocumentSummary>> outcome_;
  bool has_blocks_ = false;
  bool is_worker_lost_ = false;
};

}  // namespace aiva
