# SPDX-License-Identifier: Apache-2.0
#
# The manual, the packages and the release. Included by the Makefile.
#
#   make manual               the manual pages, in .build/make/man (part of make and make install)
#   make dist                 .build/dist/libdora-VERSION-linux-MACHINE.tar.gz, the same bytes each time
#   make deb                  libdora0, libdora-dev and the symbols of libdora0, in .build/deb
#   make wheel                the Python package with the library in it, in .build/wheel
#   make gem                  the Ruby gem with the library inside, in .build/gem
#   make release              all of that from the checked-out commit, in .build/release-files, with checksums

# The date of what is made: that of the last change.
ifndef SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH := $(shell git log -1 --format=%ct 2>/dev/null || stat -c %Y include/dora.h)
endif
export SOURCE_DATE_EPOCH

manual := $(out)/man
manual_sources := man/generate.py man/header.py man/mdoc.py man/dora.3.in man/example.c \
	$(wildcard man/examples/*.c)

manual: $(manual)/man3/dora.3

all: manual
install: install-manual
uninstall: uninstall-manual

$(manual)/man3/dora.3: $(manual_sources) include/dora.h
	python3 -B man/generate.py $(manual)

to_manual := $(call quoted,$(DESTDIR)$(MANDIR))

# For man -k: only where man looks, and not in a package's folder. A system without mandb does without.
man_looks_there = manpath -q 2>/dev/null | tr : '\n' | grep -qxF -e $(to_manual)
index_manual = $(if $(DESTDIR),,if $(man_looks_there); then mandb -q $(to_manual) || true; fi)

install-manual: manual
	$(INSTALL) -d $(to_manual)/man3
	$(INSTALL) -m 644 $(manual)/man3/*.3 $(to_manual)/man3
	$(index_manual)

# The index goes with the last page, where it was mandb that laid it beside them.
uninstall-manual:
	python3 -B man/generate.py --names | while read -r page; do rm -f $(to_manual)/man3/"$$page"; done
	$(index_manual)
	[ ! -e $(to_manual)/index.db ] || find $(to_manual) -type f ! -name index.db | grep -q . || rm -f $(to_manual)/index.db

# ------------------------------------------------------------------ Tarball

distribution := libdora-$(VERSION)-linux-$(shell uname -m)
archive := $(distribution).tar.gz

# One folder, in a fixed order, with one date and no owner. The .pc finds the folder wherever it
# is unpacked, and asks for libcurl's own .pc no more, which may not be there.
dist:
	rm -rf .build/dist $(manual)
	$(MAKE) install DESTDIR=.build/dist PREFIX=/$(distribution) LIBDIR=/$(distribution)/lib \
	    INCLUDEDIR=/$(distribution)/include PKGCONFIGDIR=/$(distribution)/lib/pkgconfig MANDIR=/$(distribution)/share/man
	sed -i -e 's|^prefix=.*|prefix=$${pcfiledir}/../..|' -e 's|=/$(distribution)/|=$${prefix}/|' \
	    -e '/^Requires.private:/d' -e 's|^Libs.private:|& -lcurl|' \
	    .build/dist/$(distribution)/lib/pkgconfig/dora.pc
	mkdir -p .build/dist/$(distribution)/share/doc/libdora
	tar --create --exclude=.build --exclude=__pycache__ --exclude='bindings/*/test*' LICENSE *.md docs examples bindings \
	    | tar --extract --directory .build/dist/$(distribution)/share/doc/libdora
	ln -s ../../../include .build/dist/$(distribution)/share/doc/libdora/include
	cd .build/dist && tar --create --format=gnu --sort=name --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 \
	    --numeric-owner --mode=u=rwX,go=rX $(distribution) | gzip -n -9 > $(archive)
	cd .build/dist && sha256sum $(archive) > SHA256SUMS

# ------------------------------------------------------------ Python package

wheel: $(out)/$(library)
	rm -rf .build/wheel
	python3 -B bindings/python/build_backend.py $(out)/$(library) .build/wheel

# ---------------------------------------------------------- Debian packages

deb_tree := .build/deb/libdora-$(VERSION)
maintainer = $(shell sed -n 's/^Maintainer: //p' packaging/debian/control)

# Debian's tools hand folders to a shell as they are.
ifneq ($(filter deb,$(MAKECMDGOALS)),)
$(if $(shell printf %s $(call quoted,$(CURDIR)) | grep '[^A-Za-z0-9/._+~@%:,=-]'),\
    $(error make deb: Debian's tools cannot build in <$(CURDIR)>: move the checkout to a folder without spaces and quotes))
endif

# In a copy of the sources, as a packager has them.
deb:
	rm -rf .build/deb
	mkdir -p $(deb_tree)
	tar --create --exclude=./.build --exclude=./.git --exclude=__pycache__ . | tar --extract --directory $(deb_tree)
	cp -R packaging/debian $(deb_tree)/debian
	sed -e 's|@VERSION@|$(VERSION)|' -e 's|@MAINTAINER@|$(maintainer)|' \
	    -e "s|@DATE@|$$(LC_ALL=C date -u -R -d @$(SOURCE_DATE_EPOCH))|" \
	    packaging/debian/changelog.in > $(deb_tree)/debian/changelog
	python3 packaging/symbols.py > $(deb_tree)/debian/libdora0.symbols
	cd $(deb_tree) && dpkg-buildpackage --build=binary --unsigned-changes --no-pre-clean
	@ls .build/deb/*.deb

# ----------------------------------------------------------------- Ruby gem

gem_tree := .build/gem/tree

# In a copy of what it is made of: the gemspec reads the version in include/dora.h.
gem: $(out)/$(library)
	rm -rf .build/gem
	mkdir -p $(gem_tree)/bindings $(gem_tree)/include
	cp include/dora.h $(gem_tree)/include
	cp -R bindings/ruby $(gem_tree)/bindings
	cp LICENSE $(gem_tree)/bindings/ruby
	$(INSTALL) -m 755 $(out)/$(library) $(gem_tree)/bindings/ruby/lib/libdora/$(soname)
	chmod -R u=rwX,go=rX $(gem_tree)
	cd $(gem_tree)/bindings/ruby && gem build --quiet libdora.gemspec
	mv $(gem_tree)/bindings/ruby/*.gem .build/gem
	rm -r $(gem_tree)
	@ls .build/gem/*.gem

# ------------------------------------------------------------------ Release

release:
	packaging/release.sh

.PHONY: release manual install-manual uninstall-manual dist wheel gem deb
