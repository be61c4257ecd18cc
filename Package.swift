// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// A release build is Embedded Swift: no runtime, no Foundation. Debug builds and tests compile the
// same files as ordinary Swift, with all its run-time checks.
let embedded: [SwiftSetting] = [
    .enableExperimentalFeature("Embedded", .when(configuration: .release)),
    // Functions in sections of their own: each module holds a copy of what it uses of the others, and the
    // linker drops the spare ones. Exclusivity is checked at run time by the debug build.
    .unsafeFlags(
        ["-wmo", "-enforce-exclusivity=unchecked", "-Xcc", "-fPIC", "-Xfrontend", "-function-sections"],
        .when(configuration: .release)),
]

// What waits for the network is made small, what reads JSON fast.
let small = embedded + [.unsafeFlags(["-Osize"], .when(configuration: .release))]

let package = Package(
    name: "libdora",
    products: [
        .library(name: "dora", type: .dynamic, targets: ["Dora"])
    ],
    targets: [
        .systemLibrary(name: "CDora", path: "include"),
        .systemLibrary(
            name: "CCurl",
            path: "Sources/CCurl",
            pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]
        ),
        .target(name: "DoraCore", dependencies: ["CCurl"], swiftSettings: embedded),
        .target(name: "DoraHTTP", dependencies: ["CCurl", "DoraCore"], swiftSettings: small),
        .target(
            name: "Dora",
            dependencies: ["CCurl", "CDora", "DoraCore", "DoraHTTP"],
            exclude: ["libdora.map"],
            swiftSettings: small,
            linkerSettings: [
                .unsafeFlags(
                    [
                        "-enable-experimental-feature", "Embedded",
                        "-Xlinker", "--gc-sections", "-Xlinker", "--icf=all",
                    ],
                    .when(configuration: .release)),
                // GNU ld and gold leave local symbols in the dynamic table.
                .unsafeFlags([
                    "-use-ld=lld",
                    "-Xlinker", "--version-script=Sources/Dora/libdora.map",
                    "-Xlinker", "-soname=libdora.so.0",
                    "-Xlinker", "-z", "-Xlinker", "defs",
                    "-Xlinker", "-z", "-Xlinker", "nodelete",
                    "-Xlinker", "-z", "-Xlinker", "relro",
                    "-Xlinker", "-z", "-Xlinker", "now",
                    "-Xlinker", "-z", "-Xlinker", "noexecstack",
                ]),
            ]
        ),
        .testTarget(name: "DoraCoreTests", dependencies: ["DoraCore", "CCurl"]),
    ],
    // Swift 6 mode takes what threads share for data races where C's rules, in dora.h, keep the threads apart:
    // clients, engines and errors would all have to be @unchecked Sendable, which checks nothing.
    swiftLanguageModes: [.v5]
)
