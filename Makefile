# SPDX-License-Identifier: Apache-2.0
#
# For C people and packagers. The library itself is built by `swift build`; see Package.swift.
#
#   make                      the stripped library, shared and static, in .build/make
#   make install              PREFIX, LIBDIR, INCLUDEDIR, PKGCONFIGDIR, MANDIR and DESTDIR as usual
#   make uninstall            removes what install laid down, called with the same folders
#   make check                all tests
#
# packaging.mk adds the manual, the Debian packages and the tarball.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR = $(LIBDIR)/cmake/dora
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=

SWIFT ?= swift
LLD ?= $(dir $(shell readlink -f "$$(command -v $(SWIFT))"))ld.lld
AR ?= ar
OBJCOPY ?= objcopy
INSTALL ?= install
SWIFTFLAGS ?=

# Which libcurl.so.4 the library runs with: "any", or "this", whose symbol versions it then asks for. A
# distribution's package takes "this": its tools find the package of libcurl by them.
LIBCURL ?= any

# Set to install the library with its symbols, for a package's tools to keep them aside.
KEEP_SYMBOLS ?=

# The version stands in the header alone.
version_part = $(shell sed -n 's/^\#define DORA_VERSION_$(1) \([0-9]*\)$$/\1/p' include/dora.h)
MAJOR := $(call version_part,MAJOR)
MINOR := $(call version_part,MINOR)
PATCH := $(call version_part,PATCH)
VERSION := $(MAJOR).$(MINOR).$(PATCH)

out := .build/make
soname := libdora.so.$(MAJOR)
library := libdora.so.$(VERSION)
headers := include/dora.h include/dora.hpp
sources := Makefile Package.swift include/dora.h include/module.modulemap \
	$(shell find Sources -type f)

# ------------------------------------------------------------------ Folders

# A value as one word of the shell, whatever is in it.
quoted = '$(subst ','\'',$(1))'

define newline


endef

# What no .pc file can hold, or no command line.
unfit := " \ \# $$
refused = $(error $(1) is <$($(1))>: $(2))
no_newline = $(if $(findstring $(newline),$($(1))),$(call refused,$(1),a newline cannot be part of it))
absolute = $(if $(filter x/%,$(firstword x$($(1)))),,$(call refused,$(1),it must be an absolute path))
fit = $(foreach sign,$(unfit),$(if $(findstring $(sign),$($(1))),$(call refused,$(1),'$(sign)' cannot be part of it)))

# Before anything is built or written.
ifneq ($(filter install% uninstall%,$(MAKECMDGOALS)),)
$(foreach folder,PREFIX LIBDIR INCLUDEDIR PKGCONFIGDIR MANDIR DESTDIR,$(call no_newline,$(folder)))
$(foreach folder,PREFIX LIBDIR INCLUDEDIR PKGCONFIGDIR MANDIR,$(call absolute,$(folder))$(call fit,$(folder)))
endif

# ------------------------------------------------------------------ Library

all: $(out)/$(library) $(out)/libdora.a

# Debian's libcurl has symbol versions, Fedora's has none, and the loader complains where a library asks
# for versions and finds none, and refuses it where it finds others. So it is linked with a libcurl.so
# that has the names alone.
unversioned := .build/unversioned
$(if $(filter any this,$(LIBCURL)),,$(error LIBCURL is <$(LIBCURL)>: it must be any or this))
pkgconfig_any := --pkg-config-path $(unversioned)

$(unversioned)/libcurl.pc: Makefile
	mkdir -p $(unversioned)
	nm -D --defined-only "$$(pkg-config --variable=libdir libcurl)/libcurl.so" \
	    | sed -n 's/^[0-9a-f]* T \(curl_[a-z0-9_]*\).*/void \1(void) {}/p' > $(unversioned)/libcurl.c
	$(CC) -shared -nostdlib -Wl,-soname,libcurl.so.4 -o $(unversioned)/libcurl.so $(unversioned)/libcurl.c
	sed -e '/^Libs\.private/d' -e 's|^Libs:.*|Libs: -L$(unversioned) -lcurl|' \
	    "$$(pkg-config --variable=pcfiledir libcurl)/libcurl.pc" > $@

# The library is to be the same, bit by bit, wherever it was built. So debugging information names folders
# from the checkout and from the toolchain on, and nothing of the compiler's caches; the compiler's hash of
# each module, which depends on where the sources lie, is cleared; the build id is a hash of the stripped
# library.
toolchain = $$($(SWIFT) -print-target-info | sed -n 's|.*"runtimeResourcePath": "\(.*\)/lib/swift".*|\1|p')
moved = -Xswiftc -file-prefix-map -Xswiftc $(1)=$(2) -Xcc -ffile-prefix-map=$(1)=$(2)
no_id := 0000000000000000000000000000000000000000

# SwiftPM takes no note of a C header that changed: what was compiled before goes. .symbols is the library
# before it is stripped; a debugger finds it by the build id.
$(out)/$(library): $(sources) | $(if $(filter any,$(LIBCURL)),$(unversioned)/libcurl.pc)
	if [ -n "$$(find include Sources/CCurl -newer .build/release/libdora.so 2>/dev/null)" ]; then rm -f .build/release/*.build/*.o; fi
	$(SWIFT) build -c release --product dora --disable-local-rpath $(pkgconfig_$(LIBCURL)) \
	    $(call moved,$(call quoted,$(CURDIR)),.) $(call moved,"$(toolchain)",swift) \
	    -Xswiftc -Xfrontend -Xswiftc -no-clang-module-breadcrumbs -Xlinker --build-id=0x$(no_id) $(SWIFTFLAGS)
	mkdir -p $(out)
	$(OBJCOPY) --dump-section .swift_modhash=$(out)/hashes .build/release/libdora.so $(out)/whole.so
	head -c "$$(wc -c < $(out)/hashes)" /dev/zero > $(out)/zeros
	$(OBJCOPY) --update-section .swift_modhash=$(out)/zeros $(out)/whole.so $@.symbols
	$(OBJCOPY) --strip-unneeded $@.symbols $(out)/whole.so
	$(OBJCOPY) --dump-section .note.gnu.build-id=$(out)/id $(out)/whole.so
	{ head -c 16 $(out)/id; sha1sum < $(out)/whole.so | head -c 40 | sed 's/../\\x&/g' | xargs -0 printf %b; } > $(out)/named
	$(OBJCOPY) --update-section .note.gnu.build-id=$(out)/named $@.symbols
	$(OBJCOPY) --update-section .note.gnu.build-id=$(out)/named $(out)/whole.so $@
	rm $(out)/hashes $(out)/zeros $(out)/whole.so $(out)/id $(out)/named

# One object with what the public functions reach, where only these are global: a program may hold
# another Swift runtime.
$(out)/libdora.a: $(out)/$(library)
	$(LLD) -r --gc-sections $$(nm -D --defined-only $< | sed -n 's/.* T /-u /p') -o $(out)/dora.o \
	    @.build/release/dora.product/Objects.LinkFileList
	$(OBJCOPY) --wildcard --keep-global-symbol='dora_*' --strip-unneeded --remove-section=.swift_modhash $(out)/dora.o
	rm -f $@
	$(AR) rcsD $@ $(out)/dora.o
	rm $(out)/dora.o

# ------------------------------------------------------------------ Install

to_lib := $(call quoted,$(DESTDIR)$(LIBDIR))
to_include := $(call quoted,$(DESTDIR)$(INCLUDEDIR))
to_pkgconfig := $(call quoted,$(DESTDIR)$(PKGCONFIGDIR))
to_cmake := $(call quoted,$(DESTDIR)$(CMAKEDIR))

# Where the headers are, seen from the folder of the CMake files: the whole may be moved.
INCLUDE = $(shell realpath -m --relative-to=$(call quoted,$(CMAKEDIR)) $(call quoted,$(INCLUDEDIR)))

# A value as the replacement of sed's s|||.
replacement = $(call quoted,s|@$(1)@|$(subst |,\|,$(subst &,\&,$($(1))))|)

# fill_in TEMPLATE,FOLDER,NAME: names the paths and the version. The file appears whole or not at all.
fill_in = sed $(foreach name,PREFIX LIBDIR INCLUDEDIR VERSION MAJOR INCLUDE,-e $(call replacement,$(name))) $(1) > $(2)/.$(3).new && \
	chmod 644 $(2)/.$(3).new && mv -f $(2)/.$(3).new $(2)/$(3)

# Nothing is written below .build: it may be another user's.
install: all
	$(INSTALL) -d $(to_lib) $(to_include) $(to_pkgconfig) $(to_cmake)
	$(INSTALL) -m 755 $(out)/$(library)$(if $(KEEP_SYMBOLS),.symbols) $(to_lib)/$(library)
	ln -sf $(library) $(to_lib)/$(soname)
	ln -sf $(soname) $(to_lib)/libdora.so
	$(INSTALL) -m 644 $(out)/libdora.a $(to_lib)
	$(INSTALL) -m 644 $(headers) $(to_include)
	$(call fill_in,pkgconfig/dora.pc.in,$(to_pkgconfig),dora.pc)
	$(call fill_in,packaging/cmake/dora-config.cmake.in,$(to_cmake),dora-config.cmake)
	$(call fill_in,packaging/cmake/dora-config-version.cmake.in,$(to_cmake),dora-config-version.cmake)

uninstall:
	rm -f $(addprefix $(to_lib)/,$(library) $(soname) libdora.so libdora.a)
	rm -f $(addprefix $(to_include)/,$(notdir $(headers)))
	rm -f $(to_pkgconfig)/dora.pc
	rm -f $(addprefix $(to_cmake)/,dora-config.cmake dora-config-version.cmake)
	[ ! -d $(to_cmake) ] || rmdir --ignore-fail-on-non-empty $(to_cmake)

check:
	Tests/run.sh

clean:
	rm -rf .build

.PHONY: all install uninstall check clean

include packaging.mk
