#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace aiva::load {

using Instant = std::chrono::steady_clock::time_point;

// A file descriptor, closed with this.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();
  [[nodiscard]] int get() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }

 private:
  int number_ = -1;
};

// Sockets of this machine, which do not block. They throw std::system_error, as all here does.
Descriptor listen_on_any_port(std::uint16_t& port);
Descriptor connect_to(std::uint16_t port);
// Nothing when nobody waits.
Descriptor accept_from(const Descriptor& listener);
// Sends all of it and waits, if it must; false when the peer is gone.
bool send_whole(const Descriptor& socket, std::string_view text);
// Appends what has arrived; false when the peer is gone.
bool receive(const Descriptor& socket, std::string& text);
void wait_for_input(const Descriptor& socket);

// As many descriptors as this process may have.
void allow_many_descriptors();
double cpu_seconds_of_this_thread();

// The length of the first request in `text`, head and body; 0 while it is not whole.
std::size_t length_of_request(std::string_view text);

// Takes an answer apart as it comes.
class AnswerReader {
 public:
  void restart() { *this = AnswerReader(); }
  // The bytes behind the end of the answer must not be here yet.
  void add(std::string_view bytes);
  [[nodiscard]] bool is_complete() const { return part_ == Part::done; }
  [[nodiscard]] int status() const { return status_; }
  // All of it that has come; without the marks between chunks.
  [[nodiscard]] const std::string& body() const { return body_; }

 private:
  enum class Part { head, body, chunk_size, chunk, chunk_end, trailer, done };
  bool step();
  bool read_head();
  bool read_chunk_size();
  bool take_body(Part next);

  Part part_ = Part::head;
  int status_ = 0;
  std::size_t missing_ = 0;  // bytes of the body or the chunk
  std::string waiting_;
  std::string body_;
};

}  // namespace aiva::load
