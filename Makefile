# SPDX-License-Identifier: Apache-2.0
#
# For C people and packagers. The library itself is built by `swift build`; see Package.swift.
#
#   make                      the stripped library, shared and static, in .build/make
#   make install              PREFIX, LIBDIR, INCLUDEDIR and DESTDIR as usual
#   make uninstall            removes what install laid down
#   make check                all tests
#
# packaging.mk adds the manual, the Debian packages and the tarball.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR = $(LIBDIR)/cmake/dora
DESTDIR ?=

SWIFT ?= swift
LLD ?= $(dir $(shell readlink -f "$$(command -v $(SWIFT))"))ld.lld
AR ?= ar
OBJCOPY ?= objcopy
INSTALL ?= install
SWIFTFLAGS ?=

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

all: $(out)/$(library) $(out)/libdora.a $(out)/dora.pc

# Stripped, and the compiler's hash of each module cleared: it depends on where the sources lie, and
# the library is to be the same, bit by bit, wherever it was built.
$(out)/$(library): $(sources)
	$(SWIFT) build -c release --product dora --disable-local-rpath $(SWIFTFLAGS)
	mkdir -p $(out)
	$(OBJCOPY) --dump-section .swift_modhash=$(out)/hashes .build/release/libdora.so $(out)/whole.so
	head -c "$$(wc -c < $(out)/hashes)" /dev/zero > $(out)/zeros
	$(OBJCOPY) --strip-unneeded --update-section .swift_modhash=$(out)/zeros $(out)/whole.so $@
	rm $(out)/hashes $(out)/zeros $(out)/whole.so

# One object with what the public functions reach, where only these are global: a program may hold
# another Swift runtime.
$(out)/libdora.a: $(out)/$(library)
	$(LLD) -r --gc-sections $$(nm -D --defined-only $< | sed -n 's/.* T /-u /p') -o $(out)/dora.o \
	    @.build/release/dora.product/Objects.LinkFileList
	$(OBJCOPY) --wildcard --keep-global-symbol='dora_*' --strip-unneeded --remove-section=.swift_modhash $(out)/dora.o
	rm -f $@
	$(AR) rcsD $@ $(out)/dora.o
	rm $(out)/dora.o

# What is installed for those who build: names the paths and the version.
fill_in = sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' \
	-e 's|@VERSION@|$(VERSION)|' -e 's|@MAJOR@|$(MAJOR)|' \
	-e "s|@INCLUDE@|$$(realpath -m --relative-to=$(CMAKEDIR) $(INCLUDEDIR))|"

$(out)/dora.pc: pkgconfig/dora.pc.in packaging/cmake/dora-config.cmake.in packaging/cmake/dora-config-version.cmake.in \
		Makefile include/dora.h
	mkdir -p $(out)
	$(fill_in) $< > $@
	$(fill_in) packaging/cmake/dora-config.cmake.in > $(out)/dora-config.cmake
	$(fill_in) packaging/cmake/dora-config-version.cmake.in > $(out)/dora-config-version.cmake

# These name the prefix: they are made anew when that is another one than last time.
install: all
	rm -f $(out)/dora.pc
	$(MAKE) $(out)/dora.pc
	$(INSTALL) -d $(addprefix $(DESTDIR),$(LIBDIR) $(INCLUDEDIR) $(PKGCONFIGDIR) $(CMAKEDIR))
	$(INSTALL) -m 755 $(out)/$(library) $(DESTDIR)$(LIBDIR)/$(library)
	ln -sf $(library) $(DESTDIR)$(LIBDIR)/$(soname)
	ln -sf $(soname) $(DESTDIR)$(LIBDIR)/libdora.so
	$(INSTALL) -m 644 $(headers) $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 $(out)/libdora.a $(DESTDIR)$(LIBDIR)
	$(INSTALL) -m 644 $(out)/dora.pc $(DESTDIR)$(PKGCONFIGDIR)
	$(INSTALL) -m 644 $(out)/dora-config.cmake $(out)/dora-config-version.cmake $(DESTDIR)$(CMAKEDIR)

uninstall:
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(library) $(soname) libdora.so libdora.a)
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(headers)))
	rm -f $(DESTDIR)$(PKGCONFIGDIR)/dora.pc
	rm -f $(addprefix $(DESTDIR)$(CMAKEDIR)/,dora-config.cmake dora-config-version.cmake)

check:
	Tests/run.sh

clean:
	rm -rf .build

.PHONY: all install uninstall check clean

include packaging.mk
