# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

begin
  require "fiddle"
rescue LoadError => e
  raise LoadError, "libdora needs Fiddle, which is a gem of its own from Ruby 4.0 on: add `gem \"fiddle\"` to the Gemfile. " \
                   "Where Ruby was built without it, install libffi first (Debian, Ubuntu: apt install libffi-dev). (#{e.message})"
end

module Dora
  # Finds the shared library, and says what to install where there is none.
  module Loading # :nodoc:
    SONAME = "libdora.so.0"
    # In a gem, then in a checkout.
    BESIDE = [SONAME, "../../../../.build/stage/lib/#{SONAME}"].map { |path| File.expand_path(path, __dir__) }.freeze

    LIBCURL = <<~TEXT
      libdora needs libcurl (libcurl.so.4), which this system does not have. Install it:
        Debian, Ubuntu      apt install libcurl4 (libcurl4t64 from Debian 13 and Ubuntu 24.04 on)
        Fedora, RHEL        dnf install libcurl
        openSUSE, SLES      zypper install libcurl4
        Arch                pacman -S curl
    TEXT

    LIBRARY = <<~TEXT
      The gem libdora does not find libdora.so.0. For Linux on x86_64 there is a gem that has it inside:
        gem install libdora --platform x86_64-linux
      Elsewhere build it from its sources, with a Swift 6.3 toolchain and libcurl's headers:
        Debian, Ubuntu      apt install make libcurl4-openssl-dev
        Fedora, RHEL        dnf install make libcurl-devel
        then                make && sudo make install && sudo ldconfig
      DORA_LIBRARY in the environment may give its path.
    TEXT

    class << self
      # The library and where it was found. Raises LoadError.
      def open
        path = ENV["DORA_LIBRARY"]
        path = BESIDE.find { |file| File.file?(file) } || SONAME if path.nil? || path.empty?
        [Fiddle.dlopen(path), path]
      rescue Fiddle::DLError => e
        raise LoadError, explanation(e.message, path), cause: nil
      end

      def address(library, path, name)
        library["dora_#{name}"]
      rescue Fiddle::DLError
        raise LoadError, "#{path} is older than the gem: it has no function dora_#{name}. " \
                         "Install the gem and the library in the same version."
      end

      private

      def explanation(message, path)
        return "#{LIBCURL}(#{message})" if message.include?("libcurl")
        # The loader names the file that it misses first: a dependency of the library, or the library itself.
        return "#{LIBRARY}(#{message})" if message.start_with?("#{path}:") && message.include?("No such file")

        "#{path} can't be loaded: #{message}"
      end
    end
  end
  private_constant :Loading
end
