#!/bin/sh
# emulation.sh FOLDER ENTRY: has the kernel run foreign programs by qemu until our stdin ends. Says "ready" once it does.
#
# ENTRY is a line of /usr/lib/binfmt.d, its name changed to one of our own: whatever else is registered stays.
set -eu
folder=$1 entry=$2
name=${entry#:}
name=${name%%:*}

mkdir -p "$folder"
# The whole machine shares what is registered, so a mount of our own does as well as the usual one.
mount -t binfmt_misc binfmt_misc "$folder"
trap 'umount "$folder"; rmdir "$folder"' EXIT
printf '%s' "$entry" >"$folder/register"
echo ready
cat >/dev/null
echo -1 >"$folder/$name"
