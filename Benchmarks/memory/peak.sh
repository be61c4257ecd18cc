#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints the peak memory of a program in KiB.
# time writes to standard error; what the program prints is dropped.
# shellcheck disable=SC2069
/usr/bin/time -f %M "$@" 2>&1 >/dev/null
