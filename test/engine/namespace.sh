#!/bin/sh
# namespace.sh FOLDER COMMAND…: runs the command in fresh namespaces of mounts, network and processes, as its engine needs them.
# This shell is the first process there: it takes care of processes whose parents have ended.
set -eu
folder=$1
shift

ip link set lo up
# /sys shows the network that it was mounted in; control groups are the machine's.
mkdir "$folder/cgroup"
mount --rbind /sys/fs/cgroup "$folder/cgroup"
mount -t sysfs sysfs /sys
mount --rbind "$folder/cgroup" /sys/fs/cgroup
# dockerd would use a containerd of the machine's.
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd

"$@"
