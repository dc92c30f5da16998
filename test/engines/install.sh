#!/bin/sh
# install.sh: brings the real engines and registries that the tests can use to a Debian machine. Run it as root, as
# often as you like: what is there stays. No service is started, and no installed package is removed.
#
# Into $DOCKER_BUILD_ENGINES (~/.cache/docker-build-engines): a static busybox for each platform, and a Debian 13 with
# the newer engines and reference clients.
set -eu

cache=${DOCKER_BUILD_ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/docker-build-engines}
here=$(cd "$(dirname "$0")" && pwd)
trixie=$cache/trixie
versions=$trixie.versions

packages='podman buildah skopeo crun runc fuse-overlayfs uidmap slirp4netns netavark docker.io docker-registry
  apache2-utils busybox-static qemu-user-static openssl ripgrep debootstrap iproute2 util-linux'
trixie_packages=ca-certificates,podman,docker.io,docker-cli,docker-buildx,crun,runc,netavark,passt,uidmap,fuse-overlayfs,oras

say() { printf 'engines:install: %s\n' "$*" >&2; }
die() {
  say "failed: $1"
  say "next: $2"
  exit 1
}

[ "$(id -u)" = 0 ] || die 'this installs packages and makes device files' 'run it as root: sudo npm run engines:install'
command -v apt-get >/dev/null ||
  die 'this is no Debian: apt-get is missing' 'run it on Debian 12, in a virtual machine or a privileged container'
release=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
[ "$release" = bookworm ] ||
  say "this is not Debian 12 but '$release': podman 4 and docker 20 may be missing, the tests name what they lack"

mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9

# Services are not to start when their packages are installed: port 5000 and the docker socket belong to the user.
apt_install() {
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' HUP INT TERM
  fi
  # --no-remove: docker.io must not push out an engine that the user has chosen.
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -q --no-install-recommends \
    --no-remove "$@" >&2
}

# shellcheck disable=SC2086
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null || :)
missing=
for package in $packages; do
  case "
$installed
" in
    *"
installed $package
"*) ;;
    *) missing="$missing $package" ;;
  esac
done
if [ -n "$missing" ]; then
  say "packages:$missing"
  apt-get -o DPkg::Lock::Timeout=300 -q update >&2 ||
    die 'apt-get update' 'mend the sources that it names in /etc/apt, then run this again'
  # shellcheck disable=SC2086
  apt_install $missing ||
    die "apt-get install$missing" \
      'read its lines above; where it would remove another docker (docker-ce), use a machine without one'
fi

# Debian's own mirror, as this machine's apt has it; security and updates have addresses of their own.
find_mirror() {
  found=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$release" '$2 == release && $3 == "main" && $1 ~ /^https?:/ { print $1; exit }')
  echo "${found:-http://deb.debian.org/debian}"
}

# The package of a foreign architecture, by an apt with folders of its own: the machine's own lists, and the
# architectures that its dpkg knows, stay as they are.
foreign_busybox() (
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  mirror=$(find_mirror)
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$folder/unpacked"
  echo "deb $mirror $release main" >"$folder/sources.list"
  cd "$folder"
  foreign_apt() {
    apt-get -q -o "APT::Architecture=$1" -o "APT::Architectures=$1" -o Acquire::Languages=none \
      -o APT::Sandbox::User=root -o "Dir::State::Lists=$folder/lists" -o Dir::State::Status=/dev/null \
      -o "Dir::Cache=$folder/cache" -o "Dir::Etc::SourceList=$folder/sources.list" \
      -o Dir::Etc::SourceParts=/dev/null "$2" $3 >&2
  }
  foreign_apt "$1" update '' && foreign_apt "$1" download busybox-static || exit 1
  dpkg -x busybox-static_*.deb unpacked && mv unpacked/bin/busybox "$2"
)

for architecture in amd64 arm64; do
  busybox=$cache/busybox-$architecture
  [ ! -x "$busybox" ] || continue
  if [ "$architecture" = "$(dpkg --print-architecture)" ]; then
    cp /bin/busybox "$busybox"
  else
    say "a busybox for $architecture"
    foreign_busybox "$architecture" "$busybox.new" ||
      die "busybox-static for $architecture" 'see that the mirror in /etc/apt answers, then run this again'
    mv "$busybox.new" "$busybox"
  fi
done

enter() { sh "$here/enter.sh" "$trixie" "$@"; }

if [ ! -e "$versions" ]; then
  mirror=$(find_mirror)
  say "Debian 13 from $mirror into $trixie (a minute or two)"
  # What an interrupted run has left.
  umount --lazy "$trixie.new/proc" 2>/dev/null || :
  rm -rf --one-file-system "$trixie" "$trixie.new"
  debootstrap --variant=minbase --include="$trixie_packages" trixie "$trixie.new" "$mirror" >"$cache/debootstrap.log" 2>&1 ||
    die "debootstrap; its log: $cache/debootstrap.log" 'mend what its last lines say, then run this again'
  mv "$trixie.new" "$trixie"
  enter podman --version >"$versions.new" && enter dockerd --version >>"$versions.new" &&
    enter docker buildx version >>"$versions.new" && enter oras version | sed -n 's/^Version:/oras/p' >>"$versions.new" ||
    die "the programs in $trixie do not run" 'see that this machine may make mounts: unshare --mount true'
  mv "$versions.new" "$versions"
fi

# Reference implementations that are packages of source code only; static, so they run outside of the root as well.
if [ ! -x "$trixie/usr/local/bin/crane" ]; then
  say "crane and its in-memory registry, built from Debian's sources (a few minutes)"
  enter sh -euc '
    export DEBIAN_FRONTEND=noninteractive GO111MODULE=off GOPATH=/usr/share/gocode CGO_ENABLED=0
    export GOFLAGS=-trimpath GOCACHE=/var/cache/go TMPDIR=/var/tmp
    apt-get -q update
    apt-get -q install -y --no-install-recommends golang-go golang-github-google-go-containerregistry-dev
    for program in registry crane; do
      go build -o "/usr/local/bin/$program" "github.com/google/go-containerregistry/cmd/$program"
    done
    dpkg-query -W golang-github-google-go-containerregistry-dev >/usr/local/share/crane.version
    apt-get -q purge -y --auto-remove golang-go golang-github-google-go-containerregistry-dev
    apt-get -q clean
    rm -rf /var/cache/go
  ' >"$cache/crane.log" 2>&1 ||
    die "building crane; its log: $cache/crane.log" 'mend what its last lines say, then run this again; only benchmarks need it'
  cat "$trixie/usr/local/share/crane.version" >>"$versions"
fi

say "all is there: $(podman --version), $(dockerd --version | cut -d, -f1), and in $trixie:"
sed 's/^/  /' "$versions" >&2
