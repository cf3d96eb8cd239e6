#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capabilities/voice/call_tap.h"
#include "capabilities/voice/internal/call_tape.h"
#include "capabilities/voice/internal/recording_file.h"
#include "foundation/thread_pool.h"

namespace aiva::voice {

// What of a recording lies between its call and the disk. Shared by both threads.
struct RecordingProgress {
  RecordingProgress(std::filesystem::path path, int rate) : file(std::move(path), rate) {}

  RecordingFile file;                         // the disk's thread
  std::atomic<std::size_t> waiting_bytes{0};  // given to the disk's thread, not written yet
  std::atomic<bool> has_failed{false};
  std::atomic<bool> has_gaps{false};
};

// Records one call: lays both sides side by side and gives them to the disk's thread, a second at a
// time. The disk may be slow: what it cannot take is left out, and is silence.
class Recorder final : public CallTap {
 public:
  // `frames`: how long the call was, in samples.
  using Done = std::function<void(std::uint64_t frames)>;

  Recorder(std::shared_ptr<RecordingProgress> progress, ThreadPool& disk, AudioFormat format,
           Done done);

  void heard(std::int64_t now, std::string_view audio) override { tape_.heard(now, audio); }
  void played(std::int64_t at, std::string_view frame) override { tape_.played(at, frame); }
  void cut(std::int64_t at) override { tape_.cut(at); }
  void beat(std::int64_t now) override;
  void over(std::int64_t now, CallEnd end) override;

 private:
  void hand_over();

  std::shared_ptr<RecordingProgress> progress_;
  ThreadPool& disk_;
  CallTape tape_;
  Done done_;
  std::vector<std::int16_t> samples_{};
  std::uint64_t frames_ = 0;  // handed over
  std::int64_t handed_over_at_ = 0;
  std::size_t waiting_max_;
};

}  // namespace aiva::voice
