#include "faces/audiosocket/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capabilities/voice/testing/unsteered_calls.h"
#include "capabilities/voice/testing/voice_fakes.h"
#include "faces/audiosocket/internal/frames.h"

namespace aiva::audiosocket {
namespace {

// Notes what a call hears; says everything back.
class EchoCall final : public voice::LiveCall {
 public:
  explicit EchoCall(std::shared_ptr<voice::Leg> leg) : leg_(std::move(leg)) {}

  void hear(std::string_view audio) override {
    heard += audio.size();
    if (leg_) leg_->play(audio);
  }
  void digit(char digit) override {
    digits += digit;
    if (digit == '#') hang_up(voice::CallEnd::agent_hung_up);
  }
  void ask(std::string) override {}
  void take_turns(bool) override {}
  void commit() override {}
  void clear() override {}
  void cancel() override {}
  void end(voice::CallEnd reason) override { hang_up(reason); }
  [[nodiscard]] bool is_over() const override { return leg_ == nullptr; }

  std::size_t heard = 0;
  std::string digits{};
  std::function<void(voice::CallEnd)> ended{};

 private:
  void hang_up(voice::CallEnd reason) {
    if (!leg_) return;
    std::exchange(leg_, nullptr)->hang_up(reason, {});
    if (ended) ended(reason);
  }

  std::shared_ptr<voice::Leg> leg_;
};

class EchoCalls final : public voice::UnsteeredCalls {
 public:
  Task<Result<std::shared_ptr<voice::LiveCall>>> answer(CallContext, voice::Call call,
                                                        std::shared_ptr<voice::Leg> leg) override {
    auto made = std::make_shared<EchoCall>(leg);
    made->ended = [this](voice::CallEnd reason) {
      std::lock_guard lock(mutex_);
      ends_.push_back(reason);
      changed_.notify_all();
    };
    {
      std::lock_guard lock(mutex_);
      sessions.push_back(call.session_id);
      rates.push_back(leg->format().rate);
    }
    std::shared_ptr<voice::LiveCall> live = made;
    co_return live;
  }
  [[nodiscard]] std::vector<voice::ActiveCall> active(const CallContext&) const override {
    return {};
  }
  [[nodiscard]] std::size_t count() const override { return 0; }
  Result<void> hang_up(const CallContext&, voice::CallId) override { return {}; }
  void drain(std::chrono::milliseconds) override {}

  voice::CallEnd next_end() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !ends_.empty(); });
    if (ends_.empty()) return voice::CallEnd::failed;
    auto end = ends_.front();
    ends_.erase(ends_.begin());
    return end;
  }

  std::vector<std::string> sessions{};
  std::vector<int> rates{};

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  std::vector<voice::CallEnd> ends_{};
};

// Asterisk's side of a connection.
class Caller {
 public:
  explicit Caller(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Caller() { ::close(socket_); }
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;

  [[nodiscard]] bool is_connected() const { return is_connected_; }
  void send(std::string_view bytes) {
    ASSERT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  void send(Kind kind, std::string_view payload) {
    std::string frame;
    append_frame(frame, kind, payload);
    send(frame);
  }
  // That many bytes, or what came until the far end closed.
  std::string receive(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
      pollfd wanted{.fd = socket_, .events = POLLIN, .revents = 0};
      if (::poll(&wanted, 1, 10'000) <= 0) break;
      char buffer[4096];
      auto count = ::recv(socket_, buffer, std::min(sizeof buffer, size - bytes.size()), 0);
      if (count <= 0) break;
      bytes.append(buffer, static_cast<std::size_t>(count));
    }
    return bytes;
  }

 private:
  int socket_;
  bool is_connected_ = false;
};

class AudioSocketTest : public testing::Test {
 protected:
  void serve(ServerOptions options = {}) {
    options.port = 0;
    auto made = make_server(options, {calls_, log_, metrics_});
    ASSERT_TRUE(made) << made.error().message;
    server_ = std::move(*made);
  }
  void announce() {
    auto call = sync_wait(log_.announce({}, {.session_id = id_.to_string()}));
    ASSERT_TRUE(call);
  }
  std::string id_bytes() const {
    return {reinterpret_cast<const char*>(id_.bytes.data()), id_.bytes.size()};
  }

  Metrics metrics_;
  voice::MemoryCallLog log_;
  EchoCalls calls_;
  Uuid id_ = Uuid::make();
  std::unique_ptr<Server> server_;
};

TEST_F(AudioSocketTest, carries_an_announced_call) {
  serve();
  announce();
  Caller caller(server_->port());
  caller.send(Kind::id, id_bytes());
  caller.send(Kind::audio_8k, std::string(320, 'a'));
  caller.send(Kind::audio_8k, std::string(320, 'b'));

  std::string frame;
  append_frame(frame, Kind::audio_8k, std::string(320, 'b'));
  auto played = caller.receive(frame.size());
  EXPECT_TRUE(played == frame || played.contains('a'));
  caller.send(Kind::dtmf, "#");
  EXPECT_EQ(calls_.next_end(), voice::CallEnd::agent_hung_up);
  EXPECT_THAT(calls_.sessions, testing::ElementsAre(id_.to_string()));
  EXPECT_TRUE(caller.receive(10'000).ends_with(std::string(3, '\0')));
}

TEST_F(AudioSocketTest, speaks_at_the_rate_the_caller_has) {
  serve();
  announce();
  Caller caller(server_->port());
  caller.send(Kind::id, id_bytes());
  caller.send(Kind::audio_16k, std::string(640, 'a'));
  caller.send(Kind::audio_16k, std::string(640, 'a'));
  EXPECT_EQ(caller.receive(3).front(), static_cast<char>(Kind::audio_16k));
  EXPECT_THAT(calls_.rates, testing::ElementsAre(16'000));
}

TEST_F(AudioSocketTest, ends_the_call_when_the_caller_is_gone) {
  serve();
  announce();
  {
    Caller caller(server_->port());
    caller.send(Kind::id, id_bytes());
    caller.send(Kind::audio_8k, std::string(320, 'a'));
    caller.send(Kind::audio_8k, std::string(320, 'a'));
    ASSERT_EQ(caller.receive(3).size(), 3U);
  }
  EXPECT_EQ(calls_.next_end(), voice::CallEnd::caller_hung_up);
}

TEST_F(AudioSocketTest, refuses_what_was_not_announced_and_what_is_no_call) {
  serve({.id_time_max = std::chrono::milliseconds(100)});
  {
    Caller stranger(server_->port());
    stranger.send(Kind::id, id_bytes());
    EXPECT_EQ(stranger.receive(1), "");
  }
  for (const auto& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x01\x00\x02xx", 5),
                            std::string("\x10\x00\x02xx", 5), std::string()}) {
    Caller stranger(server_->port());
    stranger.send(bytes);
    EXPECT_EQ(stranger.receive(1), "");
  }
  EXPECT_THAT(calls_.sessions, testing::IsEmpty());
}

TEST_F(AudioSocketTest, refuses_addresses_it_does_not_know) {
  serve({.allowed = {"10.0.0.0/8", "fd00::/8"}});
  announce();
  Caller caller(server_->port());
  EXPECT_EQ(caller.receive(1), "");
}

TEST_F(AudioSocketTest, accepts_nobody_when_it_is_about_to_stop) {
  serve();
  auto port = server_->port();
  server_->stop_accepting();
  EXPECT_FALSE(Caller(port).is_connected());
}

TEST(AudioSocketServer, refuses_unusable_options) {
  Metrics metrics;
  voice::MemoryCallLog log;
  EchoCalls calls;
  EXPECT_FALSE(make_server({.address = "nowhere"}, {calls, log, metrics}));
  EXPECT_FALSE(make_server({.port = 0, .allowed = {"10.0.0.0/99"}}, {calls, log, metrics}));
}

}  // namespace
}  // namespace aiva::audiosocket
