#include "documents/worker/converter_room.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "documents/descriptors.h"
#include "documents/worker/namespaces.h"

namespace aiva::documents {
namespace {

namespace fs = std::filesystem;

// What the system's programs consist of and look at. Nothing here is written for one machine's
// users: settings, keys and homes are elsewhere.
constexpr std::array shown = {"/usr",
                              "/lib",
                              "/lib32",
                              "/lib64",
                              "/libx32",
                              "/bin",
                              "/etc/alternatives",
                              "/etc/catdocrc",
                              "/etc/fonts",
                              "/etc/ld.so.cache",
                              "/etc/libreoffice",
                              "/var/cache/fontconfig",
                              "/var/lib/libreoffice",
                              "/dev/null",
                              "/dev/random",
                              "/dev/urandom",
                              "/dev/zero"};
constexpr std::size_t root_bytes_max = 64 * 1024;  // it holds folders and links only

std::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::unavailable, "The system does not permit to confine a converter",
              what + ": " + std::strerror(errno));
}

// A file or folder of the old file system, to be put into the new one.
struct Piece {
  fs::path path;
  FileDescriptor tree;     // a copy of its mounts
  fs::path link_target{};  // of a link, which is made again
  bool is_folder = false;
};

// Nothing for what the system lacks.
Result<void> take_along(const fs::path& path, std::vector<Piece>& pieces) {
  std::error_code error;
  auto status = fs::symlink_status(path, error);
  if (error || !fs::exists(status)) return {};
  Piece piece{.path = path, .tree = {}};
  if (fs::is_symlink(status)) {
    piece.link_target = fs::read_symlink(path, error);
  } else {
    piece.is_folder = fs::is_directory(status);
    constexpr unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE;
    piece.tree.reset(open_tree(AT_FDCWD, path.c_str(), flags));
    if (!piece.tree.is_open()) return refuse("open_tree " + path.string());
    mount_attr attributes{};
    attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
    if (mount_setattr(piece.tree.number(), "", AT_EMPTY_PATH | AT_RECURSIVE, &attributes,
                      sizeof attributes) != 0)
      return refuse("mount_setattr " + path.string());
  }
  pieces.push_back(std::move(piece));
  return {};
}

// The folder a converter was installed into, where the system's programs are elsewhere: of
// …/program/soffice.bin all that lies beside "program".
fs::path installation_of(const fs::path& program) {
  auto folder = program.parent_path();
  if (folder.filename() == "program") folder = folder.parent_path();
  auto path = folder.string() + "/";
  for (const auto* known : shown)
    if (path.starts_with(std::string(known) + "/")) return {};
  return folder;
}

Result<void> put_down(const Piece& piece) {
  // Below the folder we are in, which becomes the root.
  auto target = piece.path.relative_path();
  std::error_code error;
  fs::create_directories(piece.is_folder ? target : target.parent_path(), error);
  if (!piece.link_target.empty()) {
    fs::create_symlink(piece.link_target, target, error);
    return {};
  }
  if (!piece.is_folder) FileDescriptor(open(target.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0400));
  if (move_mount(piece.tree.number(), "", AT_FDCWD, target.c_str(), MOVE_MOUNT_F_EMPTY_PATH) != 0)
    return refuse("move_mount " + piece.path.string());
  return {};
}

Result<void> mount_memory(const char* folder, std::size_t bytes) {
  auto options = "mode=0700,nr_inodes=4k,size=" + std::to_string(bytes);
  if (mount("none", folder, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options.c_str()) != 0)
    return refuse(std::string("mount ") + folder);
  return {};
}

Result<void> furnish(const ConverterRoom& room) {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return refuse("mount /");
  std::vector<Piece> pieces;
  for (const auto* path : shown) TRY_VOID(take_along(path, pieces));
  if (auto folder = installation_of(room.program); !folder.empty())
    TRY_VOID(take_along(folder, pieces));
  const char* const anywhere = "/usr";
  TRY_VOID(mount_memory(anywhere, root_bytes_max));
  if (chdir(anywhere) != 0) return refuse("chdir");
  for (const auto& piece : pieces) TRY_VOID(put_down(piece));
  const char* own = converter_room + 1;  // relative
  if (mkdir(own, 0700) != 0) return refuse("mkdir");
  TRY_VOID(mount_memory(own, room.bytes_max));
  // Programs that know no other place for what is temporary than /tmp find the room there.
  (void)!symlink(converter_room, "tmp");
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  if (mount_setattr(AT_FDCWD, ".", 0, &attributes, sizeof attributes) != 0)
    return refuse("mount_setattr");
  // Both at the same place: the old root lies over the new one until it is taken away.
  if (syscall(SYS_pivot_root, ".", ".") != 0) return refuse("pivot_root");
  if (umount2(".", MNT_DETACH) != 0) return refuse("umount");
  if (chdir(converter_room) != 0) return refuse("chdir");
  return {};
}

}  // namespace

Result<void> move_into_converter_room(const ConverterRoom& room) {
  return leave_namespaces_for([&room] { return furnish(room); });
}

}  // namespace aiva::documents
