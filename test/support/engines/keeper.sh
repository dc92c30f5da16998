#!/bin/sh
# keeper.sh FOLDER [COMMAND…]: runs COMMAND until our stdin ends, then removes every trace of it and FOLDER.
#
# Stdin is a pipe whose other end the test process holds. It ends when the test asks for it, and also when that
# process dies in whatever way, so nothing has to be trusted to clean up after itself.
set -u
folder=$1
shift

if [ $# -gt 0 ]; then
  # A session of its own: one kill reaches the whole family. The file "exit" tells the test of an early end.
  setsid sh -c '"$@" >"$0/stdout" 2>"$0/stderr"; echo $? >"$0/exit"' "$folder" "$@" </dev/null &
  family=$!
fi

cat >/dev/null

# SIGKILL, as nothing in FOLDER is to be saved; daemons run in a pid namespace, which dies with its first process.
if [ $# -gt 0 ]; then
  kill -s KILL -- "-$family"
  wait "$family"
fi 2>/dev/null

# Commands that were given this folder by their environment, such as a build whose caller was killed, and the RUN
# steps of podman, which have one of its folders as their root.
{
  grep -lsaF "=$folder/" /proc/[0-9]*/environ
  find /proc/[0-9]* -maxdepth 1 -name root -lname "$folder/*" 2>/dev/null
} | cut -d / -f 3 | xargs -r kill -s KILL 2>/dev/null

if [ -f "$folder/bridge" ]; then
  bridge=$(cat "$folder/bridge")
  ip link delete "$bridge"
  find /sys/fs/cgroup -depth -type d -path "*/$bridge*" -exec rmdir {} +
fi

# podman leaves its storage mounted; deepest first. The kernel writes a space in a path as \040.
awk -v inside="$folder/" 'index($5, inside) == 1 { print $5 }' /proc/self/mountinfo | sort -r |
  while read -r escaped; do
    umount --lazy "$(printf '%b' "$escaped")"
  done

# A process that is just being killed may still write a last file.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf --one-file-system "$folder" && break
  sleep 0.1
done
