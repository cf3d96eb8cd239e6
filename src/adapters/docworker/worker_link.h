#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "documents/descriptors.h"
#include "documents/protocol.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva {

// Our ends of what connects us with the child that reads one document.
struct ChildLink {
  documents::FileDescriptor results;  // records arrive here until the child ends
  documents::FileDescriptor leash;    // closing it ends the child; its wait status arrives here
  documents::FileDescriptor replies;  // for what was converted for the child
};

// The worker process: started when first needed, and again, with growing pauses, when it has ended.
// Any thread.
class WorkerLink {
 public:
  // `arguments` are the program's.
  WorkerLink(std::filesystem::path worker, std::vector<std::string> arguments);
  // Ends the worker and with it its children.
  ~WorkerLink();
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;

  // Has a child read the open file. `unavailable` when the worker cannot be had now.
  Result<ChildLink> start_child(int document, const documents::WorkRequest& order);
  // The worker's process id, 0 when it is not running; for tests and logs.
  [[nodiscard]] pid_t worker_id() const;

 private:
  using Clock = std::chrono::steady_clock;

  // A duplicate of the socket of a running worker and that worker's id.
  struct Connection {
    documents::FileDescriptor control;
    pid_t id = 0;
  };
  Result<Connection> connect();
  Result<void> start();
  void note_end();
  // Ends the worker, which does not answer, unless another one runs already.
  void drop(pid_t id);

  std::filesystem::path worker_;
  std::vector<std::string> arguments_;
  mutable std::mutex mutex_;
  documents::FileDescriptor control_;
  pid_t id_ = 0;
  Clock::time_point started_at_{};
  Clock::time_point may_start_at_{};
  int quick_ends_ = 0;  // in a row
};

}  // namespace aiva
