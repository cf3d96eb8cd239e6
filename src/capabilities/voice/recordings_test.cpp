#include "capabilities/voice/recordings.h"

#include <gmock/gmock.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "capabilities/voice/call_records.h"
#include "capabilities/voice/internal/recording_file.h"
#include "capabilities/voice/testing/calls_fixture.h"
#include "ports/testing/folder_object_store.h"

namespace aiva::voice {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t header = 44;

class RecordingsOf : public CallsFixture {
 protected:
  void SetUp() override {
    CallsFixture::SetUp();
    open();
  }
  void open() {
    recordings_ = make_recordings({.database = *database,
                                   .objects = objects_,
                                   .audit_log = audit_,
                                   .clock = clock,
                                   .metrics = metrics_});
  }
  // Waits until everything is stored.
  void reopen() {
    recordings_.reset();
    open();
  }

  std::shared_ptr<CallTap> record(CallId call, AudioFormat format = {}) {
    return sync_wait(recordings_->record(context(), call, format));
  }
  // So many seconds, in which each side says one value.
  static void speak(CallTap& tap, int from_ms, int until_ms, std::int16_t caller,
                    std::int16_t agent) {
    for (int now = from_ms + frame_ms; now <= until_ms; now += frame_ms) {
      if (caller != 0) tap.heard(now, frame_of(caller));
      if (agent != 0) tap.played(now - frame_ms, frame_of(agent));
      tap.beat(now);
    }
  }
  static std::string frame_of(std::int16_t sample) {
    std::string frame;
    for (int i = 0; i < 160; ++i)
      frame.append(reinterpret_cast<const char*>(&sample), sizeof sample);
    return frame;
  }

  static std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string recording(CallId call) {
    auto path = sync_wait(recordings_->file(context(), call));
    EXPECT_TRUE(path) << path.error().message;
    return path ? bytes_of(*path) : std::string();
  }
  // Caller and agent at that time.
  static std::pair<int, int> at_ms(const std::string& wav, int ms) {
    std::int16_t samples[2] = {};
    auto place = header + static_cast<std::size_t>(ms) * 8 * 4;
    if (place + 4 <= wav.size()) std::memcpy(samples, wav.data() + place, 4);
    return {samples[0], samples[1]};
  }
  static std::uint32_t announced_bytes(const std::string& wav) {
    std::uint32_t length = 0;
    if (wav.size() >= header) std::memcpy(&length, wav.data() + 40, 4);
    return length;
  }
  std::optional<ErrorCode> failure_of_file(CallId call) {
    return failure_of(sync_wait(recordings_->file(context(), call)));
  }
  fs::path staged(CallId call) {
    return recording_path(objects_.staging_folder() / "recordings",
                          {.tenant = tenant, .call = call});
  }
  std::string key(CallId call) { return recording_key({.tenant = tenant, .call = call}); }
  CallId recorded_call() {
    auto call = begun();
    auto tap = record(call.id);
    speak(*tap, 0, 2'000, 100, 0);
    EXPECT_TRUE(finish(call.id, 2'000));
    tap->over(2'000, CallEnd::caller_hung_up);
    reopen();
    return call.id;
  }

  FolderObjectStore objects_;
  Metrics metrics_;
  std::unique_ptr<Recordings> recordings_;
};

TEST_F(RecordingsOf, a_call_have_the_caller_left_and_the_agent_right) {
  auto call = begun();
  auto tap = record(call.id);
  ASSERT_TRUE(tap);
  speak(*tap, 0, 1'000, 0, 500);
  speak(*tap, 1'000, 3'000, -700, 0);
  speak(*tap, 3'000, 4'000, 0, 0);
  EXPECT_EQ(failure_of_file(call.id), ErrorCode::conflict);
  EXPECT_EQ(stored(call.id).recording_status, "recording");
  ASSERT_TRUE(finish(call.id, 4'000));
  tap->over(4'000, CallEnd::caller_hung_up);
  reopen();

  auto wav = recording(call.id);
  ASSERT_EQ(wav.size(), header + 4'000U * 8 * 4);
  EXPECT_EQ(announced_bytes(wav), 4'000U * 8 * 4);
  EXPECT_EQ(at_ms(wav, 500), std::pair(0, 500));
  EXPECT_EQ(at_ms(wav, 2'000), std::pair(-700, 0));
  EXPECT_EQ(at_ms(wav, 3'500), std::pair(0, 0));
  EXPECT_EQ(stored(call.id).recording_status, "complete");
  EXPECT_FALSE(fs::exists(staged(call.id)));
}

TEST_F(RecordingsOf, a_call_lie_side_by_side_whatever_the_network_does) {
  auto call = begun();
  auto tap = record(call.id);
  speak(*tap, 0, 1'000, 100, 0);
  // Nothing for a second, then everything at once.
  speak(*tap, 1'000, 2'000, 0, 0);
  for (int i = 0; i < 10; ++i) tap->heard(2'000, frame_of(200));
  tap->played(2'000, frame_of(300));  // ahead of time
  tap->played(2'020, frame_of(300));
  tap->cut(2'020);
  speak(*tap, 2'000, 4'000, 0, 0);
  ASSERT_TRUE(finish(call.id, 4'000));
  tap->over(4'000, CallEnd::caller_hung_up);
  reopen();

  auto wav = recording(call.id);
  EXPECT_EQ(at_ms(wav, 999).first, 100);
  EXPECT_EQ(at_ms(wav, 1'500).first, 0);
  EXPECT_EQ(at_ms(wav, 1'985).first, 200);
  EXPECT_EQ(at_ms(wav, 2'019), std::pair(200, 300));
  EXPECT_EQ(at_ms(wav, 2'021).second, 0) << "nobody heard it";
}

TEST_F(RecordingsOf, G711_are_decoded) {
  auto call = begun();
  auto tap = record(call.id, {.coding = Coding::pcmu});
  for (int now = frame_ms; now <= 1'000; now += frame_ms) {
    tap->heard(now, std::string(160, '\x80'));  // the loudest there is
    tap->beat(now);
  }
  ASSERT_TRUE(finish(call.id, 1'000));
  tap->over(1'000, CallEnd::caller_hung_up);
  reopen();

  EXPECT_EQ(at_ms(recording(call.id), 500), std::pair(32'124, 0));
}

TEST_F(RecordingsOf, a_disk_that_fails_leave_the_call_alone_and_say_so) {
  fs::create_directories(objects_.staging_folder());
  std::ofstream(objects_.staging_folder() / "recordings") << "in the way";
  auto call = begun();
  auto tap = record(call.id);
  ASSERT_TRUE(tap);
  speak(*tap, 0, 5'000, 100, 100);
  ASSERT_TRUE(finish(call.id, 5'000));
  tap->over(5'000, CallEnd::caller_hung_up);
  reopen();

  EXPECT_EQ(stored(call.id).recording_status, "failed");
  EXPECT_EQ(failure_of_file(call.id), ErrorCode::not_found);
  EXPECT_TRUE(metrics_.to_prometheus_text().contains("aiva_voice_recordings_failed_total 1"));
}

TEST_F(RecordingsOf, a_store_that_is_away_wait_for_it) {
  auto call = begun();
  auto tap = record(call.id);
  speak(*tap, 0, 2'000, 100, 0);
  ASSERT_TRUE(finish(call.id, 2'000));
  objects_.fail_with(Error{.code = ErrorCode::unavailable, .message = "The store is away"});
  tap->over(2'000, CallEnd::caller_hung_up);
  reopen();
  EXPECT_EQ(failure_of_file(call.id), ErrorCode::conflict);

  objects_.fail_with({});
  EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 1);
  EXPECT_EQ(stored(call.id).recording_status, "complete");
  EXPECT_EQ(announced_bytes(recording(call.id)), 2'000U * 8 * 4);
}

TEST_F(RecordingsOf, processes_that_died_are_playable) {
  auto call = begun();
  {
    RecordingFile file(staged(call.id), 8'000);
    ASSERT_TRUE(file.write(0, std::string(8'000 * 4, '\1')));
    ASSERT_TRUE(file.write(8'000, "abc"));  // a frame was cut off
    // It is being written.
    EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 0);
  }
  ASSERT_TRUE(sync_wait(recordings_->record(context(), call.id, {})));  // as its row says
  EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 0) << "the call goes on";
  ASSERT_TRUE(finish(call.id, 1'000, CallEnd::failed));

  EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 1);
  auto wav = recording(call.id);
  EXPECT_EQ(wav.size(), header + 8'000U * 4);
  EXPECT_EQ(announced_bytes(wav), 8'000U * 4);
  EXPECT_EQ(stored(call.id).recording_status, "partial");
  EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 0);
}

TEST_F(RecordingsOf, processes_that_died_without_a_sound_have_failed) {
  auto call = begun();
  fs::create_directories(staged(call.id).parent_path());
  std::ofstream(staged(call.id)) << "RI";
  ASSERT_TRUE(record(call.id));
  ASSERT_TRUE(finish(call.id, 1'000, CallEnd::failed));

  EXPECT_EQ(sync_wait(recordings_->recover({})).value_or(-1), 0);
  EXPECT_EQ(stored(call.id).recording_status, "failed");
  EXPECT_FALSE(fs::exists(staged(call.id)));
}

TEST_F(RecordingsOf, a_row_whose_file_is_nowhere_are_given_up_after_a_day) {
  auto call = begun();
  ASSERT_TRUE(record(call.id));
  ASSERT_TRUE(finish(call.id, 1'000, CallEnd::failed));
  ASSERT_TRUE(sync_wait(recordings_->recover({})));
  EXPECT_EQ(stored(call.id).recording_status, "recording");

  clock.advance(std::chrono::hours(25));
  ASSERT_TRUE(sync_wait(recordings_->recover({})));
  EXPECT_EQ(stored(call.id).recording_status, "failed");
}

TEST_F(RecordingsOf, others_are_not_seen) {
  auto call = recorded_call();
  EXPECT_EQ(failure_of(sync_wait(recordings_->file(other(), call))), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(recordings_->remove(other(), {}, call))), ErrorCode::not_found);
  EXPECT_TRUE(objects_.has(key(call)));
}

TEST_F(RecordingsOf, a_call_go_when_they_are_deleted) {
  auto call = recorded_call();
  ASSERT_TRUE(sync_wait(recordings_->remove(context(), {}, call)));

  EXPECT_FALSE(objects_.has(key(call)));
  EXPECT_EQ(stored(call).recording_status, "removed");
  EXPECT_EQ(failure_of_file(call), ErrorCode::not_found);
  EXPECT_EQ(failure_of(sync_wait(recordings_->remove(context(), {}, call))), ErrorCode::not_found);
  ASSERT_EQ(audit_.entries.size(), 1U);
  EXPECT_EQ(audit_.entries.at(0).action, "call.recording_deleted");
}

TEST_F(RecordingsOf, an_agent_go_with_it_as_soon_as_the_store_lets_them) {
  auto call = recorded_call();
  auto forgetting = write(*database, context(), [&](SqlSession& sql) {
    return remove_recordings_of(sql, tenant, agents_.agent.id);
  });
  ASSERT_TRUE(sync_wait(std::move(forgetting)));
  EXPECT_EQ(failure_of_file(call), ErrorCode::not_found);

  objects_.fail_with(Error{.code = ErrorCode::unavailable, .message = "The store is away"});
  EXPECT_FALSE(sync_wait(recordings_->remove_files({})));
  objects_.fail_with({});
  EXPECT_TRUE(objects_.has(key(call)));
  EXPECT_EQ(sync_wait(recordings_->remove_files({})).value_or(-1), 1);
  EXPECT_FALSE(objects_.has(key(call)));
  EXPECT_EQ(sync_wait(recordings_->remove_files({})).value_or(-1), 0);
}

TEST_F(RecordingsOf, a_conversation_go_with_it) {
  auto session = ChatSessionId::make();
  auto call = announce();
  ASSERT_TRUE(sync_wait(log_->begin(context(), call.id, session)));
  auto tap = record(call.id);
  speak(*tap, 0, 2'000, 100, 0);
  ASSERT_TRUE(finish(call.id, 2'000));
  tap->over(2'000, CallEnd::caller_hung_up);
  reopen();
  auto others = recorded_call();

  auto forgetting = write(*database, context(), [&](SqlSession& sql) {
    return forget_calls_of_session(sql, tenant, session);
  });
  ASSERT_TRUE(sync_wait(std::move(forgetting)));
  EXPECT_EQ(sync_wait(recordings_->remove_files({})).value_or(-1), 1);
  EXPECT_FALSE(objects_.has(key(call.id)));
  EXPECT_TRUE(objects_.has(key(others)));
}

TEST_F(RecordingsOf, a_call_that_is_forgotten_while_it_goes_on_do_not_stay) {
  auto call = begun();
  auto tap = record(call.id);
  speak(*tap, 0, 2'000, 100, 0);
  auto forgetting = write(*database, context(), [&](SqlSession& sql) {
    return remove_recordings_of(sql, tenant, agents_.agent.id);
  });
  ASSERT_TRUE(sync_wait(std::move(forgetting)));
  ASSERT_TRUE(finish(call.id, 2'000));
  tap->over(2'000, CallEnd::caller_hung_up);
  reopen();

  EXPECT_FALSE(objects_.has(key(call.id)));
  EXPECT_FALSE(fs::exists(staged(call.id)));
  EXPECT_EQ(stored(call.id).recording_status, "removed");
}

TEST_F(RecordingsOf, old_calls_are_forgotten) {
  auto old = recorded_call();
  clock.advance(std::chrono::hours(24 * 10));
  auto young = recorded_call();

  EXPECT_EQ(sync_wait(recordings_->remove_older({}, std::chrono::days(9))).value_or(-1), 1);
  EXPECT_EQ(failure_of_file(old), ErrorCode::not_found);
  EXPECT_EQ(failure_of_file(young), std::nullopt);
  EXPECT_EQ(stored(old).duration_ms, 2'000) << "the call itself stays";

  auto records = make_call_records({.database = *database, .agents = agents_, .clock = clock});
  ASSERT_TRUE(sync_wait(recordings_->remove_files({})));
  EXPECT_EQ(sync_wait(records->remove_older({}, std::chrono::days(9))).value_or(-1), 1);
  EXPECT_EQ(failure_of(sync_wait(log_->call(context(), old))), ErrorCode::not_found);
  clock.advance(std::chrono::hours(24 * 10));
  EXPECT_EQ(sync_wait(records->remove_older({}, std::chrono::days(9))).value_or(-1), 1);
  EXPECT_EQ(sync_wait(recordings_->remove_files({})).value_or(-1), 1);
  EXPECT_FALSE(objects_.has(key(young)));
}

}  // namespace
}  // namespace aiva::voice
