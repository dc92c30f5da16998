#!/bin/sh
# enter.sh ROOT COMMAND…: runs COMMAND in the Debian root ROOT, the host's own files standing at their own paths.
#
# podman and dockerd want a real root mount, which a chroot is not: a private mount namespace and pivot_root give it.
# Everything is an exec, so COMMAND has our pid and gets the signals that are sent to us.
set -eu
if [ "$1" != --inside ]; then
  exec unshare --mount --propagation private -- /bin/sh "$0" --inside "$PWD" "$@"
fi
cwd=$2 root=$3
shift 3

show() {
  if [ -d "$1" ] && [ ! "$1" -ef "$root$1" ]; then
    mkdir -p "$root$1"
    mount --rbind "$1" "$root$1"
  fi
}

mount --bind "$root" "$root"

# All of the host but what makes up an operating system: /home, /root, /srv, /tmp, /work, …
for folder in /*; do
  case $folder in
    /bin | /boot | /dev | /etc | /lib* | /lost+found | /proc | /run | /sbin | /sys | /usr | /var) ;;
    *) [ -L "$folder" ] || show "$folder" ;;
  esac
done
# These may stand below /var or /run.
for folder in "$cwd" "${HOME:-/root}" "${TMPDIR:-/tmp}"; do
  show "$folder"
done

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
for file in /etc/hosts /etc/resolv.conf; do
  [ ! -e "$file" ] || { [ -e "$root$file" ] || : >"$root$file"; mount --bind "$file" "$root$file"; }
done

# The old root is stacked on the new one, then taken off; mounts made inside end with the last process.
cd "$root"
pivot_root . .
umount --lazy .
cd "$cwd"

# The root's own programs first; after them the caller's, such as credential helpers.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export PATH
exec "$@"
