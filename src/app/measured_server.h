#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "app/config.h"
#include "app/loopback.h"
#include "app/paths.h"
#include "foundation/result.h"

namespace aiva::app {

// A server of this process over an empty installation, with one client, to find what its requests
// cost.
class MeasuredServer {
 public:
  // `folder` must exist and be empty; what takes the server's place elsewhere, MySQL, Redis,
  // providers, is left out of the configuration.
  static Result<std::unique_ptr<MeasuredServer>> open(const Config& config, const Paths& paths,
                                                      const std::filesystem::path& folder);
  virtual ~MeasuredServer() = default;

  // A document of about so many passages, taken up to completed.
  struct Ingested {
    double chunks = 0;
    double cpu_s = 0;  // of this process and the readers
    double disk_bytes = 0;
  };
  virtual Result<Ingested> ingest(int chunks) = 0;

  // Sends requests, one after another, until the time is over. Fails with `internal` at the first
  // answer that is none of success.
  struct Request {
    std::string_view method;
    std::string path;
    std::string body;
  };
  using MakeRequest = std::function<Request(int number)>;
  struct Cost {
    double cpu_ms = 0;      // of a request, without the client's
    double kept_share = 0;  // of searches that found an answer to a question much like theirs
  };
  virtual Result<Cost> cost(std::chrono::duration<double> time, const MakeRequest& make) = 0;

  // Of the knowledge base that documents went into, and of a session that asks it.
  [[nodiscard]] virtual const std::string& base() const = 0;
  [[nodiscard]] virtual const std::string& session() const = 0;
};

// Text of made sentences whose words repeat as those of a language do, in paragraphs under
// headings; the same for the same seed.
std::string made_text(int paragraphs, unsigned seed);
// A question of some of those words; another for each number.
std::string made_question(int number);

}  // namespace aiva::app
