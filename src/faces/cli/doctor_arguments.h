#pragma once

#include <string>

namespace CLI {
class App;
}

namespace aiva::cli {

// What `aiva doctor` is asked for.
struct DoctorArguments {
  std::string url{};         // of a running server; empty: this installation itself
  std::string key{};         // an API key there
  std::string prometheus{};  // URL of the Prometheus that watches it
  std::string ca_file{};     // certificates trusted besides the system's
  std::string backups{};     // where the backups are
  int watch_seconds = 10;    // between the two readings of its metrics
};

void add_doctor_options(CLI::App& app, DoctorArguments& doctor);

}  // namespace aiva::cli
