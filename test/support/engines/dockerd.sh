#!/bin/sh
# dockerd.sh FOLDER SUBNET COMMAND…: runs COMMAND, a docker daemon, with a bridge and a cgroup of its own, both of the
# name that stands in FOLDER/bridge, by which keeper.sh finds them.
#
# The daemon needs a bridge for RUN steps. The usual docker0 may belong to the developer's own daemon, and would
# outlive this one.
set -eu
folder=$1 subnet=$2
shift 2

bridge=db-$(basename "$folder" | tail -c 7)
echo "$bridge" >"$folder/bridge"
ip link add "$bridge" type bridge
ip address add "$subnet" dev "$bridge"
ip link set "$bridge" up

exec unshare --mount --propagation private --pid --fork --mount-proc --kill-child -- "$@" --bridge="$bridge" \
  --exec-opt=native.cgroupdriver=cgroupfs --cgroup-parent="/$bridge"
