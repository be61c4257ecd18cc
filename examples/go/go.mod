// SPDX-License-Identifier: Apache-2.0

module example.org/dora

go 1.19
