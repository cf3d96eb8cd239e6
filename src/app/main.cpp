#include <cstdio>

#include "app/commands.h"
#include "app/config.h"
#include "app/paths.h"
#include "app/serve.h"
#include "faces/cli/arguments.h"
#include "faces/cli/output.h"
#include "foundation/log.h"

namespace {

using namespace aiva;

log::Level level_of(const std::string& name) {
  if (name == "debug") return log::Level::debug;
  if (name == "warn") return log::Level::warn;
  return name == "error" ? log::Level::error : log::Level::info;
}

void start_log(const app::Config& config, bool is_server) {
  bool is_json =
      config.log.format == "json" || (config.log.format == "auto" && !app::is_terminal_log());
  auto level = level_of(config.log.level);
  // Commands print their own outcome; only trouble belongs beside it.
  if (!is_server && level == log::Level::info) level = log::Level::warn;
  log::start({.level = level, .is_json = is_json});
}

int run(const cli::Arguments& arguments) {
  auto config = app::load_config(arguments.config_file, app::process_environment());
  if (!config) return cli::report(config.error());
  if (!arguments.data_folder.empty()) config->data.folder = arguments.data_folder;
  if (!arguments.host.empty()) config->server.host = arguments.host;
  if (arguments.port >= 0) config->server.port = arguments.port;
  if (!arguments.role.empty()) config->server.role = arguments.role;
  auto paths = app::find_paths(*config);
  bool is_server = arguments.command == cli::CommandName::serve;
  if (!is_server) config->server.role = "all";
  start_log(*config, is_server);
  int code = is_server ? app::run_serve(*config, paths, arguments)
                       : app::run_command(*config, paths, arguments);
  log::flush();
  return code;
}

}  // namespace

int main(int count, char** values) {
  auto parsed = cli::parse_arguments(count, values);
  if (parsed.is_done) {
    std::fputs(parsed.text.c_str(), parsed.exit_code == 0 ? stdout : stderr);
    return parsed.exit_code;
  }
  return run(parsed.arguments);
}
