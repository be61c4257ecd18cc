// SPDX-License-Identifier: Apache-2.0
'use strict';

// The addon, built with
//
//     mkdir -p .build
//     cc -shared -fPIC -o .build/dora.node *.c -I/usr/include/node $(pkg-config --cflags --libs dora)
module.exports = require('./.build/dora.node');
