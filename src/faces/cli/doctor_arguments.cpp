#include "faces/cli/doctor_arguments.h"

#include <CLI/CLI.hpp>

namespace aiva::cli {

void add_doctor_options(CLI::App& app, DoctorArguments& doctor) {
  app.footer("Ends with 1 when a check fails. docs/guides/operating.md lists the checks.");
  auto* url = app.add_option("--url", doctor.url,
                             "A running server: its health, its figures against the guide's "
                             "thresholds, and what its symptoms come from");
  app.add_option("--key", doctor.key, "An API key of it, to time requests; else AIVA_API_KEY")
      ->needs(url);
  app.add_option("--watch-seconds", doctor.watch_seconds,
                 "Seconds between the two readings of its figures")
      ->check(CLI::Range(1, 600))
      ->needs(url);
  app.add_option("--ca-file", doctor.ca_file,
                 "PEM file with certificates trusted besides the system's")
      ->needs(url);
  app.add_option("--prometheus", doctor.prometheus,
                 "URL of the Prometheus that watches it, to see whether alerts are set up")
      ->needs(url);
  app.add_option("--backups", doctor.backups, "Folder of the backups, to see how old they are")
      ->excludes(url);
}

}  // namespace aiva::cli
