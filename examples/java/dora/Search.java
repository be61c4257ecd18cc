// SPDX-License-Identifier: Apache-2.0
package dora;

import static dora.LibDora.C;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.PointerByReference;
import java.time.Instant;
import java.util.Optional;

/** The events of {@link Client#search}, for one thread at a time. */
public final class Search implements AutoCloseable {
    private final Client client;
    private Pointer pointer;

    Search(Client client, Pointer clientPointer, String query, Instant from, Instant to) throws DoraException {
        PointerByReference error = new PointerByReference();
        this.client = client;
        client.enter();
        pointer = C.dora_search_failures(
                clientPointer, query, unixNs(from, Long.MIN_VALUE), unixNs(to, Long.MAX_VALUE), error);
        if (pointer == null) {
            client.leave();
            throw new DoraException(error.getValue());
        }
    }

    /** The next event; empty behind the last. After a DoraException it may be called again. */
    public Optional<Failure> next() throws DoraException, InterruptedException {
        if (pointer == null) {
            throw new IllegalStateException("the search is closed");
        }
        PointerByReference failure = new PointerByReference();
        PointerByReference error = new PointerByReference();
        int status;
        do {
            client.goOn();
            status = C.dora_search_next(pointer, Client.SLICE_MS, failure, error);
        } while (status == LibDora.SEARCH_WAITING);
        if (status == LibDora.SEARCH_ERROR) {
            throw new DoraException(error.getValue());
        }
        return status == LibDora.SEARCH_EVENT ? Optional.of(Failure.take(failure.getValue())) : Optional.empty();
    }

    @Override
    public void close() {
        if (pointer != null) {
            C.dora_search_free(pointer);
            pointer = null;
            client.leave();
        }
    }

    /** The nearest that 64 bits hold. */
    private static long unixNs(Instant time, long none) {
        if (time == null) {
            return none;
        }
        try {
            return Math.addExact(Math.multiplyExact(time.getEpochSecond(), 1_000_000_000L), time.getNano());
        } catch (ArithmeticException e) {
            return time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
