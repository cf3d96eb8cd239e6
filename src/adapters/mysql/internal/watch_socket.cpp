#include "adapters/mysql/internal/watch_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace aiva::mysql {
namespace {

constexpr int idle_s = 10;
constexpr int interval_s = 5;
constexpr int probes = 3;
constexpr int silence_max_ms = 20000;

void set(int socket, int level, int name, int value) {
  setsockopt(socket, level, name, &value, sizeof value);
}

}  // namespace

void watch_socket(int socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
  set(socket, IPPROTO_TCP, TCP_KEEPCNT, probes);
  set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, silence_max_ms);
}

}  // namespace aiva::mysql
