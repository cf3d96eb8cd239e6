#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include "foundation/metrics.h"
#include "foundation/result.h"
#include "ports/http_client.h"

namespace aiva {

struct HttpClientOptions {
  std::size_t threads = 1;                    // each has its own connections
  std::size_t connections_per_host_max = 32;  // in use at a time, for each thread
  std::size_t waiting_per_host_max = 256;     // calls that wait for one of them
  std::size_t idle_connections_max = 64;      // kept open for the next call, for each thread
  std::chrono::milliseconds idle_time_max{30000};
  std::chrono::milliseconds connect_timeout{5000};  // for each address, TLS included
  std::size_t header_bytes_max = 64 * 1024;
  std::filesystem::path ca_file{};       // PEM certificates trusted besides the system's
  Histogram* connect_seconds = nullptr;  // borrowed: how long new connections took to open
};

// HTTP/1.1 over TCP and TLS 1.2 or newer, on threads of its own. Certificates and host names are
// verified; redirects are not followed; nothing is decompressed. A call that finds its pooled
// connection dead is sent once more, if sending it twice is safe. Streams must end before the
// client does. Fails with `invalid` when the CA file cannot be read.
Result<std::unique_ptr<HttpClient>> make_http_client(HttpClientOptions options = {});

}  // namespace aiva
