// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.util.stream.Stream;

/** Calls the functions of dora.h through JNA. From JDK 22 on, java.lang.foreign can take its place. */
final class LibDora {
    private static final NativeLibrary LIBRARY = NativeLibrary.getInstance("libdora.so.0");

    /** C's bool is a Byte, as JNA's Boolean reads an int; size_t is a NativeLong. C would cut a text at a NUL. */
    static <T> T call(Class<T> result, String name, Object... arguments) {
        if (Stream.of(arguments).anyMatch(argument -> argument instanceof String text && text.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("a text must not hold a NUL");
        }
        Function function = LIBRARY.getFunction(name, Function.C_CONVENTION, "UTF-8");
        return result.cast(function.invoke(result, arguments));
    }

    /** Calls a function that returns a new object, or else NULL and an error, which is thrown. */
    static Pointer make(String name, Object... arguments) throws DoraException {
        PointerByReference error = new PointerByReference();
        try {
            Pointer object = call(Pointer.class, name, Stream.concat(Stream.of(arguments), Stream.of(error)).toArray());
            if (object == null) {
                throw new DoraException(error.getValue());
            }
            return object;
        } finally {
            call(Void.class, "dora_error_free", error.getValue());
        }
    }
}
