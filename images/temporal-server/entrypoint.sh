#!/bin/sh
# The addresses that Temporal's embedded configuration expects in the environment, as the official image sets them.
set -eu

own_address() {
  getent hosts "$(hostname)" | awk '{ print $1; exit }'
}

: "${BIND_ON_IP:=$(own_address)}"
export BIND_ON_IP
case $BIND_ON_IP in
  0.0.0.0 | ::0)
    : "${TEMPORAL_BROADCAST_ADDRESS:=$(own_address)}"
    export TEMPORAL_BROADCAST_ADDRESS
    ;;
esac
exec temporal-server start
