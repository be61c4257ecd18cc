# SPDX-License-Identifier: Apache-2.0
#
# For C people and packagers. The library itself is built by `swift build`; see Package.swift.
#
#   make                      the stripped library, in .build/make
#   make install              PREFIX, LIBDIR, INCLUDEDIR and DESTDIR as usual
#   make uninstall            removes what install laid down
#   make check                all tests
#
# packaging.mk adds the manual, the Debian packages and the tarball.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
DESTDIR ?=

SWIFT ?= swift
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

all: $(out)/$(library) $(out)/dora.pc

# Stripped, and the compiler's hash of each module cleared: it depends on where the sources lie, and
# the library is to be the same, bit by bit, wherever it was built.
$(out)/$(library): $(sources)
	$(SWIFT) build -c release --product dora --disable-local-rpath $(SWIFTFLAGS)
	mkdir -p $(out)
	$(OBJCOPY) --dump-section .swift_modhash=$(out)/hashes .build/release/libdora.so $(out)/whole.so
	head -c "$$(wc -c < $(out)/hashes)" /dev/zero > $(out)/zeros
	$(OBJCOPY) --strip-unneeded --update-section .swift_modhash=$(out)/zeros $(out)/whole.so $@
	rm $(out)/hashes $(out)/zeros $(out)/whole.so

$(out)/dora.pc: pkgconfig/dora.pc.in Makefile include/dora.h
	mkdir -p $(out)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
	    -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' $< > $@

# The .pc names the prefix: it is made anew when that is another one than last time.
install: all
	rm -f $(out)/dora.pc
	$(MAKE) $(out)/dora.pc
	$(INSTALL) -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(PKGCONFIGDIR)
	$(INSTALL) -m 755 $(out)/$(library) $(DESTDIR)$(LIBDIR)/$(library)
	ln -sf $(library) $(DESTDIR)$(LIBDIR)/$(soname)
	ln -sf $(soname) $(DESTDIR)$(LIBDIR)/libdora.so
	$(INSTALL) -m 644 $(headers) $(DESTDIR)$(INCLUDEDIR)
	$(INSTALL) -m 644 $(out)/dora.pc $(DESTDIR)$(PKGCONFIGDIR)/dora.pc

uninstall:
	rm -f $(addprefix $(DESTDIR)$(LIBDIR)/,$(library) $(soname) libdora.so)
	rm -f $(addprefix $(DESTDIR)$(INCLUDEDIR)/,$(notdir $(headers)))
	rm -f $(DESTDIR)$(PKGCONFIGDIR)/dora.pc

check:
	Tests/run.sh

clean:
	rm -rf .build

.PHONY: all install uninstall check clean

include packaging.mk
