#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/types.h"
#include "foundation/result.h"

namespace aiva::voice {

// The file of a recording while its call goes on: a WAV file of two channels that is playable up to
// what was written. Whoever writes it holds its lock, which goes with the process. Everything here
// blocks; one thread at a time.
class RecordingFile {
 public:
  // Nothing happens before the first write.
  RecordingFile(std::filesystem::path path, int rate) : path_(std::move(path)), rate_(rate) {}
  ~RecordingFile();
  RecordingFile(const RecordingFile&) = delete;
  RecordingFile& operator=(const RecordingFile&) = delete;

  // Samples of both channels in turn, from `frame` on; what is left out is silence.
  Result<void> write(std::uint64_t frame, std::string_view samples);
  // Tells in the header how long it is: `frames`, or what is there; fails where that is nothing.
  Result<void> finish(std::optional<std::uint64_t> frames);
  // Takes a file over that somebody began. False: it is being written, or gone. Fails with
  // `invalid` when it is no WAV file.
  Result<bool> adopt();
  void remove();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Whether finish() had told its length before.
  [[nodiscard]] bool was_finished() const { return was_finished_; }

 private:
  Result<void> open();

  std::filesystem::path path_;
  int rate_;
  int descriptor_ = -1;
  bool was_finished_ = false;
};

// Which call's recording a file is, by its name.
struct RecordingName {
  TenantId tenant{};
  CallId call{};
};
std::filesystem::path recording_path(const std::filesystem::path& folder, RecordingName name);
std::optional<RecordingName> parse_recording_name(const std::filesystem::path& path);
// Where the finished one lies in the object store.
std::string recording_key(RecordingName name);

// The recordings that lie in the folder, at most so many; none where there is no folder.
std::vector<std::filesystem::path> list_recordings(const std::filesystem::path& folder,
                                                   std::size_t count_max);

}  // namespace aiva::voice
