#include "load/call_load/realtime_emulator.h"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "adapters/http_client/testing/server_for_test.h"
#include "foundation/crypto.h"

namespace aiva::load {
namespace {

using std::chrono::steady_clock;

constexpr int sleep_ms_max = 100;
constexpr std::chrono::milliseconds delta_time{100};
constexpr std::size_t delta_bytes = 800;
constexpr std::string_view append_head = R"({"type":"input_audio_buffer.append","audio":")";

SSL_CTX* make_tls(const std::filesystem::path& certificate_file) {
  http_client::TestCertificate certificate("localhost");
  std::ofstream(certificate_file) << certificate.certificate_pem;
  auto* tls = SSL_CTX_new(TLS_server_method());
  auto* text = BIO_new_mem_buf(certificate.certificate_pem.data(), -1);
  auto* x509 = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  auto* key_text = BIO_new_mem_buf(certificate.key_pem.data(), -1);
  auto* key = PEM_read_bio_PrivateKey(key_text, nullptr, nullptr, nullptr);
  bool is_set = SSL_CTX_use_certificate(tls, x509) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1;
  X509_free(x509);
  EVP_PKEY_free(key);
  BIO_free(text);
  BIO_free(key_text);
  if (!is_set) throw std::runtime_error("the certificate is of no use");
  SSL_CTX_set_mode(tls, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                            SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return tls;
}

void watch(const Descriptor& poll, const Descriptor& socket) {
  epoll_event wanted{.events = EPOLLIN, .data = {.fd = socket.get()}};
  epoll_ctl(poll.get(), EPOLL_CTL_ADD, socket.get(), &wanted);
}

std::string accept_for(std::string_view key) {
  auto text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, 20> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
  return to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

// As a server sends it: not masked.
void append_frame(std::string& out, unsigned opcode, std::string_view payload) {
  out += static_cast<char>(0x80U | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += static_cast<char>(126);
    out += static_cast<char>(payload.size() >> 8U);
    out += static_cast<char>(payload.size() & 0xFFU);
  }
  out += payload;
}

std::string id_of(const char* kind, std::uint64_t peer, std::int64_t turn) {
  return fmt::format("{}_{:010}{:010}", kind, peer, turn);
}

}  // namespace

RealtimeEmulator::RealtimeEmulator(const std::filesystem::path& folder, Crossings& crossings,
                                   RealtimePace pace)
    : crossings_(crossings),
      pace_(pace),
      certificate_(folder / "realtime.pem"),
      tls_(make_tls(certificate_)),
      listener_(listen_on_any_port(port_)),
      poll_(epoll_create1(EPOLL_CLOEXEC)),
      plain_delta_(to_base64(std::string(delta_bytes, '\xA9'))) {
  watch(poll_, listener_);
  thread_ = std::thread([this] { run(); });
}

RealtimeEmulator::~RealtimeEmulator() {
  is_over_ = true;
  thread_.join();
}

std::string RealtimeEmulator::url() const { return fmt::format("https://localhost:{}/v1", port_); }

RealtimeFigures RealtimeEmulator::take_figures() {
  std::lock_guard lock(mutex_);
  return std::exchange(figures_, {});
}

void RealtimeEmulator::run() {
  std::array<epoll_event, 256> events{};
  while (!is_over_) {
    cpu_seconds_ = cpu_seconds_of_this_thread();
    int count = epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()),
                           milliseconds_to_wait());
    std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
      int socket = events[static_cast<std::size_t>(i)].data.fd;
      if (socket == listener_.get())
        admit();
      else if (auto found = peers_.find(socket); found != peers_.end())
        hear(*found->second);
    }
    act_on_due();
  }
}

int RealtimeEmulator::milliseconds_to_wait() const {
  if (due_.empty()) return sleep_ms_max;
  auto wait = std::chrono::ceil<std::chrono::milliseconds>(due_.top().at - steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(wait.count(), 0, sleep_ms_max));
}

void RealtimeEmulator::act_on_due() {
  auto now = steady_clock::now();
  while (!due_.empty() && due_.top().at <= now) {
    auto due = due_.top();
    due_.pop();
    auto found = peers_.find(due.socket);
    if (found == peers_.end()) continue;
    auto& peer = *found->second;
    if (peer.number != due.peer || peer.plan != due.plan) continue;
    go_on(peer);
    forget_if_gone(peer);
  }
}

void RealtimeEmulator::admit() {
  for (;;) {
    auto peer = std::make_unique<Peer>();
    peer->socket = accept_from(listener_);
    if (!peer->socket.is_open()) return;
    peer->number = ++next_number_;
    peer->tls.reset(SSL_new(tls_.get()));
    SSL_set_fd(peer->tls.get(), peer->socket.get());
    watch(poll_, peer->socket);
    ++sessions_;
    peers_[peer->socket.get()] = std::move(peer);
  }
}

void RealtimeEmulator::forget_if_gone(Peer& peer) {
  if (!peer.is_gone) return;
  --sessions_;
  peers_.erase(peer.socket.get());
}

void RealtimeEmulator::hear(Peer& peer) {
  if (!peer.is_secure) {
    int done = SSL_accept(peer.tls.get());
    if (done != 1) {
      peer.is_gone = SSL_get_error(peer.tls.get(), done) != SSL_ERROR_WANT_READ;
      return forget_if_gone(peer);
    }
    peer.is_secure = true;
  }
  peer.is_gone = !take_input(peer);
  if (!peer.is_open && !upgrade(peer)) return forget_if_gone(peer);
  while (!peer.is_gone && take_frame(peer)) {
  }
  forget_if_gone(peer);
}

// False: the peer is gone.
bool RealtimeEmulator::take_input(Peer& peer) {
  std::array<char, 16 * 1024> piece;
  for (;;) {
    int count = SSL_read(peer.tls.get(), piece.data(), static_cast<int>(piece.size()));
    if (count <= 0) return SSL_get_error(peer.tls.get(), count) == SSL_ERROR_WANT_READ;
    peer.input.append(piece.data(), static_cast<std::size_t>(count));
  }
}

bool RealtimeEmulator::upgrade(Peer& peer) {
  if (length_of_request(peer.input) == 0) return false;
  constexpr std::string_view field = "Sec-WebSocket-Key: ";
  auto at = peer.input.find(field);
  if (at == std::string::npos) {
    peer.is_gone = true;
    return false;
  }
  auto key = std::string_view(peer.input).substr(at + field.size());
  write(peer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
            accept_for(key.substr(0, key.find('\r'))) + "\r\n\r\n");
  peer.input.clear();
  peer.is_open = true;
  say(peer, R"({"type":"session.created","event_id":"event_0","session":{"type":"realtime",)"
            R"("id":"sess_0","object":"realtime.session"}})");
  return true;
}

// Whether one was there.
bool RealtimeEmulator::take_frame(Peer& peer) {
  auto& input = peer.input;
  if (input.size() < 6) return false;
  auto opcode = static_cast<std::uint8_t>(input[0]) & 0x0FU;
  std::size_t length = static_cast<std::uint8_t>(input[1]) & 0x7FU;
  std::size_t head = 6;
  if (length == 126) {
    if (input.size() < 8) return false;
    head = 8;
    length = std::size_t{static_cast<std::uint8_t>(input[2])} << 8U |
             static_cast<std::uint8_t>(input[3]);
  } else if (length == 127) {
    peer.is_gone = true;
    return false;
  }
  if (input.size() < head + length) return false;
  const char* key = input.data() + head - 4;
  char* payload = input.data() + head;
  for (std::size_t i = 0; i < length; ++i) payload[i] = static_cast<char>(payload[i] ^ key[i % 4]);
  if (opcode == 1) take_message(peer, {payload, length});
  if (opcode == 8) peer.is_gone = true;
  if (opcode == 9) {
    out_.clear();
    append_frame(out_, 10, {payload, length});
    write(peer, out_);
  }
  input.erase(0, head + length);
  return true;
}

void RealtimeEmulator::take_message(Peer& peer, std::string_view text) {
  if (text.starts_with(append_head)) return take_audio(peer, text.substr(append_head.size()));
  auto is = [text](std::string_view type) {
    return text.substr(0, 80).contains(fmt::format(R"("type":"{}")", type));
  };
  if (is("session.update")) {
    say(peer, R"({"type":"session.updated","event_id":"event_1","session":{"type":"realtime"}})");
    // Callers do not fall into step.
    auto period = pace_.answer + pace_.silence + pace_.utterance;
    plan(peer, period * (peer.number * 7919 % 1000) / 1000);
  } else if (is("response.create")) {
    if (peer.step == Step::answers)
      say(peer, R"({"type":"error","error":{"type":"invalid_request_error",)"
                R"("code":"conversation_already_has_active_response","message":""}})");
    else
      begin_answer(peer);
  } else if (is("response.cancel") && peer.step == Step::answers) {
    ++figures_.cancelled;
    end_answer(peer, "cancelled");
  }
}

void RealtimeEmulator::take_audio(Peer& peer, std::string_view base64) {
  auto now = steady_clock::now();
  ++figures_.appends;
  // 20 bytes of text hold a mark; a frame of 160 bytes begins in the midst of three.
  constexpr std::size_t text_bytes = 20;
  auto end = base64.find('"');
  base64 = base64.substr(0, end);
  auto bytes = base64.size() / 4 * 3;
  for (std::size_t frame = 0; (frame + 1) * frame_samples <= bytes; ++frame) {
    auto at = frame * frame_samples;
    auto text = base64.substr(at / 3 * 4, text_bytes);
    auto decoded = text.size() == text_bytes ? from_base64(text) : std::nullopt;
    auto mark = decoded ? read_mark(std::string_view(*decoded).substr(at % 3)) : std::nullopt;
    ++figures_.frames;
    if (!mark) {
      ++figures_.unmarked;
      continue;
    }
    peer.caller = mark->caller;
    auto took = now - crossings_.left_at(*mark);
    figures_.frame.add(took);
    bool is_last = (frame + 2) * frame_samples > bytes;
    if (is_last) figures_.last_frame.add(took);
  }
}

void RealtimeEmulator::plan(Peer& peer, std::chrono::nanoseconds in) {
  due_.push({.at = steady_clock::now() + in,
             .socket = peer.socket.get(),
             .peer = peer.number,
             .plan = ++peer.plan});
}

void RealtimeEmulator::go_on(Peer& peer) {
  switch (peer.step) {
    case Step::listens: return begin_speech(peer);
    case Step::hears:
      say(peer, fmt::format(R"({{"type":"input_audio_buffer.speech_stopped","event_id":"event_3",)"
                            R"("audio_end_ms":400,"item_id":"{}"}})",
                            id_of("item", peer.number, peer.turn)));
      say(peer, fmt::format(R"({{"type":"conversation.item.input_audio_transcription.completed",)"
                            R"("event_id":"event_4","item_id":"{}","content_index":0,)"
                            R"("transcript":"When is the refund of my order paid?"}})",
                            id_of("item", peer.number, peer.turn)));
      return begin_answer(peer);
    case Step::answers: return say_delta(peer);
  }
}

void RealtimeEmulator::begin_speech(Peer& peer) {
  peer.step = Step::hears;
  ++peer.turn;
  say(peer, fmt::format(R"({{"type":"input_audio_buffer.speech_started","event_id":"event_2",)"
                        R"("audio_start_ms":100,"item_id":"{}"}})",
                        id_of("item", peer.number, peer.turn)));
  plan(peer, pace_.utterance);
}

void RealtimeEmulator::begin_answer(Peer& peer) {
  ++figures_.answers;
  ++peer.turn;
  peer.step = Step::answers;
  peer.answer_began = steady_clock::now();
  peer.deltas_left = static_cast<int>(pace_.answer / delta_time);
  say(peer, fmt::format(R"({{"type":"response.created","event_id":"event_5","response":{{)"
                        R"("object":"realtime.response","id":"{}","status":"in_progress"}}}})",
                        id_of("resp", peer.number, peer.turn)));
  say(peer,
      fmt::format(R"({{"type":"response.output_audio_transcript.delta","event_id":"event_6",)"
                  R"("response_id":"{}","item_id":"{}","output_index":0,"content_index":0,)"
                  R"("delta":"Refunds are paid within fourteen days of the return's arrival."}})",
                  id_of("resp", peer.number, peer.turn), id_of("item", peer.number, peer.turn)));
  say_delta(peer);
}

void RealtimeEmulator::say_delta(Peer& peer) {
  bool is_first = peer.deltas_left == static_cast<int>(pace_.answer / delta_time);
  bool is_marked = is_first && peer.caller != ~std::uint32_t{0};
  std::string marked;
  if (is_marked) {
    auto audio = marked_frame({.caller = peer.caller});
    audio.resize(delta_bytes, '\xA9');
    marked = to_base64(audio);
    crossings_.answer_left(peer.caller);
  }
  say(peer, fmt::format(R"({{"type":"response.output_audio.delta","event_id":"event_7",)"
                        R"("response_id":"{}","item_id":"{}","output_index":0,"content_index":0,)"
                        R"("delta":"{}"}})",
                        id_of("resp", peer.number, peer.turn),
                        id_of("item", peer.number, peer.turn), is_marked ? marked : plain_delta_));
  if (--peer.deltas_left > 0) return plan(peer, pace_.between);
  end_answer(peer, "completed");
}

void RealtimeEmulator::end_answer(Peer& peer, std::string_view status) {
  peer.step = Step::listens;
  say(peer, fmt::format(R"({{"type":"response.done","event_id":"event_8","response":{{"id":"{}",)"
                        R"("object":"realtime.response","status":"{}","usage":{{"total_tokens":90,)"
                        R"("input_tokens":50,"output_tokens":40,"input_token_details":{{)"
                        R"("text_tokens":20,"audio_tokens":30,"cached_tokens":0}},)"
                        R"("output_token_details":{{"text_tokens":10,"audio_tokens":30}}}}}}}})",
                        id_of("resp", peer.number, peer.turn), status));
  auto next = peer.answer_began + pace_.answer + pace_.silence;
  plan(peer, std::max(next - steady_clock::now(), Instant::duration(pace_.silence)));
}

void RealtimeEmulator::say(Peer& peer, std::string_view text) {
  out_.clear();
  append_frame(out_, 1, text);
  write(peer, out_);
}

void RealtimeEmulator::write(Peer& peer, std::string_view bytes) {
  while (!bytes.empty() && !peer.is_gone) {
    int count = SSL_write(peer.tls.get(), bytes.data(), static_cast<int>(bytes.size()));
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (SSL_get_error(peer.tls.get(), count) == SSL_ERROR_WANT_WRITE) {
      pollfd wait{.fd = peer.socket.get(), .events = POLLOUT, .revents = 0};
      ::poll(&wait, 1, 1'000);
    } else {
      peer.is_gone = true;
    }
  }
}

}  // namespace aiva::load
