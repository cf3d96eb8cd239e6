// Stands in for libFuzzer where the program is not built with it:
//
//   fuzz_documents FOLDER SECONDS FINDING
//
// runs every file of the folder, then changed ones, always the same, for so many seconds. The input
// that ends the program, or takes longer than ten seconds, is written to the file FINDING.

#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size);

namespace {

using Clock = std::chrono::steady_clock;
using Random = std::minstd_rand;

constexpr unsigned input_seconds_max = 10;
constexpr std::size_t input_bytes_max = 65536;
constexpr std::size_t changes_max = 8;

// What is run now, for the handlers below.
const std::string* current_input = nullptr;
const char* finding_path = nullptr;

void keep_input() {
  int file = open(finding_path, O_CREAT | O_TRUNC | O_WRONLY, 0644);
  if (file < 0 || current_input == nullptr) return;
  (void)!write(file, current_input->data(), current_input->size());
  close(file);
}

void end_with_finding(int /*signal*/) {
  keep_input();
  _exit(1);
}

void run(const std::string& input) {
  current_input = &input;
  alarm(input_seconds_max);
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
  alarm(0);
}

std::size_t pick(Random& random, std::size_t below) { return below == 0 ? 0 : random() % below; }

// One small change; `other` lends a piece.
void change(std::string& input, const std::string& other, Random& random) {
  auto at = pick(random, input.size());
  auto count = 1 + pick(random, 16);
  switch (pick(random, 6)) {
    case 0: input.erase(at, count); break;
    case 1: input.insert(at, input.substr(pick(random, input.size()), count)); break;
    case 2: input.insert(at, other.substr(pick(random, other.size()), count * 8)); break;
    case 3: input.insert(at, count * 64, input.empty() ? '\0' : input[at]); break;
    case 4:
      if (!input.empty()) input[at] = static_cast<char>(random());
      break;
    default:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << pick(random, 8)));
  }
  if (input.size() > input_bytes_max) input.resize(input_bytes_max);
}

std::vector<std::string> read_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;  // a new format may have no files yet
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    files.push_back(entry.path());
  std::ranges::sort(files);
  std::vector<std::string> inputs = {""};
  for (const auto& file : files) {
    std::ostringstream content;
    content << std::ifstream(file, std::ios::binary).rdbuf();
    inputs.push_back(content.str());
  }
  return inputs;
}

}  // namespace

int main(int argc, char** argv) {
  LLVMFuzzerInitialize(&argc, &argv);
  if (argc != 4) {
    std::fprintf(stderr, "usage: fuzz_documents FOLDER SECONDS FINDING\n");
    return 2;
  }
  finding_path = argv[3];
  __sanitizer_set_death_callback(keep_input);
  signal(SIGABRT, end_with_finding);
  signal(SIGALRM, end_with_finding);
  auto end = Clock::now() + std::chrono::seconds(std::atoi(argv[2]));
  auto inputs = read_folder(argv[1]);
  for (const auto& input : inputs) run(input);
  std::size_t count = inputs.size();
  for (Random random(1); Clock::now() < end; ++count) {
    auto input = inputs[pick(random, inputs.size())];
    for (auto changes = 1 + pick(random, changes_max); changes > 0; --changes)
      change(input, inputs[pick(random, inputs.size())], random);
    run(input);
  }
  std::printf("%zu inputs\n", count);
}
