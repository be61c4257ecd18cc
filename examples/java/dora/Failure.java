// SPDX-License-Identifier: Apache-2.0
package dora;

import com.sun.jna.NativeLong;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.NativeLongByReference;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** An incident event. What the event does not carry is null; {@code json} is the response body as it was received. */
public record Failure(
        String id, String type, String name, List<String> services, String env, String severity, String team,
        String version, Instant startedAt, Instant finishedAt, String gitCommitSha, String gitRepositoryUrl,
        String gitRepositoryId, List<String> customTags, String json) {

    /** Frees the event. */
    static Failure take(Pointer failure) {
        LibDora lib = LibDora.INSTANCE;
        try {
            return new Failure(
                    lib.dora_failure_id(failure),
                    lib.dora_failure_type(failure),
                    lib.dora_failure_name(failure),
                    list(failure, lib.dora_failure_service_count(failure), lib::dora_failure_service),
                    lib.dora_failure_env(failure),
                    lib.dora_failure_severity(failure),
                    lib.dora_failure_team(failure),
                    lib.dora_failure_version(failure),
                    time(failure, lib::dora_failure_started_at),
                    time(failure, lib::dora_failure_finished_at),
                    lib.dora_failure_git_commit_sha(failure),
                    lib.dora_failure_git_repository_url(failure),
                    lib.dora_failure_git_repository_id(failure),
                    list(failure, lib.dora_failure_custom_tag_count(failure), lib::dora_failure_custom_tag),
                    json(failure));
        } finally {
            lib.dora_failure_free(failure);
        }
    }

    private static List<String> list(Pointer failure, NativeLong count, BiFunction<Pointer, NativeLong, String> item) {
        return IntStream.range(0, count.intValue()).mapToObj(i -> item.apply(failure, new NativeLong(i))).toList();
    }

    private static Instant time(Pointer failure, BiFunction<Pointer, LongByReference, Byte> time) {
        LongByReference unixNs = new LongByReference();
        return time.apply(failure, unixNs) == 0 ? null : Instant.ofEpochSecond(0, unixNs.getValue());
    }

    private static String json(Pointer failure) {
        NativeLongByReference length = new NativeLongByReference();
        Pointer json = LibDora.INSTANCE.dora_failure_json(failure, length);
        return new String(json.getByteArray(0, length.getValue().intValue()), StandardCharsets.UTF_8);
    }
}
