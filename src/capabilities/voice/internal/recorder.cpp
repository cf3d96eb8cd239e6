#include "capabilities/voice/internal/recorder.h"

#include <cstring>
#include <utility>

#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr int hold_ms = 500;
constexpr std::int64_t piece_ms = 1'000;
constexpr std::size_t waiting_seconds_max = 8;
constexpr std::size_t frame_bytes = 4;

void write_piece(RecordingProgress& progress, std::uint64_t frame, const std::string& piece) {
  if (!progress.has_failed) {
    auto written = progress.file.write(frame, piece);
    if (!written) {
      progress.has_failed = true;
      log::failure("A call is no longer recorded", {}, written.error());
    }
  }
  progress.waiting_bytes -= piece.size();
}

}  // namespace

Recorder::Recorder(std::shared_ptr<RecordingProgress> progress, ThreadPool& disk,
                   AudioFormat format, Done done)
    : progress_(std::move(progress)),
      disk_(disk),
      tape_(format, hold_ms),
      done_(std::move(done)),
      waiting_max_(static_cast<std::size_t>(format.rate) * frame_bytes * waiting_seconds_max) {}

void Recorder::beat(std::int64_t now) {
  if (now - handed_over_at_ < piece_ms) return;
  handed_over_at_ = now;
  tape_.take(now, samples_);
  hand_over();
}

void Recorder::hand_over() {
  if (samples_.empty()) return;
  auto frame = std::exchange(frames_, frames_ + samples_.size() / 2);
  std::string piece(samples_.size() * 2, '\0');
  std::memcpy(piece.data(), samples_.data(), piece.size());
  samples_.clear();
  if (progress_->has_failed) return;
  auto bytes = piece.size();
  bool has_room = progress_->waiting_bytes + bytes <= waiting_max_;
  progress_->waiting_bytes += bytes;
  Work work = [progress = progress_, frame, piece = std::move(piece)] {
    write_piece(*progress, frame, piece);
  };
  if (has_room && disk_.try_post(work)) return;
  progress_->waiting_bytes -= bytes;
  progress_->has_gaps = true;
}

void Recorder::over(std::int64_t now, CallEnd) {
  tape_.finish(now, samples_);
  hand_over();
  // Whoever recovers recordings may take the file as soon as its end has been tried.
  progress_.reset();
  std::exchange(done_, nullptr)(frames_);
}

}  // namespace aiva::voice
