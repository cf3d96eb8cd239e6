# shellcheck shell=bash
# What the scripts of this folder share; they source it.

die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The mirror of Debian that this machine uses already.
find_mirror() {
  local mirror
  command -v apt-get >/dev/null || die 'this system has no apt-get'
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' | awk '$2 == "bookworm" && $3 == "main" { print $1; exit }')
  [[ -n $mirror ]] || die 'apt knows no mirror of Debian 12 (bookworm, main)'
  echo "$mirror"
}

# Debian sid with a package, to run it by chroot. Wants root; what is said goes to FOLDER/log.
make_sid() { # FOLDER PACKAGE
  local mirror
  ((EUID == 0)) || die 'a chroot wants root'
  mirror=$(find_mirror)
  command -v debootstrap >/dev/null || apt-get -qq -y install debootstrap >/dev/null
  rm -rf "$1"
  mkdir -p "$1"
  debootstrap --variant=minbase --include="$2" sid "$1/root" "$mirror" >"$1/log" 2>&1 ||
    die "see $1/log"
}

# Unpacks packages of Debian 13 with all they need into WORK/root: nothing is installed and no root
# is needed. apt works on folders of its own, as if nothing were installed, and verifies the
# packages by their signed hashes.
unpack_trixie() { # WORK PACKAGE…
  local work=$1 mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg options=
  shift
  mirror=$(find_mirror)
  mkdir -p "$work"/{state/lists/partial,cache/archives/partial,root}
  : >"$work/status"
  [[ -f $keyring ]] && options="[signed-by=$keyring] "
  printf 'deb %s%s trixie main\n' "$options" "$mirror" >"$work/sources.list"
  cat >"$work/apt.conf" <<END
Dir::State "$work/state";
Dir::State::status "$work/status";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "";
APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::Retries "3";
Dpkg::Use-Pty "false";
END
  APT_CONFIG=$work/apt.conf apt-get -qq update
  APT_CONFIG=$work/apt.conf apt-get -qq -y --download-only install "$@" >/dev/null
  local package
  for package in "$work"/cache/archives/*.deb; do dpkg-deb -x "$package" "$work/root"; done
}

answers() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Below the ports that the system gives out.
find_free_port() {
  local port
  for _ in {1..200}; do
    port=$((11000 + RANDOM % 20000))
    answers $port || { echo $port; return; }
  done
  die 'there is no free port'
}
