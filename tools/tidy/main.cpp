// tidy [ROOT]: prints every broken house rule, one a line; exit status 1 when there is any.
#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <iostream>

#include "tidy/repository.h"
#include "tidy/tidy.h"

int main(int argument_count, char** arguments) {
  try {
    const auto started = std::chrono::steady_clock::now();
    const std::filesystem::path root = argument_count > 1 ? arguments[1] : ".";
    const aiva::tidy::Repository repository = aiva::tidy::load_repository(root);
    const aiva::tidy::Findings findings = aiva::tidy::run_checks(repository);
    for (const aiva::tidy::Finding& finding : findings) {
      std::cout << aiva::tidy::to_line(finding) << '\n';
    }
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - started);
    std::cout << fmt::format("tidy: {} files, {} findings, {} ms\n", repository.files.size(),
                             findings.size(), elapsed.count());
    return findings.empty() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "tidy: " << error.what() << '\n';
    return 2;
  }
}
